"""What a rule is, and what it has to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconciler.definition.lint.context import Context
from reconciler.definition.locate import Path
from reconciler.model.finding import Severity


@dataclass(frozen=True, slots=True)
class RenameKey:
    """Give the key of the value at `path` another name; the rest of the text stays."""

    path: Path
    to: str


@dataclass(frozen=True, slots=True)
class SetText:
    """Replace the string at `path`; done only where the file says `before`, not where a placeholder made it."""

    path: Path
    before: str
    after: str


Edit = RenameKey | SetText


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair that cannot make anything worse. Where there are two ways to repair it, there is no fix.

    Attributes:
        summary: what it does, in the imperative: `Write "next" for "name"`.
        edits: all of it, or none.
    """

    summary: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One place that breaks a rule.

    Attributes:
        message: what is wrong here, one line, no secret in it; it names what it is about.
        path: where the value stands in the definition, such as `("states", 2, "properties", "url")`.
        widget: the widget's name; None when it is about the whole flow.
        property: the place inside the widget as people read it: `properties.url`, `transitions.failed`.
        hint: what to do about this one; None says what the rule's `remedy` says.
        fix: a safe repair; None when only a person can tell.
        at_key: whether the key is to be shown, not the value.
    """

    message: str
    path: Path
    widget: str | None = None
    property: str | None = None
    hint: str | None = None
    fix: Fix | None = None
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its documentation is made from it (`docs/lint.md`).

    Attributes:
        id: stable, in kebab case; what configuration, suppression and SARIF name.
        number: the kind of mistake it belongs to; several rules may share one. Only for the order of the page.
        severity: by default. `error` only for what Studio itself refuses.
        summary: what it finds, one sentence without a dot.
        why: why it matters: what happens to a caller or to the team, one or two sentences.
        example: a few lines of JSON or Liquid that break it.
        remedy: what to do, in the imperative, one or two sentences.
        fixes: what `--fix` does, as it follows the words "`--fix`"; empty when it does nothing.
        check: gives every place that breaks it, in any order. Must take any definition however odd, and never raise.
    """

    id: str
    number: int
    severity: Severity
    summary: str
    why: str
    example: str
    remedy: str
    check: Callable[[Context], Iterator[Problem]]
    fixes: str = ""

    @property
    def page(self) -> str:
        """Where it is documented, relative to the repository."""
        return f"docs/lint.md#{self.id}"
