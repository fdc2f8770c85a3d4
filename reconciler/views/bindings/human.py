"""`bindings discover` and `bindings check` for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from reconciler.definition.promotion.table import Value
from reconciler.definition.secrets import masked_text
from reconciler.views.human.text import count, joined, plain, wrapped
from reconciler.views.style import Style, Tone
from reconciler.workflows.bindings import Checked, Verdict
from reconciler.workflows.discovery import Discovery, Found, Row

_VERDICTS: Final[dict[Verdict, str]] = {
    "exists": "exists",
    "missing": "the account does not have it",
    "unbound": "it is another environment's",
    "unasked": "nobody can be asked",
    "mentioned": "in free text, which is not translated",
}
_SIGNS: Final[dict[Verdict, str]] = {"exists": "=", "missing": "!", "unbound": "!", "unasked": "?", "mentioned": "*"}
_COUNTED: Final[dict[Verdict, str]] = {
    "exists": "found",
    "missing": "missing",
    "unbound": "unbound",
    "unasked": "not asked",
    "mentioned": "in free text",
}
_TONES: Final[dict[Found, Tone]] = {
    "matched": "add",
    "bound": "faint",
    "ambiguous": "warn",
    "unmatched": "warn",
    "unasked": "faint",
}


def render_checked(
    checked: Sequence[Checked], where: tuple[str, str], style: Style, *, sensitive: frozenset[str]
) -> str:
    """Give what is not known to exist, and how much does; `where` is environment and account."""
    lines = [f"Identifiers of the flows for {where[0]}, account {where[1]}", ""]
    told = [one for one in checked if one.verdict != "exists"]
    for one in told:
        name = f" ({one.name})" if one.name else ""
        sign = style.paint(_SIGNS[one.verdict], "warn" if one.verdict in {"missing", "unbound"} else "faint")
        place = f"{one.place}: " if one.place else ""
        lines.append(f"  {sign} {place}{one.address}, widget {plain(one.widget)}, {plain(one.property)}")
        note = f"; {one.note}" if one.note else ""
        said = one.note if one.verdict in {"unbound", "mentioned"} and one.note else f"{_VERDICTS[one.verdict]}{note}"
        lines += wrapped(masked_text(f"{plain(one.identifier)}{name}: {said}", sensitive), 6, style)
    verdicts = Counter(one.verdict for one in checked)
    summary = ", ".join(f"{verdicts[verdict]} {word}" for verdict, word in _COUNTED.items() if verdicts[verdict])
    return joined([*lines, *([""] if told else []), f"Check: {summary or 'the flows hold no identifiers'}."])


def render_discovery(discovery: Discovery, accounts: tuple[str, str], style: Style) -> str:
    """Give every identifier of the source with what it is in the target."""
    lines = [
        f"Bindings from {discovery.source} (account {accounts[0]})",
        f"           to {discovery.target} (account {accounts[1]})",
        "",
    ]
    for row in discovery.rows:
        lines += _row(row, style)
    counts = Counter(row.found for row in discovery.rows)
    summary = ", ".join(f"{counts[found]} {found}" for found in _TONES if counts[found])
    added = {name for side in discovery.additions.values() for name in side}
    return joined([*lines, "" if discovery.rows else "  nothing to look for", f"Discover: {summary or 'nothing'}."]) + (
        f" {count(len(added), 'name')} can be added." if added else ""
    )


def _row(row: Row, style: Style) -> list[str]:
    label = f'  "{plain(row.label)}"' if row.label else ""
    sign = style.paint(f"{row.found:<9}", _TONES[row.found])
    lines = [f"  {sign}  {row.name}{label}"]
    source = "" if row.source is None else plain(_shown(row.source))
    if row.target is not None:
        lines.append(f"             {source} {style.arrow} {plain(_shown(row.target))}")
    elif row.candidates:
        lines.append(f"             {source} {style.arrow} one of {', '.join(map(plain, row.candidates))}?")
    elif source:
        lines.append(f"             {source}")
    return [*lines, *(wrapped(row.note, 13, style) if row.note else [])]


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else value.get("url", "")
