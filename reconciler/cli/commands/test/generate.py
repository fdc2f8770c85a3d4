"""`reconciler test generate`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Unpack

import click

from reconciler.cli import compose, exits, making
from reconciler.cli.app import App
from reconciler.cli.commands.test.covering import passed_by
from reconciler.cli.group import command as make
from reconciler.cli.options import ADDRESS, FILE, VariableFlags, variable_options, variables_of
from reconciler.manifest.flowtests import Tests
from reconciler.manifest.testwrite import holds_secret
from reconciler.model.address import Address
from reconciler.model.jsontypes import JsonObject
from reconciler.scenario.generate.propose import Proposal, propose
from reconciler.scenario.values import Scenario
from reconciler.views import making as views
from reconciler.workflows.sides import declared


class _Flags(VariableFlags):
    """The options of generate."""

    output: Path | None
    missing: bool


@make("generate")
@click.argument("address", type=ADDRESS)
@click.option("--output", type=FILE, metavar="FILE", help="Write them into this new file.  [default: stdout]")
@click.option("--missing", is_flag=True, help="Only what tests do not pass already.")
@variable_options
def command(app: App, address: Address, **flags: Unpack[_Flags]) -> int:
    """Propose scenario tests for a flow.

    As few as it takes to pass every transition that somebody can pass: replies, keys, answers and time-outs are found
    by search on the simulator. What each run says, sends, calls and sets is what the test expects, so it passes as it
    stands: read whether that is right. What no test passes is told, with the reason. Offline.
    """
    making.refuse_existing(flags["output"])
    project = compose.project(app, variables_of(flags))
    app.warn(project.loaded.warnings)
    declared(project.desired, address)
    tests = project.loaded.tests()
    app.console.secrets |= tests.sensitive
    found = _proposed(tests, address.name, missing=flags["missing"])
    written = making.documents(project.loaded, found.scenarios)
    found, written = _without_secrets(found, written, tests)
    if app.common.json:
        app.console.result(app.console.cover(views.render_generated(found, written)))
        return exits.DONE
    making.give(app, written, flags["output"])
    app.console.say(app.console.cover(views.generated_words(found, app.console.message_style)))
    return exits.DONE


def _proposed(tests: Tests, flow: str, *, missing: bool) -> Proposal:
    taken = {scenario.name for scenario in tests.scenarios}
    return propose(tests.flows, flow, passed_by(tests) if missing else (), taken, tests.sensitive)


def _without_secrets(found: Proposal, written: list[JsonObject], tests: Tests) -> tuple[Proposal, list[JsonObject]]:
    """Leave out scenarios in which a secret stands that no placeholder can stand for."""
    pairs: list[tuple[Scenario, JsonObject]] = [
        pair for pair in zip(found.scenarios, written, strict=True) if not holds_secret(pair[1], tests.sensitive)
    ]
    return replace(found, scenarios=tuple(scenario for scenario, _ in pairs)), [document for _, document in pairs]
