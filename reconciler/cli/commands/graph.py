"""`reconciler graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, TypeAlias, TypedDict, Unpack, cast

import click

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE, VariableFlags, address_argument, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.views import graph as pictures
from reconciler.views.graph.palette import Theme
from reconciler.views.graph.scene import Layout
from reconciler.views.machine.graph import render_graph
from reconciler.workflows.graph import Pictured, Side, picture, picture_desired

_Format: TypeAlias = Literal["svg", "dot", "mermaid", "png"]
_ENDINGS: Final[dict[str, _Format]] = {
    ".svg": "svg",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".png": "png",
}


class _Flags(VariableFlags):
    revision: int | None
    desired: bool
    against: Side | None
    look: _Format | None
    layout: Layout | None
    theme: Theme
    output: Path | None


class _Look(TypedDict):
    layout: Layout | None
    theme: Theme
    sensitive: frozenset[str]


class _SideType(click.ParamType[Side]):
    """A revision's number, `live` or `desired`."""

    name = "N|live|desired"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Side:
        """Read a side."""
        text = str(value)
        if text in {"live", "desired"}:
            return cast("Side", text)
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            self.fail("write the number of a revision, `live` or `desired`", param, ctx)
        return int(text)


@make("graph")
@address_argument
@click.option("--revision", type=click.IntRange(min=1), metavar="N", help="This revision.  [default: the live one]")
@click.option("--desired", is_flag=True, help="What the manifest says; without --against offline.")
@click.option("--against", type=_SideType(), metavar="N|live|desired", help="Show what differs from this side.")
@click.option(
    "--format",
    "look",
    type=click.Choice(["svg", "dot", "mermaid", "png"]),
    help="What to give.  [default: what --output ends with, else svg]",
)
@click.option(
    "--layout",
    type=click.Choice(["auto", "canvas"]),
    help="Compute places, or keep those of the definition.  [default: canvas unless they are missing or overlap]",
)
@click.option(
    "--theme",
    type=click.Choice(["auto", "light", "dark"]),
    default="auto",
    help="Colours of svg and png; auto follows the reader's.  [default: auto]",
)
@click.option("--output", type=FILE, metavar="FILE", help="Write to this file.  [default: stdout]")
@variable_options
def command(app: App, address: Address, **flags: Unpack[_Flags]) -> int:
    """Draw a flow, or what differs between two sides of it.

    As people know it from the canvas of the Studio: kinds of widgets with their signs, ways out for errors dashed, and
    with --against what was added, removed, changed or renamed in colours and in words.
    """
    look = _look(flags)
    pictured = _pictured(app, address, flags)
    console = app.console
    if pictured.note is not None:
        console.say(pictured.note)
    made = _made(app, pictured, look, flags)
    if flags["output"] is not None:
        _write(flags["output"], made if isinstance(made, bytes) else f"{made}\n".encode())
    elif isinstance(made, str):
        console.result(made)
    return exits.DONE


def _look(flags: _Flags) -> _Format:
    output = flags["output"]
    ending = _ENDINGS.get(output.suffix.lower()) if output is not None else None
    look = flags["look"] or ending or "svg"
    if look == "png" and output is None:
        raise UsageError("a PNG is no text", hint="Name a file: --output FILE.png")
    if flags["desired"] and flags["revision"] is not None:
        raise UsageError("--desired and --revision are two sides", hint="Name one of them with --against.")
    return look


def _pictured(app: App, address: Address, flags: _Flags) -> Pictured:
    variables = variables_of(flags)
    side: Side | None = "desired" if flags["desired"] else flags["revision"]
    if side == "desired" and flags["against"] in {None, "desired"}:
        return picture_desired(compose.project(app, variables).desired, address)
    with compose.reading(app, variables) as found:
        return picture(found.world, found.desired, address, (side, flags["against"]), found.blank)


def _made(app: App, pictured: Pictured, look: _Format, flags: _Flags) -> str | bytes:
    sensitive = app.console.covered
    if app.common.json and flags["look"] is None:
        return render_graph(pictured, sensitive=sensitive)
    if look == "dot":
        return pictures.render_dot(pictured, sensitive=sensitive)
    if look == "mermaid":
        return pictures.render_mermaid(pictured, sensitive=sensitive)
    settings: _Look = {"layout": flags["layout"], "theme": flags["theme"], "sensitive": sensitive}
    return (pictures.render_png if look == "png" else pictures.render_svg)(pictured, **settings)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"--output {path}: {error.strerror}") from error
