"""The options that every command has, before its name or after it, as one frozen value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]

Complete: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[CompletionItem]]"

META: Final = "reconciler.common"
"""Where a context keeps what was said so far; contexts of one command line share it."""


@dataclass(frozen=True, slots=True)
class Common:
    """What was said for the whole run.

    Attributes:
        manifests: the project folder. `./manifests` by default.
        environment: None means the project's default.
        endpoint: where Studio is, instead of what the environment says.
        state: where the state is, instead of what the environment says.
        json: results for machines.
        log_level: from which level on log records are written to stderr. `warning`: our commands are quiet.
        log_format: `text` for people.
        color: False with `--no-color`; None lets the environment and the terminal decide.
    """

    manifests: Path = Path("manifests")
    environment: str | None = None
    endpoint: str | None = None
    state: str | None = None
    json: bool = False
    log_level: LogLevel = "warning"
    log_format: LogFormat = "text"
    color: bool | None = None

    @property
    def program(self) -> str:
        """Give how to call us again, about the same project and environment."""
        said = (
            ("--manifests", None if self.manifests == Path("manifests") else str(self.manifests)),
            ("--environment", self.environment),
            ("--endpoint", self.endpoint),
            ("--state", self.state),
        )
        return " ".join(["reconciler", *(f"{option} {_quoted(value)}" for option, value in said if value)])


def said(context: click.Context) -> Common:
    """Give what was said; what stands after the command wins over what stands before it."""
    values: Mapping[str, Any] = context.meta.get(META, {})
    return Common(**values)


def common_options(*, variables: bool) -> list[click.Option]:
    """Make the options.

    Args:
        variables: whether environment variables give them values. Only those before the command may: a variable must
            not win over an option that stands there.
    """
    levels, forms = click.Choice(["debug", "info", "warning", "error"]), click.Choice(["text", "json"])
    options = [
        _option("--manifests", "The project folder.  [default: ./manifests]", "DIR", click.Path(path_type=Path)),
        _option(
            "--environment",
            "The environment of the project.  [default: the project's]",
            "NAME",
            shell_complete=_environments,
        ),
        _option("--endpoint", "Where Studio is; `embedded` for the emulator in this process.", "URL"),
        _option("--state", "The state file.  [default: state/ENVIRONMENT.json beside the manifests]", "PATH"),
        _flag("--json", "json", "Print results for machines."),
        _option("--log-level", "Log to stderr.", None, levels),
        _option("--log-format", "How log records look.", None, forms),
        _flag("--no-color", "color", "Print no colours.", value=False),
    ]
    for option in options if variables else ():
        if option.name != "color":  # NO_COLOR is what other tools listen to as well
            option.envvar, option.show_envvar = _variable(option.opts[0]), True
    return options


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    if value is not None:
        cast("dict[str, object]", context.meta.setdefault(META, {}))[str(parameter.name)] = value


def _environments(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from reconciler.cli.completing import environments  # noqa: PLC0415 - only shells ask

    return environments(context, parameter, incomplete)


def _option(
    name: str,
    text: str,
    metavar: str | None,
    kind: click.ParamType[Any] | None = None,
    *,
    shell_complete: Complete | None = None,
) -> click.Option:
    return click.Option(
        [name],
        metavar=metavar,
        help=text,
        type=kind,
        expose_value=False,
        callback=_remember,
        shell_complete=shell_complete,
    )


def _flag(name: str, field: str, text: str, *, value: bool = True) -> click.Option:
    return click.Option(
        [name, field],
        is_flag=True,
        flag_value=value,
        type=bool,
        default=None,
        help=text,
        expose_value=False,
        callback=_remember,
    )


def _variable(name: str) -> str:
    return "RECONCILER_" + name.removeprefix("--").replace("-", "_").upper()


def _quoted(text: str) -> str:
    return text if text.replace("/", "").replace("-", "").replace(".", "").replace(":", "").isalnum() else f"'{text}'"
