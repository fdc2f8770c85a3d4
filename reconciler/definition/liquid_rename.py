"""Texts whose Liquid follows widgets that got another name. Needs no Liquid library: every comparison asks it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.definition.liquid_scan import PathAt, paths, pieces

_PLAIN: Final = re.compile(r"[^\W\d][\w-]*")


def renamed_references(text: str, names: Mapping[str, str]) -> str:
    """Give a text whose references to widgets (`widgets.NAME`, `widgets['NAME']`) use other names.

    Only what stands between `{{ }}` or `{% %}` is a reference; strings inside them, comments and `raw` are not.

    Args:
        text: any text.
        names: new names by old ones; all change at once, so two widgets may swap theirs.
    """
    if "widgets" not in text or not names:
        return text
    done, kept = 0, []
    for start, end, name in sorted(_replacements(text, names)):
        kept += [text[done:start], name]
        done = end
    return "".join(kept) + text[done:]


def _replacements(text: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    for piece in pieces(text):
        if piece.kind not in {"output", "tag"} or "widgets" not in piece.body:
            continue
        for path in paths(piece.body, piece.body_at):
            if len(path.steps) > 1 and path.steps[0] == "widgets" and path.steps[1] in names:
                yield _replacement(text, path, names[str(path.steps[1])])


def _replacement(text: str, path: PathAt, name: str) -> tuple[int, int, str]:
    start, end = path.spans[1]
    quoted = text[start - 1] in "'\""
    if quoted or _PLAIN.fullmatch(name):
        return start, end, name
    # `widgets.old` has to become `widgets['new name']`, its dot and the blanks around it included.
    quote = '"' if "'" in name else "'"
    return path.spans[0][1], end, f"[{quote}{name}{quote}]"
