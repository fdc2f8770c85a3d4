"""What our stores can do beyond the port: the commands under `reconciler state` need it, nothing else may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reconciler.errors import StateMismatchError
from reconciler.model.record import State
from reconciler.ports import StateStore


class ManagedStore(StateStore, Protocol):
    """A state store that a person may look after."""

    def replace(self, state: State, *, timeout: float, force: bool = False) -> State:
        """Put a whole state in the place of what is there, journal included; what was there is kept as a backup.

        Args:
            state: the new state. Its serial stands when it is higher than the present one, else it is raised above.
            timeout: seconds to wait for the lock; 0 does not wait.
            force: also take another lineage, a serial that is not higher, and the place of a damaged state.

        Returns:
            The state as it is kept, with its serial.

        Raises:
            StateLockedError: another run holds the lock.
            StateMismatchError: the lineage is another one.
            StaleError: the serial is not higher than the present one.
            StateDamagedError: what is there cannot be read, and `force` was not said.
        """

    def holder(self) -> str | None:
        """Tell who holds the lock: a phrase for people; None when nobody does. Never breaks a lock that is held."""

    def backups(self) -> Sequence[int]:
        """List the serials that can be put back, oldest first."""

    def backup(self, serial: int) -> State:
        """Give an earlier state. Raises StateDamagedError when it is missing or cannot be trusted."""


def check_belongs(state: State, wanted: State, origin: str) -> None:
    """Make sure that a state is the one of a project's environment.

    Raises:
        StateMismatchError: project, environment, endpoint or (when both are known) account differ.
    """
    pairs: list[tuple[str, str | None, str | None]] = [
        ("project", state.project, wanted.project),
        ("environment", state.environment, wanted.environment),
        ("endpoint", state.endpoint, wanted.endpoint),
    ]
    if state.account is not None and wanted.account is not None:
        pairs.append(("account", state.account, wanted.account))
    for what, found, expected in pairs:
        if found != expected:
            raise StateMismatchError(
                f"{origin}: the state belongs to {what} {_named(found)}, this run is about {_named(expected)}",
                hint="Name the state of this environment with --state, or check --environment and --endpoint.",
            )


def _named(value: str | None) -> str:
    return "Twilio's own" if value is None else repr(value)
