from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from reconciler.errors import ConflictError, CycleError, LoadError, ReconcilerError, RequestRefusedError, UsageError
from reconciler.model.address import flow
from reconciler.model.finding import Finding, Place
from reconciler.views import human
from reconciler.views.style import Style


def test_findings_as_expected(findings, golden):
    """Findings are sorted by place, each with its rule and its hint, and counted."""
    golden("findings.txt", human.render_findings(findings, Style()))
    assert human.render_findings(reversed(findings), Style()) == human.render_findings(findings, Style())
    assert human.render_findings([], Style()) == "No findings."


@pytest.mark.parametrize("width", [80, 120])
def test_status_as_expected(statuses, golden, width: int):
    """Status is a table with notes below; a wide place shows SIDs as well."""
    golden(f"status-{width}.txt", human.render_status(statuses, Style(width=width)))


def test_status_of_nothing():
    """No resources is said in words."""
    assert human.render_status([], Style()) == "No resources."


def test_status_in_colour_has_the_same_words(statuses):
    """A condition is painted where it stands, even if the address holds the same word."""
    text = human.render_status(statuses, Style(color=True))

    assert "\x1b[1;33mdrifted\x1b[0m" in text
    assert "Flow/changed-flow" in text


def test_drift_as_expected(plans, golden):
    """Drift shows who changed what, and that there is none when there is none."""
    golden("drift.txt", human.render_drift(plans["drift-stop"], Style()))
    assert human.render_drift(plans["empty"], Style()).startswith("No drift")


def test_history_as_expected(history, golden):
    """History is newest first, marks the published head, and shows what people wrote without our mark."""
    golden("history.txt", human.render_history(history, Style()))


def test_state_as_expected(state, golden):
    """The state's list and single resources are readable."""
    shown = [human.render_state_list(state, Style())]
    shown += [human.render_state_show(state, address, Style()) for address in (*state.resources, *state.pending)]
    golden("state.txt", "\n\n".join(shown))


def test_an_empty_state_and_an_unknown_address(state):
    """An empty state has a total; an unknown address is a usage error that says where to look."""
    empty = replace(state, resources={}, pending={})
    assert human.render_state_list(empty, Style()) == "State: 0 resources, 0 pending, serial 42."
    with pytest.raises(UsageError) as caught:
        human.render_state_show(empty, flow("nobody"), Style())
    assert caught.value.hint is not None


def test_small_results_as_expected(small_results, golden):
    """Differences, explanations, imports, rollbacks, checks and versions read as expected."""
    shown = [
        human.render_compared(small_results["compared"], Style()),
        human.render_compared(small_results["same"], Style()),
        human.render_explanation(small_results["explanation"], Style()),
        human.render_imported(small_results["imported"], Style()),
        human.render_rolled_back(small_results["rolled-back"], Style()),
        human.render_rolled_back(small_results["live-only"], Style()),
        human.render_checks(small_results["checks"], Style()),
        human.render_checks([], Style()),
        human.render_version("0.1.0", {"Python": "3.11.9", "httpx": "0.28.1"}),
    ]
    golden("small-results.txt", "\n\n".join(shown))


@pytest.mark.parametrize(
    ("error", "parts"),
    [
        (UsageError("no such flag", hint="See --help."), ["Error: no such flag", "  hint: See --help."]),
        (ConflictError("revision moved"), ["Error: revision moved"]),
        (CycleError(["a", "b", "a"]), ["Error: references run in a circle: a -> b -> a"]),
        (RequestRefusedError("refused", status=400, code=20001), ["Error: refused", "  HTTP 400, Twilio error 20001"]),
        (
            LoadError([Finding("unknown-key", "error", "key 'nmae'", Place("a.yaml", 3, 5))]),
            ["a.yaml:3:5: error: key 'nmae' [unknown-key]", "Error: 1 error in the manifests"],
        ),
    ],
)
def test_an_error_says_what_where_and_what_to_do(error: ReconcilerError, parts: list[str]):
    """An error shows its findings, its message, what Studio answered and its hint."""
    assert human.render_error(error, Style()).splitlines() == parts


def test_sensitive_texts_are_covered(small_results, history, plans):
    """What shows content covers sensitive texts."""
    entry = replace(history.entries[0], message="Good morning!")
    revision = replace(plans["drift-stop"].drift[0].revisions[0], message="Good morning!")
    drift = replace(plans["drift-stop"].drift[0], revisions=(revision,))
    secret = frozenset({"Good morning!"})
    finding = Finding("r", "error", "Good morning!", hint="Good morning!")
    for text in (
        human.render_compared(small_results["compared"], Style(), sensitive=secret),
        human.render_rolled_back(small_results["rolled-back"], Style(), sensitive=secret),
        human.render_history(replace(history, entries=(entry,)), Style(), sensitive=secret),
        human.render_drift(replace(plans["drift-stop"], drift=(drift,)), Style(), sensitive=secret),
        human.render_findings([finding], Style(), sensitive=secret),
        human.render_error(LoadError([finding], hint="Good morning!"), Style(), sensitive=secret),
    ):
        assert "(sensitive)" in text
        assert "Good morning!" not in text


def test_addresses_are_in_order(statuses):
    """The order of what is handed over does not matter."""
    assert human.render_status(statuses[::-1], Style()) == human.render_status(statuses, Style())


def test_times_are_utc(history):
    """A time of another zone is shown in UTC."""
    at = datetime(2026, 9, 30, 14, 0, tzinfo=UTC).astimezone(timezone(timedelta(hours=2)))
    shown = human.render_history(replace(history, entries=(replace(history.entries[0], at=at),)), Style())

    assert "2026-09-30 14:00 " in shown
