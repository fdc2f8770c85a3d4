"""Options that several commands share, and the frozen values they become before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypedDict, TypeVar

import click

from reconciler.cli.completing import AddressType
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.desired import OnDrift
from reconciler.model.lint import LintMode
from reconciler.plan.options import ALLOWANCES, PlanOptions, Refresh, Scope

F = TypeVar("F", bound=Callable[..., Any])

ADDRESS: Final = AddressType()
FILE: Final = click.Path(path_type=Path)


class VariableFlags(TypedDict):
    """What `variable_options` give."""

    var: tuple[tuple[str, str], ...]
    var_file: tuple[Path, ...]


class ScopeFlags(TypedDict):
    """What `scope_options` give."""

    target: tuple[Address, ...]
    exclude: tuple[Address, ...]
    selector: tuple[tuple[str, str], ...]
    refresh: Refresh


class GuardFlags(TypedDict):
    """What `guard_options` give."""

    on_drift: OnDrift | None
    take_over: bool
    confirm: str | None
    allow_create: bool
    allow_update: bool
    allow_delete: bool
    allow_percent: bool
    allow_empty: bool
    allow_draft: bool
    allow_recreate: bool
    allow_namesake: bool
    allow_active: bool
    allow_called: bool
    allow_bindings: bool


class PlanFlags(VariableFlags, ScopeFlags, GuardFlags):
    """What `plan_options` give."""

    lint: LintMode


class WriteFlags(TypedDict):
    """What `write_options` give."""

    auto_approve: bool
    message: str | None
    parallelism: int
    no_validate: bool
    lock_timeout: float | None


@dataclass(frozen=True, slots=True)
class Variables:
    """What `--var` and `--var-file` said."""

    values: dict[str, str]
    files: tuple[Path, ...]


NO_VARIABLES: Final = Variables({}, ())

_ALLOWED: Final = {
    "create": "more creates than the policy allows",
    "update": "more updates than the policy allows",
    "delete": "more deletes than the policy allows (by default none)",
    "percent": "a larger share of what is recorded than the policy allows",
    "empty": "a plan for no manifests at all although something is recorded",
    "draft": "to supersede somebody's newer draft",
    "recreate": "to create again what others deleted",
    "namesake": "to create a flow beside one with the same friendly name",
    "active": "to delete a flow with active executions",
    "called": "to delete a flow that another flow runs",
    "bindings": "identifiers that this environment is not known to have",
}


class _Pair(click.ParamType[tuple[str, str]]):
    """`NAME=VALUE`."""

    name = "NAME=VALUE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the first equals sign."""
        if isinstance(value, tuple):
            return value
        name, equals, rest = str(value).partition("=")
        if not equals or not name:
            # The value may be a secret: it is not repeated.
            self.fail("write NAME=VALUE", param, ctx)
        return name, rest


def address_argument(function: F) -> F:
    """Add the argument ADDRESS."""
    return click.argument("address", type=ADDRESS)(function)


def variable_options(function: F) -> F:
    """Add `--var` and `--var-file`."""
    return _all(
        function,
        click.option("--var", type=_Pair(), multiple=True, metavar="NAME=VALUE", help="A variable of the manifests."),
        click.option("--var-file", type=FILE, multiple=True, metavar="FILE", help="Variables, as YAML or JSON."),
    )


def scope_options(function: F) -> F:
    """Add what restricts a plan, and how much is read for it."""
    return _all(
        function,
        click.option(
            "--target", type=ADDRESS, multiple=True, metavar="ADDRESS", help="Only this and what it refers to."
        ),
        click.option("--exclude", type=ADDRESS, multiple=True, metavar="ADDRESS", help="Not this one."),
        selector_option,
        click.option(
            "--refresh",
            type=click.Choice(["auto", "full", "none"]),
            default="auto",
            help="Which bodies are read: those that can have changed, all, none.  [default: auto]",
        ),
    )


def selector_option(function: F) -> F:
    """Add `--selector`."""
    return click.option(
        "--selector", type=_Pair(), multiple=True, metavar="KEY=VALUE", help="Only what has this label."
    )(function)


def guard_options(function: F) -> F:
    """Add what overrules guards."""
    allow = [click.option(f"--allow-{name}", is_flag=True, help=f"Allow {_ALLOWED[name]}.") for name in ALLOWANCES]
    return _all(
        function,
        click.option(
            "--on-drift",
            type=click.Choice(["stop", "revert", "accept", "merge"]),
            help="What behaviour that others changed meets.  [default: the policy]",
        ),
        *allow,
        click.option("--take-over", is_flag=True, help="Adopt flows that carry another project's mark."),
        click.option("--confirm", metavar="NAME", help="The name of a protected environment."),
    )


def plan_options(function: F) -> F:
    """Add everything that a plan can be told."""
    lint = click.option(
        "--lint",
        type=click.Choice(["warn", "error", "off"]),
        default="warn",
        help="Lint what would change: show findings, refuse because of errors, do not look.  [default: warn]",
    )
    return variable_options(scope_options(lint(guard_options(function))))


def write_options(function: F) -> F:
    """Add what belongs to doing a plan."""
    return _all(
        function,
        click.option("--auto-approve", is_flag=True, help="Do not ask."),
        click.option("-m", "--message", metavar="TEXT", help="The commit message, instead of the manifests'."),
        click.option(
            "--parallelism",
            type=click.IntRange(1, 64),
            default=8,
            metavar="N",
            help="At most so many requests at a time.  [default: 8]",
        ),
        click.option("--no-validate", is_flag=True, help="Do not ask Studio about definitions before the first write."),
        lock_option,
    )


def lock_option(function: F) -> F:
    """Add `--lock-timeout`."""
    return click.option(
        "--lock-timeout",
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        help="How long to wait for another run.  [default: 0 on a terminal, 60 elsewhere]",
    )(function)


def variables_of(flags: VariableFlags) -> Variables:
    """Give what the flags say of variables; later ones win."""
    return Variables(dict(flags["var"]), flags["var_file"])


def scope_of(flags: ScopeFlags) -> Scope:
    """Give what the flags restrict a plan to.

    Raises:
        UsageError: a label is asked for twice with different values, which no flow can have.
    """
    return Scope(flags["target"], flags["exclude"], labels_of(flags["selector"]))


def labels_of(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Give what `--selector` said.

    Raises:
        UsageError: a label is asked for twice with different values, which nothing can have.
    """
    labels = dict(pairs)
    twice = next((f"{key}={value}" for key, value in pairs if labels[key] != value), None)
    if twice is not None:
        raise UsageError(f"--selector {twice}: the same label is asked for with another value")
    return labels


def options_of(flags: PlanFlags, *, message: str | None = None, destroy: bool = False) -> PlanOptions:
    """Give what the flags say of a plan. Defaults: the manifests' commit messages, no destruction.

    Raises:
        UsageError: they contradict each other.
    """
    if message is not None and not message.strip():
        raise UsageError("-m: the message is empty", hint="Studio refuses empty commit messages; leave -m out.")
    return PlanOptions(
        scope=scope_of(flags),
        refresh=flags["refresh"],
        on_drift=flags["on_drift"],
        allow=frozenset(name for name in ALLOWANCES if flags[f"allow_{name}"]),  # type: ignore[literal-required]  # made from the same table
        take_over=flags["take_over"],
        confirm=flags["confirm"],
        destroy=destroy,
        message=message,
        lint=flags["lint"],
    )


def spoken(flags: PlanFlags) -> Sequence[str]:
    """Give the options by which a person restricted or overruled a plan, as they are written."""
    idle = {"refresh": "auto", "lint": "warn"}
    names = [name for name, value in flags.items() if value and value != idle.get(name)]
    return ["--" + name.replace("_", "-") for name in names]


def _all(function: F, *decorators: Callable[[F], F]) -> F:
    for decorate in reversed(decorators):
        function = decorate(function)
    return function
