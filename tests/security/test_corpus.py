"""Every input that once broke a reader stays here: `corpus/TARGET/WHAT-IT-IS`, as bytes."""

from __future__ import annotations

import pytest

from tests.conftest import REPOSITORY
from tests.security.targets import TARGETS
from tests.security.test_fuzz import survives

CASES = sorted(path for path in (REPOSITORY / "tests" / "security" / "corpus").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_kept_cases(path):
    """What was found once ends as a value, or as an error of ours, in time."""
    survives(path.parent.name, path.read_bytes())


def test_every_case_has_its_target():
    """No case lies where nobody looks."""
    assert CASES
    assert {path.parent.name for path in CASES} <= TARGETS.keys()
