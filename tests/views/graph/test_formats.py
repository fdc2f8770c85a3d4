import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pydot
import pytest

from reconciler.definition.graph import Note, Overlay
from reconciler.errors import UsageError
from reconciler.views.graph import png, render_dot, render_mermaid, render_png
from reconciler.views.machine.graph import render_graph

# pydot calls pyparsing by names that it is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")

GOLDEN = Path(__file__).parent / "golden"
NODE = re.compile(r'  (w\d+)(\(\[|\{\{|\(|\[\(|\[\[|\[/|\[|>)"([^"]*)"(\]\)|\}\}|\)\]|\)|\]\]|\\\]|\])(?::::[a-z]+)?')
EDGE = re.compile(r'  (w\d+) (-->|-\.->)\|"([^"]*)"\| (w\d+)')
OTHER = re.compile(
    r"flowchart TD|  accTitle: [^;{}]+|  accDescr: [^;{}]+|  classDef [a-z]+ \S.*|  linkStyle \d+ \S.*", re.ASCII
)
PAIRS = {"([": "])", "{{": "}}", "(": ")", "[(": ")]", "[": "]", "[[": "]]", "[/": "\\]", ">": "]"}


def same_as_golden(name, text):
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8")


def read_mermaid(text):
    """Read the part of Mermaid's language that we write; give nodes and edges. Anything else is a fault."""
    nodes, edges = {}, []
    for line in text.splitlines():
        if node := NODE.fullmatch(line):
            assert PAIRS[node[2]] == node[4], line
            nodes[node[1]] = node[3]
        elif edge := EDGE.fullmatch(line):
            edges.append((edge[1], edge[4]))
        else:
            assert OTHER.sub("", line) == "" or OTHER.match(line), line
    return nodes, edges


@pytest.mark.parametrize("side", ["one", "both"])
def test_dot_looks_like_its_golden_file(side, request):
    """The DOT of a small flow, and of an edit of it, is what a person has read and approved."""
    same_as_golden(f"{side}.dot", render_dot(request.getfixturevalue(side)))


@pytest.mark.parametrize("side", ["one", "both"])
def test_mermaid_looks_like_its_golden_file(side, request):
    """The Mermaid of a small flow, and of an edit of it, is what a person has read and approved."""
    same_as_golden(f"{side}.mmd", render_mermaid(request.getfixturevalue(side)))


@pytest.mark.parametrize("side", ["one", "both"])
def test_dot_is_dot(side, request):
    """A reader of the language finds as many nodes and edges as the graph has, error paths dashed."""
    pictured = request.getfixturevalue(side)
    (read,) = pydot.graph_from_dot_data(render_dot(pictured))
    nodes = [node for node in read.get_nodes() if node.get_name().startswith("w")]
    assert len(nodes) == len(pictured.graph.nodes)
    wired = [edge for edge in pictured.graph.edges if edge.target is not None]
    styles = [edge.get_style() for edge in read.get_edges()]
    assert len(styles) == len(wired)
    assert ("dotted" in styles) == (side == "both")
    assert styles.count("dashed") == sum(edge.error and edge.mark != "removed" for edge in wired)


@pytest.mark.parametrize("side", ["one", "both"])
def test_mermaid_is_mermaid(side, request):
    """Every line is a node, an edge or a style; edges join nodes; labels hold nothing that is syntax."""
    pictured = request.getfixturevalue(side)
    nodes, edges = read_mermaid(render_mermaid(pictured))
    assert len(nodes) == len(pictured.graph.nodes)
    assert len(edges) == sum(edge.target is not None for edge in pictured.graph.edges)
    assert {end for edge in edges for end in edge} <= set(nodes)


def test_other_peoples_text_stays_text(make):
    """Whatever a name or a condition holds, both languages still read as one node and one edge."""
    odd = 'a"]-->b; \\ end\n<script> #quot; `x` {|} ~~~ %% \x00'
    pictured = make([{"name": odd, "type": odd, "transitions": [{"event": odd, "next": odd}], "properties": {}}])
    nodes, edges = read_mermaid(render_mermaid(pictured))
    assert (len(nodes), len(edges)) == (1, 1)
    (read,) = pydot.graph_from_dot_data(render_dot(pictured))
    assert len(read.get_edges()) == 1


def test_notes_stand_in_every_language(one):
    """An overlay's words reach DOT and Mermaid too."""
    overlay = Overlay({"ask": Note("seen 7")}, {("choose", "noMatch"): Note("seen 3")})
    for text in (render_dot(replace(one, overlay=overlay)), render_mermaid(replace(one, overlay=overlay))):
        assert "seen 7" in text
        assert "seen 3" in text


def test_json_has_the_whole_graph(both):
    """The document for other programs has nodes and edges with their marks."""
    data = json.loads(render_graph(both))
    assert {node["key"]: node["mark"] for node in data["nodes"]}["welcome"] == "renamed"
    assert {"source": "choose", "label": 'match equal_to "1"', "target": "notify", "error": False, "mark": "added"} in (
        data["edges"]
    )


def test_a_png_is_a_png(one):
    """With the optional part a flow becomes an image of twice the picture's size."""
    pytest.importorskip("resvg_py")
    try:
        image = render_png(one)
    except UsageError:
        pytest.skip("there is no font here")
    assert image.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(image[16:20], "big") > 1000


def test_a_png_without_its_library_names_what_is_missing(one, monkeypatch):
    """Without the optional part the error says which package is missing and what else can be done."""
    png._drawer.cache_clear()
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(UsageError) as caught:
        render_png(one)
    assert "reconciler[png]" in (caught.value.hint or "")
    png._drawer.cache_clear()


@pytest.mark.parametrize("side", ["one", "both"])
def test_every_format_covers_secrets(side, request):
    """A text that nobody may see stands in no format, names included."""
    pictured = request.getfixturevalue(side)
    for render in (render_dot, render_mermaid, render_graph):
        assert "choose" not in render(pictured, sensitive=frozenset({"choose"}))
