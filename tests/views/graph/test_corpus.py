"""Every real flow can be drawn, and every real edit. Skips where the corpus is not there."""

import json
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pydot
import pytest

from reconciler.definition import document
from reconciler.definition.graph import graph_of
from reconciler.definition.graph_difference import compared_graph
from reconciler.model.address import flow
from reconciler.views.graph import render_dot, render_mermaid, render_svg
from reconciler.views.graph.boxes import boxes_of
from reconciler.views.graph.scene import scene_of
from reconciler.workflows.graph import Pictured

# pydot calls pyparsing by names that it is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")

STUDIO = Path(__file__).parents[3] / ".." / "shared" / "studio"


def flows(pattern):
    found = []
    for path in sorted(STUDIO.glob(pattern)):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(data, dict) and isinstance(data.get("states"), list):
            found.append((path, document.of(data)))
    if not found:
        pytest.skip("the corpus of real flows is not here")
    return found


def overlaps(scene):
    boxes = [(p.at[0], p.at[1], p.at[0] + p.box.width, p.at[1] + p.box.height) for p in scene.boxes]
    return [
        (one, other)
        for i, one in enumerate(boxes)
        for other in boxes[i + 1 :]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


def test_every_real_flow_is_drawn():
    """No flow crashes a format; the SVG is XML; no two widgets overlap; the trigger of a computed layout is on top."""
    for path, definition in flows("corpus/*.json"):
        pictured = Pictured(flow("real"), graph_of(definition), path.name)
        ET.fromstring(render_svg(pictured))  # noqa: S314 - our own text
        render_mermaid(pictured)
        render_dot(pictured)
        for layout in (None, "auto"):
            scene = scene_of(pictured.graph, pictured.overlay, layout)
            assert overlaps(scene) == [], path.name
        top = min(placed.at[1] for placed in scene.boxes)
        assert {placed.box.node.key for placed in scene.boxes if placed.at[1] == top} == {pictured.graph.start}


def test_the_dot_of_some_real_flows_is_dot():
    """A reader of the language understands the flows with the most widgets and those with the oddest shapes."""
    found = sorted(flows("corpus/**/*.json"), key=lambda item: len(item[1].text))
    for _, definition in [*found[:3], *found[-8:-5]]:
        graph = graph_of(definition)
        (read,) = pydot.graph_from_dot_data(render_dot(Pictured(flow("real"), graph, "live")))
        assert len(read.get_edges()) == sum(edge.target is not None for edge in graph.edges)


def test_every_real_edit_is_drawn():
    """Two neighbouring revisions of every flow give a graph with marks exactly when their behaviour differs."""
    found = flows("corpus-revisions/*/*.json")
    pairs = [(one, two) for one, two in pairwise(found) if one[0].parent == two[0].parent]
    assert pairs
    for (_, before), (path, after) in pairs:
        graph = compared_graph(before, after)
        marked = any(node.mark for node in graph.nodes)
        flow_alone = {**before.data(), "states": []} != {**after.data(), "states": []}
        assert marked == (before.digests.behaviour != after.digests.behaviour) or flow_alone, path
        assert len(boxes_of(graph, Pictured(flow("real"), graph, "live").overlay)) == len(graph.nodes)
