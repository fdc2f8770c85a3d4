from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.emulator.durations import parse_duration
from reconciler.emulator.faults import FAULTS
from reconciler.emulator.quirks import QUIRKS
from reconciler.emulator.run import parse_credentials
from reconciler.emulator.settings import Settings, catalogue, parse_fault, parse_quirk
from reconciler.errors import UsageError


def test_quirks_are_read():
    """A quirk is read as name and value; durations take any duration."""
    assert parse_quirk("noop-update=keep") == ("noop-update", "keep")
    assert parse_quirk("read-lag=250ms") == ("read-lag", "250ms")
    assert Settings(quirks={"read-lag": "250ms"}).lag("read-lag") == 0.25


@pytest.mark.parametrize(
    "text", ["noop-update", "noop-update=perhaps", "no-such=1", "read-lag=soon", "read-lag=DURATION"]
)
def test_wrong_quirks_are_refused(text):
    """A quirk that does not exist, or cannot have that value, is a UsageError with a hint."""
    with pytest.raises(UsageError) as caught:
        parse_quirk(text)
    assert caught.value.hint


def test_the_nearest_name_is_given():
    """A mistyped name is answered with the nearest one."""
    with pytest.raises(UsageError) as caught:
        parse_quirk("noop-updates=keep")
    assert "noop-update" in str(caught.value.hint)
    with pytest.raises(UsageError) as caught:
        parse_fault("lost-answers=1")
    assert "lost-answer" in str(caught.value.hint)


def test_faults_are_read():
    """A fault is read as name and rate from 0 to 1."""
    assert parse_fault("429=0.25") == ("429", 0.25)
    for text in ("429", "429=", "429=2", "429=nan", "429=-1", "429=x", "418=1"):
        with pytest.raises(UsageError):
            parse_fault(text)


def test_settings_check_themselves():
    """Settings made by a program are checked like those from the command line."""
    for wrong in (
        {"quirks": {"x": "y"}},
        {"faults": {"x": 1.0}},
        {"faults": {"429": 7.0}},
        {"credentials": ("me", "x")},
    ):
        with pytest.raises(UsageError):
            Settings(**wrong)
    assert "secret" not in repr(Settings(credentials=("AC" + "0" * 32, "secret")))


def test_the_catalogue_lists_everything():
    """The catalogue gives every quirk and fault with values, default and meaning."""
    document = catalogue()
    assert [quirk["name"] for quirk in document["quirks"]] == list(QUIRKS)
    assert [fault["name"] for fault in document["faults"]] == list(FAULTS)
    for quirk in document["quirks"]:
        assert quirk["default"] == quirk["values"][0]
        assert quirk["meaning"]


def test_durations():
    """Durations are a number with a unit, or 0."""
    assert parse_duration("0") == timedelta()
    assert parse_duration("100ms") == timedelta(milliseconds=100)
    assert parse_duration("1.5m") == timedelta(seconds=90)
    for text in ("", "5", "-1s", "1 s", "1y", "\u0661s"):
        with pytest.raises(UsageError):
            parse_duration(text)


def test_credentials_are_not_repeated():
    """Credentials are split at the first colon, and a mistake does not show them."""
    assert parse_credentials("AC1:a:b") == ("AC1", "a:b")
    with pytest.raises(UsageError) as caught:
        parse_credentials("onlyasecret")
    assert "onlyasecret" not in f"{caught.value} {caught.value.hint}"
