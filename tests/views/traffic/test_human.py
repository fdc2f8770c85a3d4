import json
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.definition import document
from reconciler.views.style import Style
from reconciler.views.traffic import render_compared, render_csv, render_json, render_report
from reconciler.views.traffic.figures import bar, lasting, share, when
from reconciler.workflows.traffic.report import Asked, report
from reconciler.workflows.traffic.summarise import Drawn
from tests.support.traffic import BEGAN, CONTACT, DEFINITION, WORDS

BEGIN_ONLY = ("Trigger", "incomingMessage", "ask")

TABLE = """\
10 executions with 43 steps since 2026-11-01 12:00 UTC, from Studio.

Flow/menu  FW00000000000000000000000000000001
  revision 7: 10 executions, begun 2026-11-01 12:00 to 2026-11-01 12:00 UTC
  6 finished (60 %), 3 dropped (30 %), 1 active (10 %), no answer 2 times
  lasted 1.0m (median), 2.0h (p90), 2.0h at most

  WIDGET                     ENTERED  FINISHED  DROPPED        ACTIVE  MEDIAN   P90   MAX
  Trigger                         10                                      10s  1.0h  1.0h
  ask                             16                  3  19 %             10s  1.0h  1.0h
    incomingMessage → which       13   81 %  █████████████
    timeout → (end)                2   12 %  ██  no answer
    (ended here)                   1    6 %  █
  which                           13                                1     10s   10s   10s
    = 1 or = one → thanks          6   46 %  ███████▍
    noMatch → ask                  6   46 %  ███████▍
  thanks                           6         6                            10s   10s   10s

  Most frequent paths
    6   60 %  Trigger → ask → which → thanks (finished)
    2   20 %  Trigger → ask (dropped: timeout)
    1   10 %  Trigger → ask (dropped: ended there)
    1   10 %  Trigger → ask → which (active)"""


def test_the_table_tells_who_came_and_who_was_lost(reported, runs):
    """Widgets come in the order of the definition, with counts, shares, durations, and every way that parts them."""
    assert render_report(reported(runs), Style(width=100, unicode=True)) == TABLE


@pytest.mark.parametrize("width", [80, 100])
def test_the_table_keeps_to_the_width(reported, runs, make, width):
    """Whatever the names, no line is wider than the place, but for the one that tells a whole name."""
    name = "a_widget_with_a_name_that_is_far_too_long_" * 3
    long = make(("Trigger", "incomingMessage", name))
    text = render_report(reported([*runs, long]), Style(width=width, unicode=True))
    assert max(len(line) for line in text.splitlines() if name not in line) <= width
    assert render_report(reported(runs), Style(width=width)).isascii()


def test_colours_carry_no_meaning_of_their_own(reported, runs):
    """Without its colours the text is the same."""
    coloured = render_report(reported(runs), Style(color=True, width=100, unicode=True))
    assert "\x1b[31m" in coloured
    plain = coloured
    for code in ("0", "1", "2", "31", "32", "33", "1;33"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert [line.rstrip() for line in plain.splitlines()] == TABLE.splitlines()


def test_what_the_definition_lacks_is_told(reported, make):
    """A widget and a way that are not in the definition are shown as such, and where nobody came is listed."""
    text = render_report(
        reported([make(("Trigger", "incomingMessage", "gone"), ("gone", "next", "Ended"))]), Style(unicode=True)
    )
    assert "incomingMessage → gone" in text
    assert "not in the definition" in text
    assert "Not in the definition (revision 7): gone" in text
    assert "Nobody came to: ask, which, thanks" in text


def test_a_gap_and_reasons_are_told(reported, make):
    """A move that no step tells of is a way of its own, and why executions ended stands where somebody told it."""
    execution, steps = make(BEGIN_ONLY, ("ask", "incomingMessage", "which"), ("which", "noMatch", "Ended"))
    told = (replace(execution, ended_reason="FLOW_END"), [steps[0], steps[2]])
    text = render_report(reported([told, make()]), Style(unicode=True))
    assert "(no step tells) → which" in text
    assert "Of 1 move between widgets no step tells" in text
    assert "ended by FLOW_END 1" in text
    assert "1 without steps (50 %)" in text


def test_a_time_that_was_looked_at_is_told(reported, runs):
    """A report says from when and until when, in UTC; a week that nobody limited says so too."""
    until = BEGAN + timedelta(hours=2, minutes=30)
    assert "2026-11-01 12:00 to 2026-11-01 14:30 UTC" in render_report(reported(runs, until=until), Style())
    found = reported(runs)
    assert when(replace(found, since=None, until=until)) == "before 2026-11-01 14:30 UTC"
    assert when(replace(found, since=None)) == ""


def test_older_revisions_take_one_line(reported, runs, make):
    """The newest revision is shown in full; of others how many ran and how many were dropped."""
    text = render_report(reported([*runs, make(BEGIN_ONLY, revision=6)]), Style())
    assert text.count("Most frequent paths") == 1
    assert "revision 6: 1 execution, 1 dropped (100 %)" in text
    assert "`reconciler executions report Flow/menu --revision N`" in text


def test_two_revisions_stand_side_by_side(reported, make):
    """What more are lost is told in points, and whether it is more than chance."""
    good = (BEGIN_ONLY, ("ask", "incomingMessage", "which"), ("which", "match", "thanks"), ("thanks", "sent", "Ended"))
    runs = [make(*good, revision=1) for _ in range(50)]
    runs += [make(*(good if number % 2 else (BEGIN_ONLY,)), revision=2) for number in range(50)]
    text = render_compared(reported(runs), (1, 2), Style(unicode=True))
    lines = {line.split("  ")[1]: line for line in text.splitlines() if line.startswith("  ")}
    assert "0 % → 50 %  +50 !" in lines["(all executions)"]
    assert "50 → 50" in lines["ask"]
    assert "50 → 25" in lines["thanks"]


def test_a_renamed_widget_is_compared_with_itself(make):
    """A widget that only changed its name between the revisions has one line, with both names."""
    old = json.loads(json.dumps(DEFINITION).replace('"thanks"', '"bye"'))
    sides = {7: Drawn("revision 7", document.of(DEFINITION)), 6: Drawn("revision 6", document.of(old))}
    way = (BEGIN_ONLY, ("ask", "incomingMessage", "which"))
    runs = [make(*way, ("which", "match", "bye"), ("bye", "sent", "Ended"), revision=6)]
    runs += [make(*way, ("which", "match", "thanks"), ("thanks", "sent", "Ended"), revision=7) for _ in range(3)]
    found = report(
        runs, Asked("Studio", (), {}), lambda keys: {key: sides[key[1]] for key in keys if key[1] is not None}
    )
    assert "thanks (was bye)  1 → 3" in render_compared(found, (6, 7), Style(unicode=True))


def test_no_view_shows_personal_data(reported, runs):
    """Neither contacts nor what they wrote, nor who an execution was, can be in a report."""
    found = reported(runs)
    for text in (
        render_report(found, Style()),
        render_json(found),
        render_csv(found),
        render_compared(found, (7, 7), Style()),
    ):
        assert CONTACT not in text
        assert WORDS not in text
        assert "FN0" not in text
        assert "FT0" not in text


def test_sensitive_texts_are_covered(reported, runs):
    """A secret that is the name of a widget or the value of a condition is in none of the texts."""
    found, secret = reported(runs), frozenset({"thanks", "one"})
    for text in (
        render_report(found, Style(), sensitive=secret),
        render_json(found, sensitive=secret),
        render_csv(found, sensitive=secret),
    ):
        assert "thanks" not in text
        assert "= one" not in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((None, ""), (0, "0s"), (0.25, "0.2s"), (9, "9s"), (59.4, "59s")),
        *((59.6, "1.0m"), (598, "10m"), (3571, "1.0h"), (1e6, "12d")),
    ],
)
def test_durations_are_short(seconds, text):
    """A duration has one unit, never sixty of a smaller one."""
    assert lasting(seconds) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 9, "0 %"), (1, 1000, "<1 %"), (999, 1000, ">99 %"), (5, 5, "100 %"), (1, 0, "0 %")]
)
def test_shares_never_say_none_of_some(part, whole, text):
    """Little is not told as nothing, and nearly all not as all."""
    assert share(part, whole) == text


def test_bars_have_the_length_of_their_share():
    """A bar is full when it is all, and there is something of it when there is little."""
    assert bar(8, 8, 4, unicode=True) == "████"
    assert bar(1, 1000, 4, unicode=True) == "▏"
    assert bar(4, 8, 4, unicode=False) == "##"
    assert bar(0, 8, 4, unicode=True) == ""
