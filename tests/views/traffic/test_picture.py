from dataclasses import replace

import pytest

from reconciler.errors import UsageError
from reconciler.views.graph import render_dot, render_mermaid, render_svg
from reconciler.views.traffic import traffic_picture


def pictured(found, when="since Monday"):
    return traffic_picture(found.flows[0], found.flows[0].revisions[0], when)


def test_the_picture_has_the_traffic_on_nodes_and_edges(reported, runs):
    """Each node says how many came and were lost, each edge how many went; shares of one move are told together."""
    shown = pictured(reported(runs))
    assert shown.side == "revision 7 · 10 executions · since Monday"
    nodes, edges = shown.overlay.nodes, shown.overlay.edges
    assert nodes["ask"].text == "16 entered · 3 dropped (19 %)"
    assert nodes["ask"].tone == "bad"
    assert nodes["thanks"].text == "6 entered · 6 finished"
    assert edges["ask", "incomingMessage"].text == "13"
    assert edges["ask", "incomingMessage"].weight == 1.0
    assert edges["which", 'match equal_to "1"'].text == edges["which", 'match equal_to "one"'].text == "6 together"
    for draw in (render_svg, render_dot, render_mermaid):
        assert "16 entered" in draw(shown).replace("#49;", "1")


def test_where_nobody_came_is_seen(reported, make):
    """A node and an edge without traffic say so."""
    shown = pictured(reported([make(("Trigger", "incomingMessage", "ask"))]))
    assert shown.overlay.nodes["which"].text == "nobody came"
    assert shown.overlay.edges["which", "noMatch"].text == "0"


def test_what_the_definition_lacks_is_drawn(reported, make):
    """Widgets and ways that steps tell of and the definition does not are added to the picture."""
    moves = (("Trigger", "incomingMessage", "gone"), ("gone", "next", "thanks"), ("thanks", "sent", "Ended"))
    shown = pictured(reported([make(*moves)]))
    stray = next(node for node in shown.graph.nodes if node.name == "gone")
    assert (stray.family, stray.detail) == ("missing", "not in this definition")
    assert {(edge.source, edge.target) for edge in shown.graph.edges} >= {("Trigger", "gone"), ("gone", "thanks")}
    assert shown.overlay.edges["gone", "next to thanks"].text == "1"
    assert "gone" in render_svg(shown)


def test_without_a_definition_there_is_no_picture(reported, runs):
    """Nobody can draw what nobody has."""
    flow = reported(runs).flows[0]
    with pytest.raises(UsageError):
        traffic_picture(flow, replace(flow.revisions[0], definition=None), "")
