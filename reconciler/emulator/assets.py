"""What an account has beside flows: just enough of Twilio's other products to be asked for names. Read-only.

On one host their paths would be the same, so each product stands below its name: `/serverless/v1/Services`. What an
account has is told by `POST /_console/Assets` as a whole, as the lists in `_LISTS`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from reconciler.emulator.answers import Answer, bad_parameter, json_answer
from reconciler.emulator.paging import Listing
from reconciler.emulator.sids import derived
from reconciler.emulator.studio import Call, Studio
from reconciler.model.jsontypes import Json, JsonObject

Rows = list[JsonObject]

_LISTS: Final = (
    "workspaces", "serverless", "messaging", "conversations", "chat", "sync", "content", "phone_numbers",
)  # fmt: skip
"""Lists of objects with the API's own fields. A workspace has `workflows` and `task_channels` in it, a service of
`serverless` its `environments`, and each of these its `functions`: the SID of each by its path."""


def set_assets(studio: Studio, call: Call) -> Answer:
    """Say what the account has beside flows; what it had before is forgotten."""
    try:
        assets = json.loads(call.form.required("Assets"))
    except ValueError as error:
        raise bad_parameter("Assets must be JSON") from error
    if not isinstance(assets, dict) or not all(_fits(name, rows) for name, rows in assets.items()):
        raise bad_parameter(f"Assets must hold lists of objects: {', '.join(_LISTS)}")
    with studio.store.write() as t:
        t.set_assets(call.account, json.dumps(assets))
    return json_answer(assets)


def _fits(name: str, rows: Json) -> bool:
    return name in _LISTS and isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


@dataclass(frozen=True, slots=True)
class AssetList:
    """The handler of one list: what it is called in the account, and the key of its records.

    `inside`: the list is a part of one of these, which the path names.
    """

    name: str
    key: str
    inside: str = ""

    def __call__(self, studio: Studio, call: Call) -> Answer:
        """Give one page."""
        assets = _assets(studio, call)
        rows = assets.get(self.name, []) if not self.inside else _row(assets, self.inside, call).get(self.name, [])
        listing = replace(call.listing(studio, self.key), order="oldest")
        return listing.answer(numbered_page([*map(_whole(call), cast("Rows", rows))], listing))


def list_numbers(studio: Studio, call: Call) -> Answer:
    """ListIncomingPhoneNumber, in the manner of the API of 2010: no `meta`, and paths instead of URLs."""
    rows = [*map(_whole(call), _assets(studio, call).get("phone_numbers", []))]
    listing = replace(call.listing(studio, "incoming_phone_numbers"), order="oldest")
    page = json.loads(listing.answer(numbered_page(rows, listing)).body)
    following = page["meta"]["next_page_url"]
    path = None if following is None else following.removeprefix(call.base)
    return json_answer({"incoming_phone_numbers": page["incoming_phone_numbers"], "next_page_uri": path})


def fetch_build(studio: Studio, call: Call) -> Answer:
    """FetchBuild of Serverless: the Functions of the environment that it is deployed to."""
    for environment in _row(_assets(studio, call), "serverless", call).get("environments", []):
        if _build_of(environment) == call.parts["build"]:
            return json_answer(
                {
                    "sid": call.parts["build"],
                    "account_sid": call.account,
                    "service_sid": call.parts["asset"],
                    "status": "completed",
                    "function_versions": [
                        {"sid": "ZN" + derived(sid), "function_sid": sid, "path": path, "visibility": "public"}
                        for path, sid in environment.get("functions", {}).items()
                    ],
                }
            )
    raise call.missing()


def _assets(studio: Studio, call: Call) -> dict[str, Any]:
    with studio.store.read() as t:
        found: dict[str, Any] = json.loads(t.assets(call.account))
    return found


def _row(assets: Mapping[str, Any], name: str, call: Call) -> dict[str, Any]:
    for row in assets.get(name, []):
        if row.get("sid") == call.parts["asset"]:
            return cast("dict[str, Any]", row)
    raise call.missing()


def _whole(call: Call) -> Any:  # noqa: ANN401 - a function from row to row
    """Complete a row by what every record has; what is kept inside it is not part of it."""

    def complete(row: Mapping[str, Any]) -> JsonObject:
        record: JsonObject = {name: value for name, value in row.items() if not isinstance(value, list | dict)}
        if "domain_name" in row:
            record["build_sid"] = _build_of(row)
        return {"account_sid": call.account, "friendly_name": None, **record}

    return complete


def _build_of(environment: Mapping[str, Any]) -> str:
    return "ZB" + derived(str(environment.get("sid")))


def numbered_page(rows: Rows, listing: Listing) -> list[tuple[JsonObject, Json]]:
    """Give the rows of a window, each with its place; lists of assets are in the order in which they were told."""
    window = listing.window()
    numbered = list(enumerate(rows, 1))
    key = window.key if isinstance(window.key, int) else 0
    return [*_beyond(numbered, key, window.limit, backward=window.backward)]


def _beyond(
    rows: list[tuple[int, JsonObject]], key: int, limit: int, *, backward: bool
) -> Iterator[tuple[JsonObject, Json]]:
    found = (
        [one for one in rows if one[0] < key][-limit:] if backward else [one for one in rows if one[0] > key][:limit]
    )
    yield from ((row, place) for place, row in found)
