"""What happened in flows as CSV: one line a widget, for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import Final

from reconciler.views.traffic.covering import covered
from reconciler.workflows.traffic.summary import Report

_HEADS: Final = (
    "flow,sid,revision,widget,type,entered,went_on,finished,dropped,stopped,active,failures,silences,"
    "median_seconds,p90_seconds,max_seconds"
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the beginning of a formula."""


def render_csv(report: Report, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give the widgets of all flows, one a line, under a line of names. `sensitive`: texts to cover, default none."""
    report = covered(report, sensitive)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADS.split(","))
    for flow in report.flows:
        for revision in flow.revisions:
            for one in revision.widgets:
                writer.writerow(
                    [
                        flow.address or "",
                        flow.sid,
                        revision.revision or "",
                        _safe(one.name),
                        _safe(one.type or ""),
                        *(one.entered, one.went_on, one.finished, one.dropped, one.stopped, one.active),
                        *(one.failures, one.silences),
                        *(_seconds(value) for value in (one.time.median, one.time.p90, one.time.most)),
                    ]
                )
    return out.getvalue().removesuffix("\n")


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
