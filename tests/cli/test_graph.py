import json
import xml.etree.ElementTree as ET

import pytest


@pytest.fixture
def edited(project, cli):
    """Give the command line of a project whose flow `hello` has two revisions, and a third one in the manifest."""
    cli("apply", "--auto-approve")
    project.says("hello", "Good day")
    cli("apply", "--auto-approve")
    project.says("hello", "Good night")
    return cli


def graph(cli, *options):
    found = cli("graph", "hello", *options, "--json")
    assert found.code == 0, found.err
    return found.json


def marks(data):
    return {node["key"]: node["mark"] for node in data["nodes"] if node["mark"]}


def says(data):
    return next(node["detail"] for node in data["nodes"] if node["key"] == "say")


def test_the_live_side_is_drawn(edited):
    """Without options the latest revision in Studio is drawn, as SVG on stdout."""
    found = edited("graph", "hello")
    assert found.code == 0
    assert "live (revision 2, published)" in found.out
    assert ET.fromstring(found.out).tag.endswith("svg")  # noqa: S314 - our own text
    assert says(graph(edited)) == "Good day"


@pytest.mark.parametrize(
    ("options", "side", "against", "text"),
    [
        (("--revision", 1), "revision 1 (published)", None, "This is hello"),
        (("--desired",), "manifest", None, "Good night"),
        (("--revision", 2, "--against", 1), "revision 2 (published)", "revision 1 (published)", "Good day"),
        (("--against", 1), "live (revision 2, published)", "revision 1 (published)", "Good day"),
        (("--against", "desired"), "live (revision 2, published)", "manifest", "Good day"),
        (("--desired", "--against", "live"), "manifest", "live (revision 2, published)", "Good night"),
    ],
)
def test_every_side_can_be_drawn_and_compared(edited, options, side, against, text):
    """--revision, --desired and --against name sides; what differs is marked, and nothing else."""
    data = graph(edited, *options)
    assert (data["side"], data["against"], says(data)) == (side, against, text)
    assert marks(data) == ({"say": "changed"} if against else {})


def test_the_manifest_needs_neither_state_nor_studio(project, cli):
    """--desired draws a flow that was never applied; nothing is written."""
    assert says(graph(cli, "--desired")) == "This is hello"
    assert not (project.root / "state").exists()


def test_a_flow_that_is_not_recorded_is_drawn_from_the_manifest_and_that_is_said(cli):
    """Before the first apply the picture is the manifest's, with a remark on stderr."""
    found = cli("graph", "hello", "--format", "mermaid")
    assert found.code == 0
    assert found.out.startswith("flowchart TD\n")
    assert "not recorded yet" in found.err


def test_without_studio_the_manifest_is_drawn_and_that_is_said(edited, cli, project):
    """When Studio cannot be reached the picture is the manifest's; a revision that was asked for is an error."""
    state = json.loads((project.root / "state" / "local.json").read_text())
    state["endpoint"] = "http://127.0.0.1:9"
    (project.root / "elsewhere.json").write_text(json.dumps(state))
    nowhere = ("--endpoint", "http://127.0.0.1:9", "--state", "elsewhere.json")
    found = edited("graph", "hello", *nowhere, "--format", "dot")
    assert found.code == 0, found.err
    assert found.out.startswith("digraph flow {\n")
    assert "this is what the manifest says" in found.err
    assert cli("graph", "hello", "--revision", 1, *nowhere).code == 1


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.svg", b"<svg "), ("a.dot", b"digraph"), ("a.gv", b"digraph"), ("a.mmd", b"flowchart"), ("a.txt", b"<svg ")],
)
def test_the_ending_of_the_file_says_the_format(cli, project, name, start):
    """--output writes the file, in the format of its ending; stdout stays empty."""
    found = cli("graph", "hello", "--desired", "--output", name)
    assert (found.code, found.out) == (0, "")
    assert (project.root / name).read_bytes().startswith(start)


def test_a_png_is_written(cli, project):
    """--output FILE.png gives an image where the optional part is installed."""
    pytest.importorskip("resvg_py")
    found = cli("graph", "hello", "--desired", "--output", "a.png")
    if "font" in found.err:
        pytest.skip("there is no font here")
    assert (project.root / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "options",
    [
        ("--format", "png"),
        ("--desired", "--revision", "1"),
        ("--against", "yesterday"),
        ("--against", "0"),
        ("--output", "no/such/folder/a.svg", "--desired"),
        ("--revision", "9"),
    ],
)
def test_what_makes_no_sense_is_an_error(edited, options):
    """Two sides at once, no side at all, a PNG as text, a file that cannot be: exit code 1 and a sentence."""
    found = edited("graph", "hello", *options)
    assert (found.code, found.out) == (1, "")
    assert found.err


def test_secrets_are_covered(cli):
    """A sensitive variable of the manifests stands in no picture."""
    for look in ("svg", "dot", "mermaid"):
        found = cli("graph", "hello", "--desired", "--format", look)
        assert found.code == 0
        assert "never-shown" not in found.out


@pytest.mark.parametrize("revision", ["abc", "0", "-1", "²"])
def test_a_revision_is_a_number(cli, revision):
    """What is no number of a revision is named in the words of the command, not of its parser."""
    found = cli("diff", "hello", "--", revision)
    assert found.code == 1
    assert "is no revision" in found.err
