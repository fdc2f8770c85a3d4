"""The words of Liquid as Studio has it: filters, tags, and where tags belong.

Studio does not publish its Liquid; its documentation names a few filters and tags. Taken for granted: the language is
Shopify's, without what needs other templates (`include`, `render`, `layout`), and with `to_json`.
"""

from __future__ import annotations

from typing import Final

from reconciler.definition.liquid_expression import Form

FILTERS: Final = frozenset(
    """abs append at_least at_most base64_decode base64_encode base64_url_safe_decode base64_url_safe_encode capitalize
    ceil compact concat date default divided_by downcase escape escape_once find find_index first floor has join last
    lstrip map minus modulo newline_to_br plus prepend reject remove remove_first remove_last replace replace_first
    replace_last reverse round rstrip size slice sort sort_natural split strip strip_html strip_newlines sum times
    to_json truncate truncatewords uniq upcase url_decode url_encode where""".split()  # noqa: SIM905 - easier to read
)
"""Filters of Shopify's Liquid, and `to_json`, which Studio's documentation names."""

BLOCKS: Final = frozenset({"if", "unless", "case", "for", "tablerow", "capture", "comment", "raw", "ifchanged"})
"""Tags that have an end."""

_PLAIN: Final = {"#", "assign", "elsif", "else", "when", "break", "continue", "cycle", "increment", "decrement", "echo"}
TAGS: Final = BLOCKS | _PLAIN
"""Tags of Shopify's Liquid that need no other template."""

INSIDE: Final = {
    "else": frozenset({"if", "unless", "case", "for"}),
    "elsif": frozenset({"if", "unless"}),
    "when": frozenset({"case"}),
}
"""In which blocks a tag may stand that begins another branch."""

FORMS: Final[dict[str, Form]] = {
    "if": "condition",
    "elsif": "condition",
    "unless": "condition",
    "case": "condition",
    "when": "words",
    "cycle": "words",
    "assign": "assign",
    "for": "loop",
    "tablerow": "loop",
    "echo": "output",
}
"""What kind of expression stands in a tag; others have none."""

TESTING: Final = frozenset({"if", "elsif", "unless", "case", "when"})
"""Tags that ask for a value."""

NAMING: Final = frozenset({"capture", "increment", "decrement"})
"""Tags that hold nothing but the name of a local variable."""
