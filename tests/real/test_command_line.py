"""Real flows through the real command line: from exported files to an account, and from that account to files again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.conftest import WOULD_BE_REFUSED, label
from tests.support.session import Session


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """An empty account and an empty folder."""
    session = Session(tmp_path)
    yield session
    session.close()


def _exports(session: Session, corpus: dict[str, bytes], names: set[str]) -> None:
    folder = session.folder / "exports"
    folder.mkdir()
    for name in names:
        (folder / f"{name}.json").write_bytes(corpus[name])


def test_exports_become_an_account_and_the_account_a_project(session: Session, corpus: dict[str, bytes]):
    """All valid flows: init, plan, apply, empty plan; the account they make gives the same manifests, and no plan."""
    valid = set(corpus) - WOULD_BE_REFUSED
    _exports(session, corpus, valid)
    assert session.run("init", "first", "--from-folder", "exports").code == 0
    first = ("--manifests", "first/manifests", "--endpoint", f"http://{session.studio}")
    planned = session.run("plan", "--json", *first)
    assert planned.code == 0, planned.text
    assert json.loads(planned.results)["summary"]["create"] == len(valid)
    applied = session.run("apply", "--auto-approve", *first)
    assert applied.code == 0, applied.text
    assert applied.calls["CreateFlow"] == len(valid)
    again = session.run("plan", "--detailed-exitcode", *first)
    assert (again.code, again.calls) == (0, {"ListFlow": 1})

    taken = session.run("init", "second", "--from-account", "--endpoint", f"http://{session.studio}")
    assert taken.code == 0, taken.text
    again = session.run("plan", "--detailed-exitcode", "--json", "--manifests", "second/manifests")
    assert again.code == 0, again.text
    assert json.loads(again.results)["steps"] == []
    assert _definitions(session.folder / "first") == _definitions(session.folder / "second")
    assert _documents(session.folder / "first") == _documents(session.folder / "second")


def test_the_embedded_studio_takes_them_too(session: Session, corpus: dict[str, bytes]):
    """The project that init makes needs no account: plan, apply and the empty plan run on the embedded emulator."""
    _exports(session, corpus, set(corpus) - WOULD_BE_REFUSED)
    assert session.run("init", "made", "--from-folder", "exports").code == 0
    assert session.run("validate", "--manifests", "made/manifests").code == 0
    assert session.run("apply", "--auto-approve", "--manifests", "made/manifests").code == 0
    again = session.run("plan", "--detailed-exitcode", "--manifests", "made/manifests")
    assert (again.code, again.calls) == (0, {}), again.text


def test_all_forty_name_the_five_that_are_wrong(session: Session, corpus: dict[str, bytes]):
    """With all flows in one folder `validate` names each invalid one with file and widget, and `plan` is refused."""
    _exports(session, corpus, set(corpus))
    assert session.run("init", "made", "--from-folder", "exports").code == 0
    validated = session.run("validate", "--json", "--manifests", "made/manifests")
    assert validated.code == 1
    wrong = [f for f in json.loads(validated.results)["findings"] if f["severity"] == "error"]
    named = {Path(finding["file"]).stem for finding in wrong if finding["widget"]}
    assert named == {label(name) for name in WOULD_BE_REFUSED}
    planned = session.run("plan", "--json", "--manifests", "made/manifests", "--endpoint", f"http://{session.studio}")
    assert planned.code == 3
    refused = {o["address"] for o in json.loads(planned.results)["objections"] if o["id"] == "invalid"}
    assert refused == {f"Flow/{label(name)}" for name in WOULD_BE_REFUSED}
    applied = session.run(
        "apply", "--auto-approve", "--manifests", "made/manifests", "--endpoint", f"http://{session.studio}"
    )
    assert applied.code == 3
    assert not {"CreateFlow", "UpdateFlowValidate"} & set(applied.calls)


def _definitions(project: Path) -> dict[str, object]:
    return {path.name: json.loads(path.read_bytes()) for path in (project / "manifests" / "flows").iterdir()}


def _documents(project: Path) -> dict[str, str]:
    """Give the texts of the flows' documents."""
    found = {p.name: p.read_text(encoding="utf-8") for p in (project / "manifests").glob("*.yaml")}
    found.pop("project.yaml")
    return found
