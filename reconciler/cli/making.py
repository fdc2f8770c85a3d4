"""What `test generate` and `test record` share: documents for scenarios, and where they are written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.app import App
from reconciler.errors import UsageError
from reconciler.manifest.load import Loaded
from reconciler.manifest.testwrite import render_tests, with_placeholders
from reconciler.model.jsontypes import JsonObject
from reconciler.scenario.document import to_document

if TYPE_CHECKING:
    from reconciler.scenario.values import Scenario


def documents(loaded: Loaded, scenarios: Iterable[Scenario]) -> list[JsonObject]:
    """Give the FlowTest documents that say scenarios."""
    values = None if loaded.test_files is None else loaded.test_files.values
    return [with_placeholders(to_document(scenario), values) for scenario in scenarios]


def refuse_existing(output: Path | None) -> None:
    """Make sure that nothing is overwritten.

    Raises:
        UsageError: the file is there.
    """
    if output is not None and output.exists():
        raise UsageError(f"{output} is there already", hint="Name another file, or look at what is in it first.")


def give(app: App, written: list[JsonObject], output: Path | None) -> None:
    """Print documents, or write them into a file.

    Raises:
        UsageError: the file cannot be written.
    """
    text = render_tests(written)
    if output is None:
        if text:
            app.console.result(app.console.cover(text.rstrip("\n")))
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}", hint="Name a place that can be written.") from error
