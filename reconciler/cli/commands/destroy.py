"""`reconciler destroy`."""

from __future__ import annotations

from typing import Unpack, cast

from reconciler.cli import compose
from reconciler.cli.app import App
from reconciler.cli.doing import Wish, perform
from reconciler.cli.group import command as make
from reconciler.cli.options import PlanFlags, WriteFlags, options_of, plan_options, variables_of, write_options


class _Flags(PlanFlags, WriteFlags):
    """All options of destroy."""


@make("destroy")
@write_options
@plan_options
def command(app: App, **flags: Unpack[_Flags]) -> int:
    """Delete everything recorded, after asking.

    Flows with `onDelete: retain` are forgotten and go on running. The policy's `maxChanges` hold here too: usually
    --allow-delete and --allow-percent are wanted. The bodies of deleted flows are kept beside the state.
    """
    plan_flags = cast("PlanFlags", {name: flags.get(name) for name in PlanFlags.__annotations__})
    options = options_of(plan_flags, message=flags["message"], destroy=True)
    with compose.writing(app, variables_of(plan_flags), parallelism=flags["parallelism"]) as found:
        return perform(app, found, Wish(options, flags))
