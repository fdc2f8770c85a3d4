from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.workflows.traffic.durations import ERROR, Durations

TIMES = st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)), max_size=60)


def of(times):
    found = Durations()
    for time in times:
        found.add(time)
    return found


@given(times=TIMES.filter(bool), share=st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_off_by_one_per_cent_at_most(times, share):
    """Whatever the durations, a quantile is within the stated error of the exact one."""
    counted = sorted(time // timedelta(milliseconds=1) for time in times)
    exact = counted[max(-int(-share * len(counted) // 1), 1) - 1] / 1000
    assert of(times).quantile(share) == pytest.approx(exact, rel=ERROR * 1.001, abs=1e-9)


@given(one=TIMES, other=TIMES)
def test_merging_is_counting_all_at_once(one, other):
    """Two counts merged equal one count of everything, whichever is merged into which."""
    merged, turned = of(one), of(other)
    merged.merge(of(other))
    turned.merge(of(one))
    assert merged == turned == of(one + other)


def test_the_buckets_are_few():
    """A duration of every length up to 30 days needs little more than a thousand buckets."""
    found = of(timedelta(milliseconds=1.013**power) for power in range(1678))
    assert len(found.buckets) < 1200
    assert 29 * 24 * 3_600_000 < found.most <= 30 * 24 * 3_600_000


def test_no_durations_have_no_quantile():
    """Nothing counted gives nothing; what ran backwards took no time."""
    assert Durations().quantile(0.5) is None
    assert of([timedelta(seconds=-3)]).quantile(0.5) == 0.0
