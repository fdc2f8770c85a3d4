"""Exporting runs: nothing twice and nothing left out, whatever happens in between."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ExportError, UsageError
from reconciler.model.execution import ExecutionFilter
from reconciler.model.export import EXECUTIONS, STEPS, ExportSettings
from reconciler.workflows.executions import batches
from reconciler.workflows.executions.exporting import COMMIT_SECONDS, ExportRequest, export
from tests.support.executions import BEGIN, HELLO, MENU, Account, MemorySink, execution, run_sid, step, world_of
from tests.support.world import VirtualClock

PLAIN = ExportSettings()
MINUTE = timedelta(minutes=1)


def asked(flows=(HELLO,), more=PLAIN, **span):
    return ExportRequest(flows, more, lambda contact: contact[::-1], **span)


def taken(account, sink, clock=None, **more):
    return export(world_of(account, clock), sink, asked(**more))


def test_each_run_comes_once_when_it_has_ended():
    """What has not ended waits; when it has, it comes, and nothing else comes again."""
    account = Account([execution(1, at=9), execution(2, at=5, status="active"), execution(3, at=1)])
    sink = MemorySink()
    done = taken(account, sink)
    assert (sink.sids, done.open, done.rows["executions"]) == ([run_sid(1), run_sid(3)], 1, 2)
    assert taken(account, sink.again()).rows == {}
    account.runs[1] = replace(account.runs[1], status="ended")
    account.runs.append(execution(4, at=0.5))
    assert taken(account, sink.again()).open == 0
    assert sink.sids == [run_sid(1), run_sid(3), run_sid(2), run_sid(4)]


def test_active_ones_come_at_once_and_again_at_their_end():
    """With --include-active a run is there as it stands, and once more when it has ended."""
    account = Account([execution(1, status="active")])
    sink, more = MemorySink(), ExportSettings(active=True)
    taken(account, sink, more=more)
    taken(account, sink.again(), more=more)
    account.runs[0] = replace(account.runs[0], status="ended")
    taken(account, sink.again(), more=more)
    taken(account, sink.again(), more=more)
    assert [(row[0], row[3]) for row in sink.rows["executions"]] == [(run_sid(1), "active"), (run_sid(1), "ended")]


def test_a_run_that_a_list_shows_late_is_not_left_out():
    """A run that began a little before the newest one and was not listed then comes with the next export."""
    account = Account([execution(1, at=1)])
    sink = MemorySink()
    taken(account, sink)
    account.runs.append(execution(2, at=5))
    taken(account, sink.again())
    assert sink.sids == [run_sid(1), run_sid(2)]


def test_rows_have_the_path_and_a_pseudonym():
    """Steps are numbered in the order of the path; a contact is never as it is unless that was asked for."""
    run = execution(1)
    account = Account([run], {run.sid: [step(1, run, "Trigger x ask"), step(2, run, "ask y Ended")]})
    sink = MemorySink()
    taken(account, sink)
    (row,) = sink.rows["executions"]
    named = dict(zip([column.name for column in EXECUTIONS.columns], row, strict=True))
    assert (named["contact"], named["flow"], named["date_created"]) == ("10000105551+", "Flow/hello", BEGIN)
    numbers = [dict(zip([c.name for c in STEPS.columns], row, strict=True)) for row in sink.rows["steps"]]
    assert [(one["number"], one["widget_from"], one["widget_to"]) for one in numbers] == [
        (1, "Trigger", "ask"), (2, "ask", "Ended"),
    ]  # fmt: skip
    assert (account.count("context"), sink.rows["execution-contexts"]) == (0, [])


def test_contexts_come_when_they_are_asked_for():
    """Each run's and each step's, in tables of their own."""
    run = execution(1)
    first = step(1, run, "Trigger x Ended")
    account = Account([run], {run.sid: [first]}, {run.sid: {"a": 1}, first.sid: {"b": 2}})
    sink = MemorySink()
    taken(account, sink, more=ExportSettings(personal=True, contexts=True))
    assert sink.rows["execution-contexts"] == [(run.sid, {"a": 1})]
    assert sink.rows["step-contexts"] == [(first.sid, run.sid, {"b": 2})]


def test_a_span_restricts_the_first_export_only():
    """--since is where a flow begins that the folder does not know; what is known goes on where it stopped."""
    account = Account([execution(n, at=n) for n in range(1, 30)])
    sink = MemorySink()
    taken(account, sink, since=BEGIN - 20 * MINUTE, until=BEGIN - 10 * MINUTE)
    assert sink.sids == [run_sid(n) for n in range(20, 10, -1)]
    taken(account, sink.again(), since=BEGIN - 2 * MINUTE)
    assert sink.sids == [run_sid(n) for n in range(20, 0, -1)]


def test_other_settings_need_another_place():
    """Rows of two kinds are never mixed."""
    account, sink = Account([execution(1)]), MemorySink()
    taken(account, sink)
    with pytest.raises(UsageError):
        taken(account, sink.again(), more=ExportSettings(personal=True))


def test_what_is_gone_is_counted():
    """A run that goes before it can be read is lost, and does not stop the others; it is not asked for again."""
    account = Account([execution(1, at=2), execution(2, at=1), execution(3, status="active")])

    def before(word, sid):
        if word == "steps" and sid == run_sid(1):
            account.runs = [run for run in account.runs if run.sid != sid]

    account.before = before
    sink = MemorySink()
    assert taken(account, sink).lost == 1
    assert sink.sids == [run_sid(2)]
    account.runs = account.runs[:-1]
    again = taken(account, sink.again())
    assert (again.lost, again.open) == (1, 0)


def test_a_gap_behind_until_is_told():
    """What an export left out, and Studio has deleted before the next one, is missing too."""
    account, sink, clock = Account([execution(1)]), MemorySink(), VirtualClock()
    left_out = clock.now() - timedelta(days=10)
    taken(account, sink, clock, until=left_out)
    clock.elapsed = timedelta(days=19).total_seconds()
    assert taken(account, sink.again(), clock, until=left_out).gaps == ()
    clock.elapsed = timedelta(days=21).total_seconds()
    assert taken(account, sink.again(), clock).gaps == (HELLO,)


def test_a_gap_is_told():
    """Who exports less than every thirty days is told of which flows something may be missing."""
    account, sink, clock = Account([execution(1)]), MemorySink(), VirtualClock()
    taken(account, sink, clock, flows=(HELLO, MENU))
    clock.elapsed = timedelta(days=31).total_seconds()
    assert taken(account, sink.again(), clock, flows=(HELLO, MENU)).gaps == (HELLO, MENU)


def test_long_exports_are_committed_now_and_then():
    """After a minute what is there is committed, so that a kill costs no more than that."""
    clock = VirtualClock()
    account = Account([execution(n, at=n) for n in range(1, 6)])
    account.before = lambda word, _: setattr(clock, "elapsed", clock.elapsed + COMMIT_SECONDS) if word == "steps" else 0
    sink = MemorySink()
    taken(account, sink, clock)
    assert sink.commits > 1


@given(
    begun=st.lists(st.integers(0, 40), min_size=1, max_size=25),
    waits=st.sets(st.integers(0, 24)),
    fails=st.lists(st.integers(1, 40), max_size=4),
    late=st.sets(st.integers(0, 24)),
)
@settings(max_examples=60)
def test_nothing_comes_twice_and_nothing_is_left_out(begun, waits, fails, late):
    """However often an export fails and wherever, and whenever runs end: in the end each is there once."""
    runs = [execution(n, at=at / 10, status="active" if n in waits else "ended") for n, at in enumerate(begun)]
    steps = {run.sid: [step(n * 10 + k, run, "a b c") for k in range(3)] for n, run in enumerate(runs)}
    account = Account([run for n, run in enumerate(runs) if n not in late], steps)
    sink = MemorySink()
    for fail in fails:
        try:
            taken(account, sink.again(fail))
        except ExportError:
            continue
    account.runs += [run for n, run in enumerate(runs) if n in late]
    taken(account, sink.again())
    account.runs = [replace(run, status="ended") for run in account.runs]
    assert taken(account, sink.again()).open == 0
    assert taken(account, sink.again()).rows == {}
    assert Counter(sink.sids) == Counter(run.sid for run in runs)
    assert len({row[2] for row in sink.rows["steps"]}) == len(sink.rows["steps"]) == 3 * len(runs)


def test_no_more_runs_are_kept_than_fit():
    """A span with too many runs is cut until each part has few enough; the parts are in order and have every run."""
    account = Account([execution(n, at=n // 7) for n in range(batches.MOST + 700)])
    parts = list(batches.oldest_first(account, HELLO, ExecutionFilter(), BEGIN))
    assert len(parts) > 1
    assert max(map(len, parts)) <= batches.MOST
    flat = [run for part in parts for run in part]
    assert flat == sorted(account.runs, key=lambda run: (run.date_created, run.sid))


def test_one_second_can_have_any_number():
    """What cannot be cut any more is given as it is."""
    account = Account([execution(n) for n in range(batches.MOST + 5)])
    assert sum(map(len, batches.oldest_first(account, HELLO, ExecutionFilter(), BEGIN))) == batches.MOST + 5


def test_the_last_cut_is_below_a_second():
    """A span of less than two seconds is cut once more, and nothing is lost at the cut."""
    runs = [execution(n, at=(n % 3) / 60 * 0.6) for n in range(batches.MOST + 9)]
    which = ExecutionFilter(since=BEGIN - timedelta(seconds=1.5), until=BEGIN + timedelta(seconds=0.4))
    parts = list(batches.oldest_first(Account(runs), HELLO, which, BEGIN))
    assert len(parts) > 1
    assert len({run.sid for part in parts for run in part}) == sum(map(len, parts)) == len(runs)
