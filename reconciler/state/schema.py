"""The JSON Schema of the document: `python -m reconciler.state.schema > schemas/state.schema.json`."""

from __future__ import annotations

import json
import sys
from typing import Any

from reconciler.state.wire import FORMAT, STATE


def json_schema() -> dict[str, Any]:
    """Give the schema of the format that this version writes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **STATE.json_schema(),
        "title": f"State of reconciler, format {FORMAT}",
    }


def text() -> str:
    """Give the schema as the file in `schemas/` holds it."""
    return json.dumps(json_schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
