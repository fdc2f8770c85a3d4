"""docs/lint.md, made from the rules: `python -m reconciler.views.lint.page > docs/lint.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.engine import UNUSED_RULE
from reconciler.definition.lint.registry import rules
from reconciler.definition.lint.rule import Rule

_HEAD: Final = """\
# Lint

<!-- Made from the rules: python -m reconciler.views.lint.page > docs/lint.md -->

`reconciler lint [ADDRESS]…` looks for what is legal in a flow and still likely wrong, offline. `plan` and `apply` look
at the flows that they would change: `--lint=warn` (the default) shows what was found, but for notes; `--lint=error`
also refuses the plan because of errors (exit code 3, guard `lint`); `--lint=off` does not look. `lint --explain RULE`
prints one of the rules below.

Severity is `error` only for what Studio itself refuses, `note` for what is often meant that way. `lint` exits with 1
because of errors, with `--fail-on warn` because of warnings too. `--format` gives the findings as `human`, `json`
([schema](../schemas/lint.schema.json)), `sarif` (2.1.0, for code scanning), `junit` or `github` (annotations);
`--output FILE` writes them into a file. `--fix` repairs what can be repaired safely, keeps the files' formatting, and
shows what it changed as git would; rules that can do so say it below.

## How grave a rule is

The Project document says it, rule by rule. Turning one off wants a reason.

```yaml
spec:
  lint:
    rules:
      missing-error-path: error
      plain-http: {severity: off, reason: The gateway of the clinic speaks no TLS}
```

## Where a rule does not count

The Flow document names the rule, the widget (without it the whole flow) and the reason. Suppressed findings stay in
JSON, SARIF and JUnit, marked as such. A suppression that hides nothing is a finding itself, `unused-suppression`.

```yaml
spec:
  lint:
    suppress:
      - {rule: missing-no-match, widget: split_more, reason: Any other answer means goodbye}
```

## Rules
"""


def page() -> str:
    """Give the page."""
    return "\n".join([_HEAD, *(line for rule in (*rules(), UNUSED_RULE) for line in _rule(rule))])


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}\n"
    yield f"{rule.severity.capitalize()}. {rule.summary}. {rule.why}\n"
    yield f"```text\n{rule.example}\n```\n"
    repair = f" `--fix` {rule.fixes}." if rule.fixes else ""
    yield f"{rule.remedy}{repair}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
