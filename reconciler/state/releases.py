"""A release in a state document, read. Pure; how it is written stands with all else that is in `encoding`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from reconciler.model.address import Address
from reconciler.model.release import Release, ReleasedFlow, SmokeRun
from reconciler.state.wire import WireRelease, WireReleasedFlow, WireSmokeRun

ReadTime = Callable[[str], datetime]


def release_from_wire(wire: WireRelease, time: ReadTime) -> Release:
    """Give the release that a document means; `time` reads its times."""
    return Release(
        id=wire["id"],
        stage=wire["stage"],
        began=time(wire["began"]),
        message=wire["message"],
        flows=tuple(map(_flow, wire["flows"])),
        smoke=tuple(_run(each, time) for each in wire["smoke"]),
        since=_maybe(wire["since"], time),
        until=_maybe(wire["until"], time),
        cause=wire["cause"],
        reason=wire["reason"],
        ended=_maybe(wire["ended"], time),
    )


def _maybe(text: str | None, time: ReadTime) -> datetime | None:
    return None if text is None else time(text)


def _flow(wire: WireReleasedFlow) -> ReleasedFlow:
    return ReleasedFlow(
        address=Address.parse(wire["address"]),
        sid=wire["sid"],
        base=wire["base"],
        previous=wire["previous"],
        previous_digest=wire["previous_digest"],
        publish=wire["publish"],
        manifest=wire["manifest"],
        target=wire["target"],
        draft=wire["draft"],
        published=wire["published"],
        back=wire["back"],
        left=wire["left"],
    )


def _run(wire: WireSmokeRun, time: ReadTime) -> SmokeRun:
    return SmokeRun(
        flow=Address.parse(wire["flow"]),
        name=wire["name"],
        token=wire["token"],
        at=_maybe(wire["at"], time),
        sid=wire["sid"],
        ended=wire["ended"],
        verdict=wire["verdict"],
        message=wire["message"],
    )
