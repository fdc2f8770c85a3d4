"""A thousand flows through the real command: what a plan without changes asks of Studio."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.definition.document import of
from reconciler.emulator.minting import Content, mint
from reconciler.emulator.settings import EMBEDDED_ACCOUNT
from reconciler.emulator.sids import sid_maker
from reconciler.emulator.studio import Studio
from reconciler.model.address import Address
from reconciler.model.record import FlowRecord, PublishedHead, PutResource, RevisionEntry, State, TestUsersRecord
from reconciler.state.file import FileStateStore
from tests.support.flows import data, widget
from tests.support.session import Session

FLOWS = 1_000
TESTED = 3
CONTACTS = ("+15555550101", "+15555550102")
DEFINITION = data(widget("greet", "Hello"))

PROJECT = """\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {{name: clinic}}
spec:
  defaultEnvironment: local
  environments:
    local: {{endpoint: "http://{studio}"}}
"""
FLOW = """\
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {{name: {name}}}
spec:
  definition: {{file: flow.json}}
"""
TESTERS = """\
apiVersion: studio.reconciler.dev/v1
kind: TestUsers
metadata: {{name: {name}-testers}}
spec:
  flow: {name}
  contacts: {contacts}
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Give an account with a thousand flows, and a project and a state that say the same."""
    session = Session(tmp_path)
    names = [f"flow-{number:04d}" for number in range(FLOWS)]
    sids = _seed(session, names)
    _declare(session, names)
    _record(session, sids)
    yield session
    session.close()


def test_a_plan_without_changes_makes_one_list_call(session: Session):
    """Without changes a plan, drift or status of 1,000 flows makes one list call, and one per declared TestUsers."""
    expected = {"ListFlow": 1, "FetchTestUser": TESTED}
    for command in ("plan", "drift", "status"):
        seen = session.run(command, "--json")
        assert (seen.code, seen.calls) == (0, expected), seen.text
        if command == "plan":
            summary = json.loads(seen.results)["summary"]
            assert summary == dict.fromkeys(summary, 0) | {"unchanged": FLOWS + TESTED}


def test_one_change_reads_one_body_more(session: Session):
    """A friendly name that others changed costs one body more, and an apply of it the calls of that step alone."""
    session.edit("flow-0500", FriendlyName="Mine")
    seen = session.run("plan", "--detailed-exitcode")
    assert (seen.code, seen.calls) == (2, {"ListFlow": 1, "FetchFlow": 1, "FetchTestUser": TESTED})
    seen = session.run("apply", "--auto-approve", "--target", "flow-0500")
    assert seen.code == 0, seen.text
    assert seen.calls["UpdateFlow"] == 1
    assert seen.calls["ListFlow"] == 1
    assert "UpdateTestUser" not in seen.calls


def _seed(session: Session, names: list[str]) -> dict[str, str]:
    """Put the flows into the emulator in one transaction; give their SIDs by name."""
    studio = Studio(session.settings, session.store, session.clock, sid_maker(7))
    text, sids = json.dumps(DEFINITION), {}
    with session.store.write() as transaction:
        for name in names:
            flow = transaction.insert_flow(EMBEDDED_ACCOUNT, studio.now(), studio.sid_of)
            mint(studio, transaction, flow, Content(name, "published", text, "[]", "Made", "US" + "0" * 32), None)
            sids[name] = flow.sid
    for name in names[:TESTED]:
        session.set_test_users(name, list(CONTACTS))
    return sids


def _declare(session: Session, names: list[str]) -> None:
    manifests = session.folder / "manifests"
    manifests.mkdir()
    (manifests / "project.yaml").write_text(PROJECT.format(studio=session.studio))
    (manifests / "flow.json").write_text(json.dumps(DEFINITION))
    documents = [FLOW.format(name=name) for name in names]
    documents += [TESTERS.format(name=name, contacts=json.dumps(CONTACTS)) for name in names[:TESTED]]
    (manifests / "flows.yaml").write_text("---\n".join(documents))


def _record(session: Session, sids: dict[str, str]) -> None:
    digests = of(DEFINITION).digests
    revision = RevisionEntry(1, "published", digests.full, "Made", None, None, "us")
    resources = []
    for name, sid in sids.items():
        head = PublishedHead(1, digests)
        record = FlowRecord(sid, name, "published", 1, None, head, digests, digests, revisions=(revision,))
        resources.append(PutResource(Address("Flow", name), record))
    for name in list(sids)[:TESTED]:
        users = TestUsersRecord(Address("Flow", name), sids[name], CONTACTS, CONTACTS)
        resources.append(PutResource(Address("TestUsers", f"{name}-testers"), users))
    lineage, endpoint = "4f1c2a9e-0000-4000-8000-000000000001", f"http://{session.studio}"
    store = FileStateStore(session.folder / "state" / "local.json", clock=session.clock, version="0.1.0")
    with store.open(create=State(lineage, 0, "clinic", "local", EMBEDDED_ACCOUNT, endpoint), timeout=0) as opened:
        opened.record(resources)
