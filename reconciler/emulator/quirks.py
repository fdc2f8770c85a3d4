"""Quirks: what is unknown about the real service, as a table. Each default is what its documentation suggests.

Names, values and meanings only; what a quirk does stands in the module that handles the request.
"""

from __future__ import annotations

from typing import Final, NamedTuple

DURATION: Final = "DURATION"
"""Stands among a quirk's values for any duration."""


class Quirk(NamedTuple):
    """One unknown. `values` has the default first; `source` is where `studio/api.md` or the design speaks of it."""

    name: str
    values: tuple[str, ...]
    meaning: str
    source: str

    @property
    def default(self) -> str:
        """Give the value that holds when nobody asks for another."""
        return self.values[0]


_ALL: Final = (
    Quirk(
        "noop-update",
        ("mint", "keep"),
        "whether an update that changes neither name, status nor definition mints a revision",
        "api.md A4.2",
    ),
    Quirk(
        "status-only-update",
        ("mint", "flip"),
        "whether an update in which nothing but the status differs mints a revision, or turns the latest one's status",
        "api.md A4.6",
    ),
    Quirk("list-commit-message", ("null", "filled"), "commit_message in rows of lists", "api.md A3"),
    Quirk("list-valid", ("null", "filled"), "valid, errors and warnings in rows of lists", "api.md A3"),
    Quirk(
        "read-lag",
        ("0", DURATION),
        "how old the answers of fetches are: stale bodies, 404 after a create, 200 after a delete",
        "api.md A4.12",
    ),
    Quirk("list-lag", ("0", DURATION), "how old the answers of lists are", "api.md A4.12"),
    Quirk("list-order", ("newest", "oldest", "by-sid", "shuffled"), "the order of rows in lists", "api.md A3"),
    Quirk(
        "never-published",
        ("404", "null-body"),
        "LatestPublished of a flow that was never published: not found, or 200 with the body null",
        "api.md A4.4",
    ),
    Quirk(
        "empty-test-users",
        ("accept", "refuse", "ignore", "store-empty-string"),
        "one empty TestUsers value: empties the list, is an error, changes nothing, or is kept as a contact",
        "api.md A6",
    ),
    Quirk(
        "test-users-normalised",
        ("no", "yes"),
        "whether contacts lose spaces, dots, dashes and brackets, and channel prefixes their capitals",
        "api.md A6",
    ),
    Quirk("test-users-deduped", ("no", "yes"), "whether a contact that is sent twice is kept once", "api.md A6"),
    Quirk("test-users-bump-revision", ("no", "yes"), "whether a write of test users mints a revision", "api.md A6"),
    Quirk("invalid-draft", ("refuse", "accept"), "whether a draft may hold an invalid definition", "api.md A5"),
    Quirk("unknown-widget-type", ("refuse", "accept"), "a widget of a type in no published list", "api.md B"),
    Quirk(
        "delete-while-active",
        ("accept", "refuse"),
        "deleting a flow with active executions: 204, or 409 20409",
        "api.md A4.10",
    ),
    Quirk(
        "execution-conflict",
        ("account", "flow"),
        "whether a second active execution between two addresses is a conflict in the whole account or per flow",
        "api.md A7",
    ),
    Quirk(
        "start-unpublished",
        ("refuse", "not-found", "draft"),
        "starting a flow that was never published, for a contact who is no test user: 400, 404, or the draft runs",
        "api.md A4.4",
    ),
    Quirk(
        "running-executions",
        ("stay", "move"),
        "whether running executions stay on their revision after a publish, or go on with the new one",
        "api.md A4.9",
    ),
    Quirk(
        "stored-definition",
        ("as-sent", "keys-reordered", "defaults-added"),
        "what Studio makes of a definition before it keeps it",
        "api.md A3",
    ),
    Quirk(
        "commit-message-limit",
        ("none", "255-truncated", "255-refused", "trimmed"),
        "long commit messages: kept, cut, an error; trimmed: white space at the ends goes, inside it becomes one space",
        "api.md A4.13, A8",
    ),
    Quirk("retry-after", ("absent", "present"), "Retry-After with 429 and 503", "api.md A5"),
    Quirk("friendly-name-unique", ("no", "yes"), "whether a name that another flow has is an error", "api.md A4.11"),
    Quirk("revision-gaps", ("no", "yes"), "whether revision numbers skip some", "api.md A4.2"),
    Quirk(
        "validate-resolves-sids",
        ("no", "yes", "after-lag"),
        "whether flow_sid of run-subflow must exist; after-lag: must have been there for read-lag, at least 1 s",
        "api.md A5",
    ),
    Quirk("date-updated-after-create", ("null", "set"), "date_updated right after a create", "api.md A3"),
    Quirk(
        "monitor-events",
        ("readable", "forbidden", "unauthorized", "absent"),
        "whether the credentials may read Monitor's events: 200, 403, 401, 404",
        "api.md, Monitor Events",
    ),
    Quirk(
        "sink-on-create",
        ("active", "initialized"),
        "the status of a webhook sink that was just made; initialized: it must be tested and validated",
        "docs/event-streams.md",
    ),
    Quirk(
        "event-batching",
        ("batches", "single"),
        "whether a webhook is sent lists of events, or one event at a time without a list around it",
        "docs/event-streams.md",
    ),
    Quirk("event-order", ("in-order", "shuffled"), "the order in which events are sent", "docs/event-streams.md"),
    Quirk(
        "event-redelivery",
        ("none", "twice"),
        "whether an event that has arrived is sent again",
        "docs/event-streams.md",
    ),
    Quirk("next-page-host", ("same", "other"), "the host in next_page_url", "api.md A3"),
)

QUIRKS: Final = {quirk.name: quirk for quirk in _ALL}
"""All quirks by name, in the order they are listed."""
