"""The receiver as a command: what it is told, and how little it says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.errors import UsageError
from reconciler.events.listen import Options, Speaker, parse_keep


def test_days_are_read():
    """A number of days is a number and a d; less than one day would forget what may be sent again."""
    assert parse_keep("30d") == timedelta(days=30)
    for text in ("", "30", "0d", "-1d", "1h", "99999d", "1.5d"):
        with pytest.raises(UsageError):
            parse_keep(text)


def test_refusals_are_told_once_a_minute():
    """The first refusal of a kind is told at once, the next hundred are not."""
    said: list[str] = []
    speaker = Speaker(said.append)
    for _ in range(100):
        speaker.refused("forged", "why")
        speaker.refused("malformed", "why")
    assert len(said) == 2
    assert "403" in said[0]


def test_options_hide_the_token(tmp_path):
    """The repr of the options does not hold the token."""
    assert "hidden-token" not in repr(Options(tmp_path / "events.sqlite", "hidden-token"))
