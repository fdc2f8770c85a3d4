"""What a pull shows, before it is text: for each flow what becomes of it, for each file its difference."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.workflows.pulling import Pulled


@dataclass(frozen=True, slots=True)
class PulledFlow:
    """One flow of a pull.

    Attributes:
        files: the files that this is about, relative to the project folder; none where nothing is to be written.
        refused: why its files cannot be written, None when they can.
    """

    pulled: Pulled
    files: tuple[str, ...]
    refused: str | None = None

    @property
    def writable(self) -> bool:
        """Tell whether its files are to be written."""
        return self.refused is None and not self.pulled.conflicts


@dataclass(frozen=True, slots=True)
class PullReport:
    """A whole pull.

    Attributes:
        differences: of the files, as git would show them, by name.
        gone: recorded flows that the account no longer has.
        written: whether the files are written by now.
        recorded: whether the state knows of any flow.
    """

    flows: tuple[PulledFlow, ...]
    differences: dict[str, str]
    gone: tuple[Address, ...] = ()
    written: bool = False
    recorded: bool = True
