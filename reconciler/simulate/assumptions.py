"""What the simulator takes for granted where Studio's documentation is silent: names and sentences.

`docs/simulator.md` lists the same, and a test holds both together. A run says which of them it used.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Assumption(StrEnum):
    """The name of something that Studio does not document and that a run relied upon."""

    ATTRIBUTES = "attributes-unchecked"
    CALL_VARIABLES = "call-variables"
    CONDITION_SUBJECT = "condition-subject"
    DANGLING = "dangling-transition"
    DATES = "liquid-dates"
    DIALECT = "liquid-dialect"
    DUPLICATE_EVENT = "duplicate-event"
    END_REASON = "end-reason"
    FAULT = "liquid-fault"
    FUNCTION_FAILURE = "no-answer"
    GATHER = "gather-keys"
    HANG_UP = "hang-up"
    INBOUND = "inbound-fields"
    INVENTED_SIDS = "invented-sids"
    JSON_VARIABLE = "json-variable"
    LIST = "list-values"
    LOOP_LIMIT = "liquid-loop-limit"
    MERGE = "http-parsed-merges"
    MOMENT = "malformed-date"
    NO_TRANSITION = "no-transition"
    NUMBER = "number-comparison"
    NUMERIC_VARIABLE = "numeric-variable"
    OBJECT_TEXT = "liquid-object-text"
    REDIRECT = "redirect-status"
    REGEX = "regex-dialect"
    REPEATS = "repeat-limit"
    RERUN = "rerun-replaces"
    SAVE_AS = "save-response-as"
    SEVERAL_CONDITIONS = "several-conditions"
    SPLIT_ORDER = "split-order"
    STOPPED = "stopped-chain"
    SUBFLOW_DRAFT = "subflow-revision"
    SUBFLOW_SCOPE = "subflow-scope"
    TIMEOUTS = "timeouts-from-start"
    UNKNOWN_CONDITION = "unknown-condition"
    UNKNOWN_WIDGET = "unknown-widget"
    UNLISTED_EVENT = "unlisted-event"
    VARIABLES_AT_ONCE = "variables-at-once"


SENTENCES: Final = {
    Assumption.ATTRIBUTES: (
        "Attributes of messages and tasks are passed on as they render; whether they are JSON, or longer than "
        "1,024 characters, decides nothing."
    ),
    Assumption.CALL_VARIABLES: (
        "What `gather-input-on-call` and the other voice widgets save begins with the fields of `trigger.call`."
    ),
    Assumption.CONDITION_SUBJECT: (
        "A condition compares its own first argument; `input` of the widget counts only where it has none."
    ),
    Assumption.DANGLING: ("A transition to a widget that does not exist ends the execution."),
    Assumption.DATES: (
        "In the `date` filter, `now`, `today` and seconds since 1970 are shown in Pacific time with daylight "
        "saving; other texts keep their own zone, and what is neither ISO 8601 nor RFC 2822 comes out as it "
        "is."
    ),
    Assumption.DIALECT: (
        "Liquid is Shopify's, without tags that need other templates, and with `to_json`, which writes compact JSON."
    ),
    Assumption.DUPLICATE_EVENT: ("Of two transitions with the same event, the first is taken."),
    Assumption.END_REASON: (
        "Of the reasons for an end, `FLOW_END` alone is documented; the others are named by the simulator."
    ),
    Assumption.FAULT: (
        "A text whose Liquid cannot be read or computed, or would come to more than one megabyte, is used as it stands."
    ),
    Assumption.FUNCTION_FAILURE: (
        "A request without an answer in ten seconds, or with more than 64 kB, fails and saves nothing."
    ),
    Assumption.GATHER: (
        "Keys are cut before `finish_on_key` and after `number_of_digits`; no keys at all are no input."
    ),
    Assumption.HANG_UP: (
        "A contact who hangs up at a widget without a `hangup` event ends the execution without a step; after "
        "a `hangup` event the next widget that needs the call ends it. Other waits go on without the call."
    ),
    Assumption.INBOUND: (
        "`inbound` of a reply has the fields of an incoming message, from the contact to the address of the flow."
    ),
    Assumption.INVENTED_SIDS: (
        "SIDs that nobody gave are derived from the execution's SID, so that the same run has the same SIDs."
    ),
    Assumption.JSON_VARIABLE: ("A variable or parameter to be parsed as JSON whose text is no JSON stays that text."),
    Assumption.LIST: ("The list of `matches_any_of` is rendered first, then split at its commas, each value trimmed."),
    Assumption.LOOP_LIMIT: ("A Liquid loop over more than 15 items renders the first 15 and leaves the rest out."),
    Assumption.MERGE: ("`parsed` of `make-http-request` merges over several runs, as documented for `run-function`."),
    Assumption.MOMENT: ("A date that is not `YYYY-MM-DD`, or a time that is not `HH:MM`, makes its condition false."),
    Assumption.NO_TRANSITION: (
        "An event that the widget has no transition for ends the flow, like one that leads nowhere."
    ),
    Assumption.NUMBER: (
        "`less_than` and `greater_than` compare decimal numbers; what does not read as one makes the condition false."
    ),
    Assumption.NUMERIC_VARIABLE: (
        "A variable whose text reads as a number and prints the same again is a number to Liquid; any other "
        "text is kept with its quotes and its white space."
    ),
    Assumption.OBJECT_TEXT: (
        "An object printed by Liquid is compact JSON; an array is its items, one after the other."
    ),
    Assumption.REDIRECT: ("An answer with a 3xx status that is not followed any further is a success."),
    Assumption.REGEX: ("Regular expressions are Python's; one that cannot be read makes its condition false."),
    Assumption.REPEATS: (
        "The tenth run of the same widget in a row still takes place; an eleventh ends the execution."
    ),
    Assumption.RERUN: ("A widget that runs again replaces everything that it had saved, but for `parsed`."),
    Assumption.SAVE_AS: ("`save_response_as` stores nothing more than the widget saves anyway."),
    Assumption.SEVERAL_CONDITIONS: ("A transition with several conditions is taken when all of them hold."),
    Assumption.SPLIT_ORDER: ("Conditions are tried in the order of their transitions; the first that holds wins."),
    Assumption.STOPPED: (
        "An execution ended from outside lets a request or a Function under way and widgets after it run, "
        "with their steps, up to the first widget that talks to the contact."
    ),
    Assumption.SUBFLOW_DRAFT: (
        "`LatestDraft` and `LatestRevision` mean the same; for contacts who are no test users both mean "
        "`LatestPublished`."
    ),
    Assumption.SUBFLOW_SCOPE: (
        "A subflow starts without variables and widgets of its parent, shares its contact, channel and data, "
        "and `trigger.parent.trigger_type` is the kind of trigger: `message`, `call`, `conversation` or "
        "`request`."
    ),
    Assumption.TIMEOUTS: ("Time-outs count from the moment in which the widget begins: saying a prompt takes no time."),
    Assumption.UNKNOWN_CONDITION: ("A type of condition that nobody knows makes its condition false."),
    Assumption.UNKNOWN_WIDGET: (
        "A type of widget that nobody documents waits for one of the events of its transitions."
    ),
    Assumption.UNLISTED_EVENT: ("An event that the widget is not known to have, but has a transition for, may occur."),
    Assumption.VARIABLES_AT_ONCE: ("All values of one `set-variables` are rendered before the first of them is set."),
}
"""What each of them says, one sentence or two."""
