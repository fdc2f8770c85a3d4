"""`lint`, and what plans do with it."""

import json

import pytest

from reconciler.cli import exits

RULES = "  lint:\n    rules:\n      placeholder-value: {severity: off, reason: A test}\n"
LOOP = ("loop-without-wait", "say")
"""What the repaired flow does: it says and asks in a circle."""


@pytest.fixture
def flows(project):
    """The project, its flow `hello` with a misspelt transition, its placeholder host ignored."""
    file = project.manifests / "project.yaml"
    file.write_text(file.read_text() + RULES)
    hello = project.manifests / "flows" / "hello.json"
    data = json.loads(hello.read_text())
    data["states"][2]["transitions"][1]["name"] = "say"
    hello.write_text(json.dumps(data, indent=4))
    return project


def rules(found):
    return [(one["rule"], one["widget"]) for one in found.json["findings"]]


def test_a_project_is_linted(flows, cli):
    """Without an address all flows are linted, with one only that; warnings alone end with 0."""
    found = cli("--json", "lint")
    assert (found.code, rules(found)) == (exits.DONE, [("unknown-transition-key", "post")])
    (one,) = found.json["findings"]
    line = (flows.manifests / one["file"]).read_text().splitlines()[one["line"] - 1]
    assert line[one["column"] - 1 :].startswith('"name": "say"')
    assert rules(cli("--json", "lint", "menu")) == []
    assert cli("lint", "menu").out == "No findings.\n"


def test_exit_codes(flows, cli):
    """Warnings fail with --fail-on warn; errors always; an unknown flow or rule is an error of use."""
    assert cli("lint", "--fail-on", "warn").code == exits.ERROR
    assert cli("lint", "nobody").code == exits.ERROR
    assert cli("lint", "--explain", "nothing").code == exits.ERROR
    file = flows.manifests / "project.yaml"
    file.write_text(file.read_text() + "      unknown-transition-key: error\n")
    assert cli("lint").code == exits.ERROR
    assert cli("lint", "--explain", "plain-http").out.startswith("plain-http (warning)")


@pytest.mark.parametrize("rule", ["plain-http", "unused-suppression"])
def test_every_documented_rule_is_explained(cli, rule):
    """--explain knows what lint says of itself too, and gives machines a document."""
    assert cli("lint", "--explain", rule).out.startswith(f"{rule} (warning)")
    found = cli("--json", "lint", "--explain", rule).json
    assert (found["rule"], found["documentation"]) == (rule, f"docs/lint.md#{rule}")


def test_a_misspelt_flow_is_met_with_the_nearest(cli):
    """Who misspells an address gets the one that it resembles; who names none that exists learns so."""
    assert "'hello'" in cli("lint", "helo").err
    for command in ("diff", "graph"):
        found = cli(command, "nobody")
        assert found.code == exits.ERROR
        assert "neither declared nor recorded" in found.err


def test_fix_repairs_the_file_and_nothing_else(flows, cli):
    """--fix shows the change as git would, keeps the manner of the file and its placeholders, and finds no more."""
    hello = flows.manifests / "flows" / "hello.json"
    before = hello.read_text()
    found = cli("lint", "--fix")
    assert '-                    "name": "say"' in found.out
    assert '+                    "next": "say"' in found.out
    assert hello.read_text() == before.replace('"name": "say"\n', '"next": "say"\n', 1)
    assert "${var.key}" in hello.read_text()
    assert rules(cli("--json", "lint")) == [LOOP]
    assert cli("--json", "lint", "--fix").json["repaired"] == []


def test_fix_of_an_inline_definition(flows, cli):
    """A definition in its manifest is repaired there; comments stay."""
    body = json.loads((flows.manifests / "flows" / "hello.json").read_text())
    manifest = flows.manifests / "hello.yaml"
    text = manifest.read_text().replace("{file: flows/hello.json}", json.dumps(body)) + "  # the end\n"
    manifest.write_text(text)
    assert '"next": "say"' in cli("lint", "--fix").out.replace("next: say", '"next": "say"')
    assert manifest.read_text().endswith("  # the end\n")
    assert rules(cli("--json", "lint")) == [LOOP]


def test_what_is_suppressed_is_not_repaired(flows, cli):
    """A suppressed finding is left alone, counted, and kept in JSON; a suppression too many is told of."""
    manifest = flows.manifests / "hello.yaml"
    hide = "    - {rule: unknown-transition-key, widget: post, reason: On purpose}\n"
    manifest.write_text(manifest.read_text() + "  lint:\n   suppress:\n" + hide)
    before = (flows.manifests / "flows" / "hello.json").read_text()
    assert cli("lint", "--fix").out == "No findings. 1 suppressed.\n"
    assert (flows.manifests / "flows" / "hello.json").read_text() == before
    assert cli("--json", "lint").json["findings"][0]["suppressed"] == "On purpose"
    manifest.write_text(manifest.read_text() + hide.replace("widget: post", "widget: gone"))
    (_, unused) = sorted(cli("--json", "lint").json["findings"], key=lambda one: one["rule"])
    assert (unused["rule"], unused["file"], unused["line"]) == ("unused-suppression", "hello.yaml", 10)


@pytest.mark.parametrize(
    ("name", "begin"), [("sarif", "{"), ("junit", "<?xml"), ("github", "::warning"), ("json", "{")]
)
def test_formats_go_to_a_file(flows, cli, name, begin):
    """--output writes the format into a file, and the number of findings to stdout."""
    found = cli("lint", "--format", name, "--output", "found.txt")
    assert (flows.root / "found.txt").read_text().startswith(begin)
    assert found.out.startswith("1 warning.")
    assert "manifests/flows/hello.json" in cli("lint", "--format", name).out or name == "json"


def test_a_place_that_cannot_be_written(cli):
    """A folder that is not there is an error with what to do."""
    found = cli("lint", "--output", "nowhere/found.txt")
    assert found.code == exits.ERROR
    assert "hint" in found.err


def test_a_plan_shows_what_lint_says_of_what_changes(flows, cli):
    """A plan tells people on stderr, with places, and is not refused; --lint=off and machines hear nothing."""
    found = cli("plan")
    assert found.code == exits.DONE
    assert "unknown-transition-key" in found.err
    assert "hello.json:" in found.err
    assert "unknown-transition-key" not in cli("plan", "--lint", "off").err
    assert cli("plan", "--json").err == ""
    assert "unknown-transition-key" in cli("apply", "--auto-approve").err
    assert cli("plan").err == ""
    flows.says("menu", "Something else")
    assert "unknown-transition-key" not in cli("plan").err


def test_a_plan_is_refused_because_of_errors_when_asked(flows, cli):
    """--lint=error refuses errors of the project's own choice, before anything is sent; warnings pass."""
    assert cli("plan", "--lint", "error").code == exits.DONE
    file = flows.manifests / "project.yaml"
    file.write_text(file.read_text() + "      unknown-transition-key: error\n")
    assert cli("plan").code == exits.DONE
    found = cli("plan", "--lint", "error", "--json")
    assert found.code == exits.REFUSED
    (objection,) = found.json["objections"]
    assert (objection["id"], objection["scope"], objection["flag"]) == ("lint", "plan", "--lint=warn")
    assert cli("apply", "--auto-approve", "--lint", "error").code == exits.REFUSED
    assert not (flows.root / "state" / "local.json").exists() or flows.state()["resources"] == {}
    hello = flows.manifests / "hello.yaml"
    hello.write_text(
        hello.read_text() + "  lint: {suppress: [{rule: unknown-transition-key, reason: Known to everybody}]}\n"
    )
    assert cli("plan", "--lint", "error").code == exits.DONE


def test_what_a_file_does_not_allow_stops_no_other_repair(flows, cli):
    """Two flows of one file that want different repairs: the first is done, the other is told."""
    hello = flows.manifests / "flows" / "hello.json"
    data = json.loads(hello.read_text())
    data["states"][1]["transitions"].append({"event": "failed", "name": "post"})
    hello.write_text(json.dumps(data, indent=2))
    menu = flows.manifests / "menu.yaml"
    hide = "  lint: {suppress: [{rule: unknown-transition-key, widget: say, reason: On purpose}]}\n"
    menu.write_text(menu.read_text().replace("flows/menu.json", "flows/hello.json") + hide)
    found = cli("lint", "--fix")
    assert "1 file repaired" in found.out
    assert "Flow/menu is not repaired" in found.err
    assert json.loads(hello.read_text())["states"][1]["transitions"][-1] == {"event": "failed", "next": "post"}
