"""`${var.x}`, `${env.X}`, `${flow.NAME.sid}`, `${binding.workflow/support}`: what they stand for, and what is not ours.

Only these four prefixes are ours. Any other `${` and all Liquid is plain text; `$${var.` is a plain `${var.`. A part of
a binding that is a mapping is written `${binding.function/hours.url}`.

In a definition two things stay as they are, because `reconciler.definition.portable` looks after them on the way out:
`${flow.NAME.sid}`, whose SID may not exist yet, and the escape `$${`. So that nothing is replaced twice, what a value
brings in is escaped there.

Every value that comes from `${env.…}` or from a variable marked sensitive is remembered in `Values.sensitive`. Values
shorter than four characters are not: covering each `1` or `us1` on a screen would tell more than it hides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.definition.document import REFERENCE
from reconciler.definition.portable import PREFIXES
from reconciler.manifest.findings import Findings
from reconciler.model.finding import Place

_PREFIX: Final = "|".join(PREFIXES)
PLACEHOLDER: Final = re.compile(rf"(\$?)\$\{{({_PREFIX})\.([^{{}}\s]*)(\}}?)")
_LOOKS_LIKE_ONE: Final = re.compile(rf"\$\{{(?=(?:{_PREFIX})\.)")
_SHORTEST_SECRET: Final = 4
UNSET: Final = "unset-variable"
"""The rule of a variable whose own value could not be made; that was reported once, where it is declared."""

Binding = str | Mapping[str, str]
Report = Callable[[str, str, str | None], None]
"""Take rule, message and hint of a placeholder that means nothing."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable as it was given. `literal`: placeholders in it are plain text (it came from the command line)."""

    value: str
    place: Place | None = None
    sensitive: bool = False
    literal: bool = False


@dataclass(slots=True)
class Values:
    """What placeholders stand for in one environment.

    Attributes:
        variables: by name, their own placeholders replaced; None where they cannot be used (in each other).
        process: the process's environment.
        bindings: of the environment; None where they cannot be used yet.
        environment: its name, for messages.
        sensitive: values handed out that nobody may see.
        unset: names of variables that need an environment variable which is not set; reported where they stand.
        used: names of the variables that were asked for.
        blind: the project could not be read, so unknown names are not worth a finding.
    """

    variables: Mapping[str, Variable] | None
    process: Mapping[str, str]
    bindings: Mapping[str, Binding] | None
    environment: str
    findings: Findings
    sensitive: set[str] = field(default_factory=set)
    unset: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    blind: bool = False

    def replace(self, text: str, report: Report, *, definition: bool = False) -> str:
        """Replace the placeholders of one string; what means nothing is reported and stays.

        Args:
            text: any string.
            report: told of each fault.
            definition: the string belongs to a definition: see the module's docstring.
        """
        if "${" not in text:
            return text

        def one(found: re.Match[str]) -> str:
            escape, prefix, name, closed = found.groups()
            if escape:
                return found.group() if definition else found.group()[1:]
            if not closed:
                report(
                    "bad-placeholder",
                    f"{found.group()} has no closing brace",
                    f"Plain text is written ${found.group()}.",
                )
                return found.group()
            if prefix == "flow":
                return self._flow(found.group(), report, definition=definition)
            value = self._look_up(prefix, name, report)
            if value is None:
                return found.group()
            return escaped(value) if definition else value

        return PLACEHOLDER.sub(one, text)

    def _flow(self, text: str, report: Report, *, definition: bool) -> str:
        if not REFERENCE.fullmatch(text):
            report("bad-placeholder", f"{text} is not ${{flow.NAME.sid}}", f"Plain text is written ${text}.")
        elif not definition:
            report("bad-placeholder", f"{text} can be used in definitions only", None)
        return text

    def _look_up(self, prefix: str, name: str, report: Report) -> str | None:
        match prefix:
            case "var":
                return self._variable(name, report)
            case "env":
                return self._process_variable(name, report)
            case _:
                return self._binding(name, report)

    def _variable(self, name: str, report: Report) -> str | None:
        self.used.add(name)
        if self.variables is None:
            report("bad-placeholder", "a variable cannot refer to another variable", None)
            return None
        if name in self.variables:
            variable = self.variables[name]
            if variable.sensitive:
                self.remember(variable.value)
            return variable.value
        if name in self.unset:
            report(UNSET, f"the variable {name!r} has no value", None)
        elif not self.blind:
            hint = self.findings.nearest(name, self.variables) or "Declare it in the environment, or give --var."
            report("unknown-variable", f"environment {self.environment} has no variable {name!r}", hint)
        return None

    def _process_variable(self, name: str, report: Report) -> str | None:
        if name in self.process:
            self.remember(self.process[name])
            return self.process[name]
        hint = self.findings.nearest(name, self.process) or f"Set {name} and try again."
        report("unknown-env", f"the environment variable {name!r} is not set", hint)
        return None

    def _binding(self, name: str, report: Report) -> str | None:
        if self.bindings is None:
            if not self.blind:
                report("bad-placeholder", "bindings can be used in Flow and TestUsers documents only", None)
            return None
        key, _, part = name.partition(".")
        bound = self.bindings.get(key)
        if bound is None:
            hint = self.findings.nearest(key, self.bindings) or f"Bind {key} in environment {self.environment}."
            report("unknown-binding", f"environment {self.environment} binds no {key!r}", hint)
            return None
        if isinstance(bound, str):
            return self._whole(name, part, bound, report)
        if part not in bound:
            hint = f"Its parts are {', '.join(f'${{binding.{key}.{known}}}' for known in bound)}."
            report("unknown-binding", f"binding {key!r} has no part {part!r}" if part else f"{key!r} has parts", hint)
        return bound.get(part)

    def _whole(self, name: str, part: str, bound: str, report: Report) -> str | None:
        if not part:
            return bound
        report(
            "unknown-binding", f"binding {name.partition('.')[0]!r} is one identifier and has no part {part!r}", None
        )
        return None

    def remember(self, value: str) -> None:
        """Note a value that nobody may see."""
        if len(value) >= _SHORTEST_SECRET:
            self.sensitive.add(value)


def escaped(text: str) -> str:
    """Protect what only looks like a placeholder: `${var.` becomes `$${var.`."""
    return _LOOKS_LIKE_ONE.sub("$${", text) if "${" in text else text


def too_short_to_hide(value: str) -> bool:
    """Tell whether a sensitive value is so short that it is not covered."""
    return len(value) < _SHORTEST_SECRET
