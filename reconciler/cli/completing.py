"""What shells are offered: addresses and environments, read from the manifests. Never fails, never talks to Studio."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from reconciler.cli.common import said
from reconciler.errors import ReconcilerError, UsageError
from reconciler.model.address import Address

if TYPE_CHECKING:
    from reconciler.manifest.load import Loaded
    from reconciler.model.desired import Desired


class AddressType(click.ParamType[Address]):
    """An address; a name alone means a Flow."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """Read an address."""
        if isinstance(value, Address):
            return value
        try:
            return Address.parse(str(value))
        except UsageError as error:
            self.fail(f"{error.message}. {error.hint or ''}".strip(), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the addresses of the manifests; flows also by their names alone."""
        del param
        desired = _desired(ctx)
        if desired is None:
            return []
        names = [address.name for address in desired.flows]
        full = [str(address) for address in (*desired.flows, *desired.test_users)]
        return [CompletionItem(text) for text in (*names, *full) if text.startswith(incomplete)]


def environments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the environments of the project."""
    desired = _desired(ctx)
    names = () if desired is None else desired.environments
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def tests(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the scenario tests of the project, and the commands that stand beside them."""
    found = _loaded(ctx)
    names = [*getattr(ctx.command, "table", {})]
    with contextlib.suppress(ReconcilerError, OSError):
        names += [] if found is None else [scenario.name for scenario in found.tests().scenarios]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _desired(ctx: click.Context) -> Desired | None:
    found = _loaded(ctx)
    return None if found is None else found.desired


def _loaded(ctx: click.Context) -> Loaded | None:
    from reconciler.manifest.load import load  # noqa: PLC0415 - completion alone pays for it here

    common = said(ctx)
    for environment in dict.fromkeys((common.environment, None)):
        with contextlib.suppress(ReconcilerError, OSError):
            return load(common.manifests, environment, variables={}, variable_files=(), process_environment=os.environ)
    return None
