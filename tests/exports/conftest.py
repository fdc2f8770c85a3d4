from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.model.export import EXECUTIONS, ExportCursor, ExportSettings, FlowCursor, Row

AT = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def row():
    """Give a function that makes a row of the table of executions."""

    def make(number: int) -> Row:
        return (f"FN{number}", "Flow/a", "FW1", "ended", "p_1", 3, None, AT, AT)

    assert len(make(1)) == len(EXECUTIONS.columns)
    return make


@pytest.fixture
def cursor():
    """Give a cursor."""
    return ExportCursor(
        ExportSettings(active=True), {"FW1": FlowCursor(AT, frozenset({"FN1"}), frozenset({"FN2"}), AT)}
    )
