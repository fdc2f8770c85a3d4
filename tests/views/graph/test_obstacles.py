from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.views.graph.obstacles import Obstacles
from reconciler.views.graph.placement import simplified

PLACES = st.integers(0, 30).map(lambda number: number * 5.0)
LINES = st.lists(PLACES, min_size=4, max_size=7).map(
    lambda turns: simplified([(turns[i - i % 2], turns[i - 1 + i % 2]) for i in range(1, len(turns))])
)
BLOCKS = st.tuples(PLACES, PLACES).map(lambda at: (*at, at[0] + 30.0, at[1] + 20.0))


def pieces(lines, *, level):
    return [piece for line in lines for piece in pairwise(line) if (piece[0][1] == piece[1][1]) == level]


def span(one, other):
    return min(one, other), max(one, other)


def counted(line, lines, blocks):
    """Count what a line meets by a look at every block and every piece."""
    hits = shared = crossed = 0
    for (x1, y1), (x2, y2) in pairwise(line):
        (left, right), (top, bottom) = span(x1, x2), span(y1, y2)
        hits += sum(left < b[2] + 11 and right > b[0] - 11 and top < b[3] - 1 and bottom > b[1] + 1 for b in blocks)
        level = y1 == y2
        at, low, high = (y1, left, right) if level else (x1, top, bottom)
        axis = int(level)
        for one, other in pieces(lines, level=level):
            begin, end = span(one[1 - axis], other[1 - axis])
            shared += abs(one[axis] - at) < 6 and begin < high and low < end
        for one, other in pieces(lines, level=not level):
            begin, end = span(one[axis], other[axis])
            crossed += low < one[1 - axis] < high and begin < at < end
    return 2_000.0 * hits + 260.0 * shared + 12.0 * crossed


@settings(max_examples=60)
@given(LINES, st.lists(LINES, max_size=6), st.lists(BLOCKS, max_size=6))
def test_what_a_line_meets_is_counted_without_a_look_at_each(line, lines, blocks):
    """Blocks hit, lines shared and lines crossed cost what a look at every one of them gives."""
    obstacles = Obstacles(blocks)
    for other in lines:
        obstacles.take(other)
    assert obstacles.trouble(line, float("inf")) == counted(line, lines, blocks)


def test_a_line_that_is_too_dear_is_given_up():
    """What costs more than the best so far is at least that dear, and need not be counted to its end."""
    obstacles = Obstacles([(0.0, 0.0, 30.0, 20.0)])
    assert obstacles.trouble([(-50.0, 10.0), (50.0, 10.0), (50.0, 90.0)], 100.0) >= 100.0
