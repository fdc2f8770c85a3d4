"""The formats of lint findings."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from reconciler.definition.lint.registry import by_id
from reconciler.definition.lint.rule import Fix, RenameKey
from reconciler.model.address import flow
from reconciler.model.finding import Finding, Place
from reconciler.views.lint import github, human, junit, machine, page, sarif
from reconciler.views.lint.facts import Repaired, Report
from reconciler.views.style import Style
from reconciler.workflows.lint import Linted

HELLO, MENU, CLEAN = flow("hello"), flow("menu"), flow("clean")
SECRET = "hunter2"


def linted(rule, message, *, place, address=HELLO, fix=None, suppressed=None, severity="warning"):
    found = Finding(rule, severity, message, place, "ask", "transitions.failed")
    return Linted(address, found, by_id().get(rule), fix, suppressed)


@pytest.fixture
def report():
    """A report with one finding of every sort."""
    fix = Fix('Write "next"', (RenameKey(("states", 0), "next"),))
    found = [
        linted("plain-http", f"a <b>, 100% {SECRET}\nand more", place=Place("flows/m nü.json", 7, 3), address=MENU),
        linted("unknown-transition-key", "unknown key", place=Place("flows/h.json", 9, 5), fix=fix),
        linted("dangling-next", "leads\x07 nowhere", place=Place("flows/h.json"), severity="error"),
        linted("missing-error-path", "leads nowhere", place=Place("flows/h.json", 2, 1), suppressed="Last message"),
        linted("unused-suppression", "nothing is suppressed", place=Place("menu.yaml", 8, 9), address=MENU),
    ]
    return Report(found, [Repaired("flows/h.json", "--- a\n+++ b\n-x\n+y")], "manifests/", frozenset({SECRET}))


def test_people_read_what_counts_and_why(report):
    """People get places, repairs, each rule's reason once, and all numbers; nothing suppressed, nothing secret."""
    text = human.render(report, Style(color=False, width=100))
    assert "flows/h.json:9:5: warning: unknown key [unknown-transition-key]" in text
    assert text.count(by_id()["plain-http"].why.split()[-1]) == 1
    assert text.endswith("1 error, 3 warnings. 1 file repaired. --fix repairs 1. 1 suppressed.")
    assert "+y" in text
    assert "missing-error-path" not in text
    assert SECRET not in text


def test_nothing_found_is_said():
    """A report without findings says so."""
    assert human.render(Report([]), Style(color=False)) == "No findings."


def test_json_fits_its_schema(report):
    """The JSON document fits its schema and holds suppressed findings with their reason."""
    data = json.loads(machine.render(report))
    schema = json.loads((Path(__file__).parents[3] / "schemas" / "lint.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(data)
    assert data["summary"] == {"error": 1, "warning": 3, "note": 0, "suppressed": 1, "fixable": 1}
    last = data["findings"][-1]
    assert (last["rule"], last["suppressed"]) == ("missing-error-path", "Last message")
    assert last["documentation"] == "docs/lint.md#missing-error-path"
    assert SECRET not in json.dumps(data)


def test_sarif_has_what_code_scanning_needs(report):
    """Every result names a rule of the driver, a place, a message and a stable fingerprint; suppressions are marked."""
    log = json.loads(sarif.render(report, version="0.1.0"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        if result["ruleId"] != "unused-suppression":
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].startswith("manifests/")
        assert place["region"]["startLine"] >= 1
        assert result["message"]["text"]
        assert result["partialFingerprints"]["reconcilerFinding/v1"]
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    assert [r["suppressions"] for r in run["results"] if "suppressions" in r] == [
        [{"kind": "external", "justification": "Last message"}]
    ]
    assert {r["level"] for r in run["results"]} == {"error", "warning"}
    assert "flows/m%20n%C3%BC.json" in json.dumps(log)
    assert SECRET not in json.dumps(log)


def test_fingerprints_do_not_move(report):
    """A finding that moved to another line is the same one; one in another widget is not."""
    prints = [r["partialFingerprints"] for r in json.loads(sarif.render(report, version="1"))["runs"][0]["results"]]
    moved = [
        linted("unknown-transition-key", "unknown key", place=Place("flows/h.json", 99, 1)),
        linted("unknown-transition-key", "unknown key", place=Place("flows/h.json", 99, 1), address=MENU),
    ]
    again = json.loads(sarif.render(Report(moved, root="manifests/"), version="1"))["runs"][0]["results"]
    assert [r["partialFingerprints"] in prints for r in again] == [True, False]


def test_junit_counts_failures_and_skips(report):
    """A suite a flow: findings fail, suppressed ones are skipped, a clean flow passes."""
    text = junit.render(report, [HELLO, MENU, CLEAN])
    root = ET.fromstring(text)  # noqa: S314 - our own text
    suites = {s.get("name"): (s.get("tests"), s.get("failures"), s.get("skipped")) for s in root}
    assert suites == {"Flow/clean": ("1", "0", "0"), "Flow/hello": ("3", "2", "1"), "Flow/menu": ("2", "2", "0")}
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("6", "4", "1")
    assert [s.get("message") for s in root.iter("skipped")] == ["Last message"]
    messages = [f.get("message") for f in root.iter("failure")]
    assert "a <b>, 100% (sensitive)\nand more" in messages
    assert "leads\ufffd nowhere" in messages
    assert SECRET not in text


def test_github_gets_one_line_a_finding(report):
    """Annotations escape what would end them, and leave out what is suppressed."""
    lines = github.render(report).splitlines()
    assert len(lines) == 4
    assert lines[-1].startswith("::warning file=manifests/menu.yaml,line=8,col=9,title=unused-suppression::")
    assert any(line.endswith("::ask: a <b>, 100%25 (sensitive)%0Aand more") for line in lines)
    assert any(line.startswith("::error file=manifests/flows/h.json,title=dangling-next::") for line in lines)


def test_the_page_is_made_from_the_rules(repository):
    """docs/lint.md is what the rules give: every one with what, why, example and repair, under its own heading."""
    text = page.page()
    assert (repository / "docs" / "lint.md").read_text(encoding="utf-8") == text
    for rule in by_id().values():
        part = text.split(f"\n### {rule.id}\n", 1)[1].split("\n### ", 1)[0]
        assert all(piece in part for piece in (rule.summary, rule.why, rule.example, rule.remedy))
