"""The JSON Schemas of what commands give with `--json`, made from the shapes."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter

from reconciler.model.jsontypes import JsonObject
from reconciler.plan.json_schema import json_schema
from reconciler.views.authoring import ConvertShape, RenderShape
from reconciler.views.bindings import shapes as binding_shapes
from reconciler.views.events import shapes as event_stream_shapes
from reconciler.views.executions import shapes as execution_shapes
from reconciler.views.lint.shapes import LintRuleShape, LintShape
from reconciler.views.machine import home_shapes, shapes
from reconciler.views.machine.event_shapes import EventShape
from reconciler.views.machine.graph import GraphShape
from reconciler.views.machine.release_shapes import ReleaseEventShape, ReleasePlanShape
from reconciler.views.making import shapes as making_shapes
from reconciler.views.replay.shapes import ReplayShape
from reconciler.views.scenarios.shapes import TestReportShape
from reconciler.views.traffic.shapes import ReportShape

_DOCUMENTS: Final[dict[str, tuple[str, Any]]] = {
    "apply-events": ("One line of apply --json", EventShape),
    "bindings-check": ("Checked bindings", binding_shapes.BindingsCheckShape),
    "bindings-discover": ("Discovered bindings", binding_shapes.BindingsDiscoverShape),
    "blame": ("Blame", home_shapes.BlameShape),
    "convert": ("Converted definition", ConvertShape),
    "diff": ("Difference", shapes.DiffShape),
    "doctor": ("Doctor", shapes.DoctorShape),
    "drift": ("Drift", shapes.DriftDocumentShape),
    "error": ("Error", shapes.ErrorShape),
    "events-check": ("Checked event streams", event_stream_shapes.EventsCheckShape),
    "events-list": ("Executions that events told of", event_stream_shapes.EventsListShape),
    "events-remove": ("Removed event streams", event_stream_shapes.EventsRemoveShape),
    "events-setup": ("Set up event streams", event_stream_shapes.EventsSetupShape),
    "events-status": ("Events that are kept", event_stream_shapes.EventsStatusShape),
    "executions-end": ("Ended or deleted executions", execution_shapes.ExecutionsEndShape),
    "executions-export": ("Exported executions", execution_shapes.ExecutionsExportShape),
    "executions-list": ("Executions", execution_shapes.ExecutionsListShape),
    "executions-report": ("What happened in flows", ReportShape),
    "executions-show": ("One execution", execution_shapes.ExecutionsShowShape),
    "executions-start": ("Started executions", execution_shapes.ExecutionsStartShape),
    "explain": ("Explanation", shapes.ExplainShape),
    "findings": ("Findings", shapes.FindingsShape),
    "graph": ("Graph", GraphShape),
    "history": ("History", home_shapes.HistoryShape),
    "import": ("Import", shapes.ImportShape),
    "lint": ("Lint", LintShape),
    "lint-rule": ("One rule of lint", LintRuleShape),
    "pull": ("Pull", home_shapes.PullShape),
    "release-events": ("One line of release --json", ReleaseEventShape),
    "release-plan": ("What a release would do", ReleasePlanShape),
    "render": ("Rendered definition", RenderShape),
    "replay": ("Replayed executions", ReplayShape),
    "rollback": ("Rollback", shapes.RollbackShape),
    "state-list": ("State list", shapes.StateListShape),
    "state-rebuild": ("Rebuilt state", shapes.StateRebuildShape),
    "state-show": ("State of one resource", shapes.StateShowShape),
    "state-verify": ("Verified state", shapes.StateVerifyShape),
    "status": ("Status", shapes.StatusShape),
    "test": ("Scenario tests", TestReportShape),
    "test-generate": ("Proposed scenario tests", making_shapes.TestGenerateShape),
    "test-record": ("A recorded scenario test", making_shapes.TestRecordShape),
    "version": ("Version", shapes.VersionShape),
}
"""By the name of the file in `schemas/`, without `.schema.json`; the plan's is made by `reconciler.plan.document`."""


def schemas() -> dict[str, JsonObject]:
    """Give the schema of every document by the name of its file."""
    return {
        f"{name}.schema.json": json_schema(TypeAdapter(shape), title) for name, (title, shape) in _DOCUMENTS.items()
    }
