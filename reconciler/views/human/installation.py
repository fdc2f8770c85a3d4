"""The installation itself, for people: its version, and what `doctor` found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.views.human.text import joined, plain, wrapped
from reconciler.views.style import Style, Tone
from reconciler.workflows.results import Check, Verdict

_TONES: Final[dict[Verdict, Tone]] = {"ok": "good", "warning": "warn", "failed": "remove", "skipped": "faint"}
_WIDTH: Final = max(map(len, _TONES))


def render_checks(checks: Sequence[Check], style: Style) -> str:
    """Give what `doctor` looked at, in its order, with what to do where something is wrong."""
    lines: list[str] = []
    for check in checks:
        verdict = style.paint(check.verdict, _TONES[check.verdict]) + " " * (_WIDTH - len(check.verdict))
        lines.append(f"{verdict}  {plain(check.name)}: {plain(check.message)}")
        if check.hint:
            lines += wrapped(check.hint, _WIDTH + 8, style, first="hint: ")
    found = Counter(check.verdict for check in checks)
    told = ", ".join(f"{found[verdict]} {verdict}" for verdict in _TONES if found[verdict])
    return joined([*lines, "", f"Doctor: {told or 'nothing looked at'}."])


def render_version(tool: str, parts: Mapping[str, str]) -> str:
    """Give the version of reconciler, and of what it runs on, in alphabetical order."""
    return joined([f"reconciler {tool}", *(f"  {name} {version}" for name, version in sorted(parts.items()))])
