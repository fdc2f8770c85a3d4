"""What the commands on runs of flows share: their arguments, and the world that they look at."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from reconciler.cli import compose
from reconciler.cli.app import App
from reconciler.cli.options import ADDRESS, Variables
from reconciler.errors import RefusedError, UsageError
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.record import State
from reconciler.studio.live import LiveReader
from reconciler.studio.live_executions import LiveExecutionReader, LiveExecutionWriter
from reconciler.workflows.executions.flows import EXECUTION_SID, FLOW_SID, KnownFlow, RunsWorld, named_flows

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

_AGO: Final = re.compile(r"(\d{1,6})([smhdw])")
WEEK: Final = timedelta(days=7)
"""How far back is looked where nobody says."""

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class FlowType(click.ParamType[Address | str]):
    """A flow: an address, or a SID for one that is not recorded."""

    name = "flow"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Address | str:
        """Read an address or a SID."""
        if isinstance(value, str) and FLOW_SID.fullmatch(value):
            return value
        return ADDRESS.convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the addresses of the manifests."""
        return ADDRESS.shell_complete(ctx, param, incomplete)


class RunType(click.ParamType[str]):
    """SID of an execution."""

    name = "execution"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read a SID."""
        if not EXECUTION_SID.fullmatch(str(value)):
            self.fail(f"{value!r} is no SID of an execution: FN and 32 hexadecimal digits", param, ctx)
        return str(value)


class AgoType(click.ParamType[timedelta]):
    """A span of time: `90s`, `30m`, `2h`, `7d`, `1w`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it."""
        if isinstance(value, timedelta):
            return value
        found = _AGO.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no duration: write 90s, 30m, 2h, 7d or 1w", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


class MomentType(click.ParamType[datetime | timedelta]):
    """A moment: a date with or without time, in UTC where it names no zone, or how long ago."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime | timedelta:
        """Read it."""
        if isinstance(value, datetime | timedelta):
            return value
        text = str(value)
        if _AGO.fullmatch(text):
            return AGO.convert(text, param, ctx)
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text!r} is no moment: write 2026-11-01, 2026-11-01T08:30, or 2h or 7d for so long ago", param, ctx
            )
        return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


FLOW: Final = FlowType()
RUN: Final = RunType()
AGO: Final = AgoType()
MOMENT: Final = MomentType()


def moment_of(said: datetime | timedelta, now: datetime) -> datetime:
    """Give the moment that was said; however long ago that is, it is none of which nobody has a date."""
    return now - min(said, now - _FIRST) if isinstance(said, timedelta) else said


@dataclass(frozen=True, slots=True)
class Runs:
    """What a command on runs is handed.

    Attributes:
        reader: reads the flows themselves.
    """

    world: RunsWorld
    desired: Desired
    state: State
    reader: LiveReader
    _writer: LiveExecutionWriter | None = None

    @property
    def writer(self) -> LiveExecutionWriter:
        """Give what writes. Raises UsageError for a command that only looks."""
        if self._writer is None:
            raise UsageError("this command only reads")
        return self._writer

    def flows(self, names: Sequence[Address | str]) -> tuple[KnownFlow, ...]:
        """Give the flows of these names; all that are recorded without any."""
        return named_flows(self.desired, self.state, names)

    def moment(self, said: datetime | timedelta | None) -> datetime | None:
        """Give the moment that was said."""
        return None if said is None else moment_of(said, self.world.clock.now())


@contextlib.contextmanager
def looking(app: App, variables: Variables) -> Iterator[Runs]:
    """Compose what only looks at runs: its client refuses every request that could change something."""
    with compose.reading(app, variables) as found:
        runs = LiveExecutionReader(found.client)
        world = RunsWorld(runs, found.world.clock, found.world.pool, found.world.progress)
        state = found.world.state.read() or found.blank
        yield Runs(world, found.desired, state, LiveReader(found.client))
    app.console.progress.close()


@contextlib.contextmanager
def changing(app: App, variables: Variables) -> Iterator[Runs]:
    """Compose what starts, ends or deletes runs.

    Raises:
        RefusedError: another account answers than the environment's.
    """
    with compose.acting(app, variables) as (found, run, client):
        state = compose.state_store(found, run).read() or compose.blank(found, run)
        expected = found.desired.environment.account or state.account
        answered = client.fetch_account() if expected is not None else None
        if answered != expected:
            raise RefusedError(
                f"account {answered} answers, but {expected} is expected for {found.desired.environment.name}",
                hint="Set the credentials of that account.",
            )
        world = RunsWorld(LiveExecutionReader(client), run.clock, run.pool, run.progress)
        yield Runs(world, found.desired, state, LiveReader(client), LiveExecutionWriter(client))
    app.console.progress.close()


def split(words: Sequence[str]) -> tuple[list[Address | str], list[str]]:
    """Tell flows and SIDs of executions apart."""
    sids = [word for word in words if EXECUTION_SID.fullmatch(word)]
    flows = [FLOW.convert(word, None, None) for word in words if word not in sids]
    return flows, sids


def since_options(function: F) -> F:
    """Add `--since` and `--until`."""
    since = click.option("--since", type=MOMENT, metavar="WHEN", help="Begun then or later: a date, or 2h or 7d ago.")
    until = click.option("--until", type=MOMENT, metavar="WHEN", help="Begun before then.")
    return since(until(function))


def personal_option(function: F) -> F:
    """Add `--show-personal`."""
    return click.option("--show-personal", is_flag=True, help="Show contacts and what people wrote.")(function)
