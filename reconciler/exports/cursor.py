"""The cursor of an export as JSON: the file `export.json` in its folder. Its format is ours alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from reconciler.errors import UsageError
from reconciler.exports.formats import FORMATS, Format
from reconciler.model.export import ExportCursor, ExportSettings, FlowCursor

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """What the file holds.

    Attributes:
        form: of the files beside it.
        key: tells the keys of pseudonyms apart, and nothing else of them; empty where there are none.
        commit: the number of the last commit, and of the files that it made.
        files: those files; some may still want their last name.
    """

    form: Format
    key: str
    commit: int
    files: tuple[str, ...]
    cursor: ExportCursor


def encode(kept: Kept) -> bytes:
    """Give the text of the file."""
    settings = kept.cursor.settings
    data = {
        "format": FORMAT,
        "rows": kept.form,
        "key": kept.key,
        "settings": {"personal": settings.personal, "contexts": settings.contexts, "active": settings.active},
        "commit": kept.commit,
        "files": list(kept.files),
        "flows": {
            sid: {
                "mark": _text(one.mark),
                "looked": _text(one.looked),
                "open": sorted(one.open),
                "recent": sorted(one.recent),
            }
            for sid, one in sorted(kept.cursor.flows.items())
        },
    }
    return json.dumps(data, indent=1).encode() + b"\n"


def decode(text: bytes, path: Path) -> Kept:
    """Read the file.

    Raises:
        UsageError: it is none of ours, or of a newer format.
    """
    try:
        data: dict[str, Any] = json.loads(text)
        if data["format"] != FORMAT or data["rows"] not in FORMATS:
            raise ValueError("unknown format")  # noqa: TRY301 - all that can be wrong with the file has one end
        flows = {str(sid): _flow(one) for sid, one in data["flows"].items()}
        settings = ExportSettings(**{name: bool(value) for name, value in data["settings"].items()})
        files = tuple(str(name) for name in data["files"])
        return Kept(data["rows"], str(data["key"]), int(data["commit"]), files, ExportCursor(settings, flows))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no cursor of an export, or one of a newer version", hint="Export to another folder."
        ) from error


def _flow(data: dict[str, Any]) -> FlowCursor:
    still, recent = frozenset(map(str, data["open"])), frozenset(map(str, data["recent"]))
    return FlowCursor(_time(data["mark"]), still, recent, _time(data["looked"]))


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
