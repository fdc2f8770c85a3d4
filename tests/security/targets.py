"""What is fuzzed: everything that reads bytes which somebody else may have written, as functions from bytes to nothing.

Hypothesis (`test_fuzz`), the kept cases (`test_corpus`) and atheris (`soak`) share them. A target returns, or raises a
ReconcilerError; anything else is a fault of ours. Each goes on with what it has read (checks, digests, views), because
a value that cannot be shown or compared is no better than a traceback.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from reconciler.cli import saved
from reconciler.definition import document
from reconciler.definition.check import check
from reconciler.definition.compare import differences
from reconciler.manifest.findings import Findings
from reconciler.manifest.load import load
from reconciler.manifest.variables import from_files
from reconciler.manifest.yamltext import read
from reconciler.model.jsontypes import Json
from reconciler.state.document import decode, encode, revision_from_json
from reconciler.state.journal import read_journal, recover
from reconciler.state.lines import read_lines
from reconciler.studio.client import StudioClient
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.live import LiveReader, LiveValidator, LiveWriter
from reconciler.studio.settings import HttpSettings
from reconciler.views import human, machine
from reconciler.views.style import Style
from tests.security import samples

Target = Callable[[bytes], None]

_STYLE: Final = Style(color=True, width=80, unicode=True)
_BASE: Final = document.parse(samples.DEFINITION, "base.json")
_WELCOME: Final = samples.DEFINITION.replace(b"${flow.welcome.sid}", b"FW00000000000000000000000000000002")
_ACCOUNT: Final = "AC" + "0" * 31 + "1"


class Clock:
    """Time that nobody waits for."""

    def now(self) -> datetime:
        """Give the one time."""
        return datetime(2030, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        """Give the one time."""
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Wait not at all."""
        del seconds

    def stopping(self) -> bool:
        """Tell that nobody stops it."""
        return False


class Chance:
    """Chance without surprise."""

    def token(self) -> str:
        """Give the one token."""
        return "0" * 12

    def lineage(self) -> str:
        """Give the one lineage."""
        return samples.LINEAGE

    def jitter(self) -> float:
        """Give the middle."""
        return 0.5


def yaml_text(raw: bytes) -> None:
    """Read YAML and ask for the place of everything in it."""
    findings = Findings()
    for found in read(raw, "a.yaml", findings):
        for path in _paths(found.data):
            found.place(path)
            found.place(path, key=True)
    human.render_findings(findings.sorted(), _STYLE)


def project(raw: bytes) -> None:
    """Load a project folder whose YAML this is, beside a definition that it may name."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(raw)
        (Path(folder) / "welcome.json").write_bytes(_WELCOME)
        load(Path(folder), None, variables={}, variable_files=(), process_environment={"TOKEN": "t0ken-of-nobody"})


def variables(raw: bytes) -> None:
    """Read variable files, as YAML and as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("v.yaml", "v.json"):
            path = Path(folder) / name
            path.write_bytes(raw)
            from_files([path], Findings())


def definition(raw: bytes) -> None:
    """Read a definition, check it, compare it with another one, write it."""
    found = document.parse(raw, "flow.json")
    human.render_findings(check(found, file="flow.json", text=raw.decode("utf-8-sig")), _STYLE)
    differences(_BASE, found)
    differences(found, _BASE)
    document.render(found.data())


def state(raw: bytes) -> None:
    """Read a state, write it again and show it."""
    found = decode(raw, "state.json")
    encode(found)
    human.render_state_list(found, _STYLE)


def plan(raw: bytes) -> None:
    """Read a saved plan and show it both ways."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(raw)
        found = saved.read(Path(file.name))
    human.render_plan(found, _STYLE)
    machine.render_plan(found, tool="0.1.0")


def journal(raw: bytes) -> None:
    """Read a journal, and put it on top of its snapshot."""
    found, _ = recover(samples.STATE, read_journal(raw, "state.journal"), "state.json", "state.journal")
    encode(found)


def history(raw: bytes) -> None:
    """Read the old revisions of a flow."""
    for line in read_lines(raw, "history"):
        revision_from_json(line.entry, "history")


def answer(raw: bytes) -> None:
    """Answer every call of the client with this: the first line is the status with headers, the rest is the body."""
    head, _, body = raw.partition(b"\n")
    status, headers = _head(head)
    script = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers, content=body))
    _each_call(script)


def pages(raw: bytes) -> None:
    """Answer with these lines one after the other, each a JSON body: lists that go on from page to page."""
    bodies = raw.split(b"\n")

    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=bodies.pop(0) if len(bodies) > 1 else bodies[0])

    studio = client(httpx.MockTransport(reply))
    studio.list_flows()


TARGETS: Final[Mapping[str, Target]] = {
    target.__name__: target
    for target in (yaml_text, project, variables, definition, state, plan, journal, history, answer, pages)
}


def _head(line: bytes) -> tuple[int, list[tuple[bytes, bytes]]]:
    try:
        status, *pairs = json.loads(line)
        return min(max(int(status), 100), 599), [(k.encode(), v.encode("latin-1")) for k, v in pairs]
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        return 200, []


def client(transport: httpx.BaseTransport) -> StudioClient:
    """Give a client whose waits take no time."""
    settings = HttpSettings(Hosts("https://a.test", "https://b.test"), _ACCOUNT, _ACCOUNT, "the-secret-of-nobody")
    return StudioClient(Http(settings, Clock(), Chance(), transport=transport))


def _each_call(transport: httpx.BaseTransport) -> None:
    studio = client(transport)
    reader, writer = LiveReader(studio), LiveWriter(studio)
    sid = "FW" + "0" * 31 + "1"
    calls: list[Callable[[], object]] = [
        reader.list_flows,
        lambda: reader.fetch_flow(sid),
        lambda: reader.fetch_revision(sid, 1),
        lambda: reader.fetch_published(sid),
        lambda: reader.list_revisions(sid),
        lambda: reader.fetch_test_users(sid),
        lambda: reader.has_active_executions(sid),
        reader.fetch_account,
        lambda: writer.create_flow(samples.INPUT),
        lambda: writer.update_flow(sid, samples.INPUT),
        lambda: writer.delete_flow(sid),
        lambda: writer.set_test_users(sid, ["+15555550101"]),
        lambda: LiveValidator(studio).validate(samples.INPUT),
    ]
    for call in calls:
        allowed(call)


def allowed(call: Callable[[], object]) -> None:
    """Make a call that may give a value or one of our errors, which can then be shown."""
    from reconciler.errors import ReconcilerError  # noqa: PLC0415 - beside its only use

    try:
        call()
    except ReconcilerError as error:
        human.render_error(error, _STYLE)
        machine.render_error(error, exit_code=1)


def _paths(data: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _paths(value, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _paths(item, (*path, index))
