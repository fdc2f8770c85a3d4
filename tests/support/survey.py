"""People who answer the sample's survey on the emulator: real traffic, the same every time."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from reconciler.emulator.settings import EMBEDDED_ACCOUNT
from tests.support.session import Session

START = "2026-03-02T08:00:00Z"
"""When it begins."""

NAME = "Satisfaction survey"
OURS = "+15550100001"

GOOD, LOW, MUTE, LATE, LOST, SILENT, TALKER, BROKEN, OPEN = "good low mute late lost silent talker broken open".split()  # noqa: SIM905 - easier to read
_SAYS = {
    GOOD: ("5",),
    LOW: ("2", "The wait was long"),
    MUTE: ("1",),
    LATE: ("hello", "4"),
    LOST: ("hello", "what?"),
    SILENT: (),
    TALKER: ("no idea", "2", "It was loud"),
    BROKEN: ("5",),
    OPEN: (),  # when the clock is not moved on
}
"""What each kind of person writes."""

FIRST = (GOOD,) * 16 + (LOW,) * 5 + (MUTE,) * 3 + (LATE,) * 3 + (SILENT,) * 14 + (LOST, TALKER) + (BROKEN,) * 2
SECOND = (GOOD,) * 26 + (LOW,) * 6 + (MUTE,) * 2 + (LATE,) * 2 + (SILENT,) * 4 + (BROKEN,)


def answer(session: Session, sid: str, people: Sequence[str], *, first: int) -> None:
    """Let people answer the survey, one after the other.

    Args:
        session: where the emulator is.
        sid: of the flow.
        people: which kinds of people.
        first: the number of the first of them.
    """
    with session.console() as client:
        for number, kind in enumerate(people, first):
            _stub(client, kind)
            contact = f"+1555010{number:04}"
            client.post(f"/v2/Flows/{sid}/Executions", data={"To": contact, "From": OURS}).raise_for_status()
            for place, text in enumerate(_SAYS[kind]):
                _advance(client, 20 + 13 * (number % 7) + 5 * place)
                said = {"From": contact, "To": OURS, "MessageSid": f"SM{number:016}{place:016}", "Body": text}
                client.post(f"/v1/Accounts/{EMBEDDED_ACCOUNT}/Flows/{sid}", data=said).raise_for_status()
            _advance(client, 60)


def run_survey(session: Session) -> None:
    """Let the sample's survey be applied, published, answered by many, edited, and answered again."""
    session.run("apply", "--auto-approve", "--endpoint", f"http://{session.studio}")
    session.edit(NAME, Status="published")
    sid = str(session.live(NAME)["sid"])
    with session.console() as client:
        client.post("/_console/Clock", data={"Set": START}).raise_for_status()
    answer(session, sid, FIRST, first=1)
    session.replace(NAME, "Please reply with one digit", "Please answer with one digit")
    answer(session, sid, SECOND, first=100)
    with session.console() as client:
        _advance(client, 86_400)
    answer(session, sid, (OPEN,), first=200)


def _advance(client: httpx.Client, seconds: int) -> None:
    client.post("/_console/Clock", data={"Advance": f"{seconds}s"}).raise_for_status()


def _stub(client: httpx.Client, kind: str) -> None:
    client.delete("/_console/Stubs").raise_for_status()
    if kind == BROKEN:
        client.post("/_console/Stubs", data={"Widget": "save", "Status": "500"}).raise_for_status()
