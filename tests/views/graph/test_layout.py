from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.views.graph.canvas import canvas_places, routed
from reconciler.views.graph.channels import Turn, levels_of
from reconciler.views.graph.layered import layered
from reconciler.views.graph.placement import Block, Link, entries, simplified


def areas(blocks, places):
    return [(x, y, x + b.width, y + b.height) for (x, y), b in zip(places, blocks, strict=True)]


def overlapping(found):
    return [
        (one, other)
        for i, one in enumerate(found)
        for other in found[i + 1 :]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


def inside(route, area):
    """Tell whether some piece of a line runs through a block; touching its border is arriving or leaving."""
    left, top, right, bottom = area
    return any(
        max(x1, x2) > left + 1 and min(x1, x2) < right - 1 and max(y1, y2) > top + 1 and min(y1, y2) < bottom - 1
        for (x1, y1), (x2, y2) in pairwise(route)
    )


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 24))
    sizes = st.tuples(st.integers(100, 400), st.integers(50, 200))
    blocks = [Block(*map(float, draw(sizes))) for _ in range(count)]
    node = st.integers(0, count - 1)
    ends = draw(st.lists(st.tuples(node, node, st.floats(0.1, 0.9)), max_size=40))
    return blocks, [Link(a, blocks[a].width * share, b) for a, b, share in ends], draw(st.none() | node)


@given(graphs())
def test_layers_keep_everything_apart(graph):
    """No two blocks overlap, no line runs through a block, every line joins its blocks, in whatever graph."""
    blocks, links, start = graph
    placed = layered(blocks, links, start)
    found = areas(blocks, placed.places)
    assert overlapping(found) == []
    for link, route in zip(links, placed.routes, strict=True):
        left, _, _, bottom = found[link.source]
        assert route[0] == pytest.approx((left + link.port, bottom), abs=0.2)
        assert found[link.target][0] < route[-1][0] < found[link.target][2]
        assert route[-1][1] == pytest.approx(found[link.target][1], abs=0.2)
        assert not any(inside(route, area) for area in found)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(route))


@given(graphs())
def test_the_start_stands_on_top(graph):
    """No block stands above or beside the start; laying the same thing out twice gives the same places."""
    blocks, links, start = graph
    placed = layered(blocks, links, start)
    if start is not None:
        top = placed.places[start][1]
        assert all(y > top for index, (_, y) in enumerate(placed.places) if index != start)
    assert layered(blocks, links, start) == placed


def test_the_longest_chain_needs_no_deep_stack():
    """A chain of as many widgets as Studio allows is laid out."""
    blocks = [Block(200, 80)] * 2000
    placed = layered(blocks, [Link(i, 100, i + 1) for i in range(1999)], 0)
    assert len({x for x, _ in placed.places}) == 1


def test_the_canvas_is_kept():
    """Where people left widgets, and nothing overlaps, every place is the definition's own."""
    blocks = [Block(200, 100, (0, 0)), Block(200, 100, (0, 300)), Block(200, 100, (400, 300))]
    assert canvas_places(blocks, []) == ((0, 0), (0, 300), (400, 300))


def test_a_canvas_that_is_too_tight_is_stretched():
    """Places that are a little too near to each other keep their order and proportions."""
    blocks = [Block(200, 100, (0, 0)), Block(200, 100, (150, 0))]
    places = canvas_places(blocks, [])
    assert places is not None
    assert overlapping(areas(blocks, places)) == []
    assert places[1][0] > 200


@pytest.mark.parametrize("second", [None, (10.0, 10.0)])
def test_a_canvas_that_cannot_be_kept_is_none(second):
    """Missing places, and places on top of each other, are no canvas; forced, they are."""
    blocks = [Block(200, 100, (0, 0)), Block(200, 100, second)]
    assert canvas_places(blocks, []) is None
    assert canvas_places(blocks, [], forced=True) is not None


def test_a_stray_block_costs_nobody_the_canvas():
    """A place for a widget that does not exist is found below what names it."""
    blocks = [Block(200, 100, (0, 0)), Block(200, 100, (0, 200)), Block(200, 100, stray=True)]
    places = canvas_places(blocks, [Link(0, 50, 2)])
    assert places is not None
    assert overlapping(areas(blocks, places)) == []
    assert places[2][1] > 100


def test_lines_on_the_canvas_go_around_blocks():
    """A line does not run through the block that stands in its way."""
    blocks = [Block(200, 100, (0, 0)), Block(200, 100, (0, 200)), Block(200, 100, (0, 400))]
    places = canvas_places(blocks, [])
    assert places is not None
    placed = routed(blocks, [Link(0, 100, 2), Link(2, 100, 0), Link(1, 50, 1)], places)
    found = areas(blocks, placed.places)
    assert not any(inside(route, area) for route in placed.routes for area in found)


def test_lines_arrive_apart():
    """Lines that arrive at one block keep a distance and the order in which they come."""
    links = [Link(0, 0, 1) for _ in range(5)]
    xs = entries([Block(200, 50), Block(200, 50)], links, [300, 90, 90, -40, 95])
    assert sorted(xs) == [xs[3], xs[1], xs[2], xs[4], xs[0]]
    assert all(right - left >= 15.9 for left, right in pairwise(sorted(xs)))
    assert all(10 < x < 190 for x in xs)


def test_lines_between_layers_do_not_lie_on_each_other():
    """Where one line comes from above and another goes on below at the same place, the first turns off higher."""
    down = Turn(1, 100, 300, start_above=True, end_above=False)
    into = Turn(1, 0, 100, start_above=True, end_above=False)
    assert levels_of([down, into]) == [0, 1]
    assert levels_of([into, down]) == [1, 0]


def test_turns_that_do_not_meet_share_a_level():
    """Lines side by side need no more height than one."""
    turns = [Turn(1, x, x + 50, start_above=True, end_above=False) for x in (0, 100, 200)]
    assert levels_of(turns) == [0, 0, 0]


def test_straight_corners_are_left_out():
    """A corner where a line does not turn is none."""
    assert simplified([(0, 0), (0, 5), (0, 9), (4, 9), (4, 9)]) == ((0, 0), (0, 9), (4, 9))
