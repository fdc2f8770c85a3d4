"""Replace placeholders throughout a piece of a document, keys aside; each fault at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reconciler.manifest.placeholder import UNSET, Values
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json

Path = tuple[str | int, ...]


class _Dropped:
    """Stands for a value that cannot be known here."""


_DROPPED: Final = _Dropped()


class Substitution:
    """One walk over parsed data.

    Attributes:
        incomplete: something was left out.
    """

    def __init__(
        self,
        values: Values,
        place: Callable[[Path], Place | tuple[Place, str]],
        *,
        definition: bool = False,
        lenient: bool = False,
    ) -> None:
        """Prepare a walk.

        Args:
            values: what placeholders stand for.
            place: finds where the value at a path stands; with a note for messages, if there is one to make.
            definition: the strings belong to a definition.
            lenient: leave out what needs an environment variable that is not set: the environment is not the target.
        """
        self._values = values
        self._place = place
        self._definition = definition
        self._lenient = lenient
        self.incomplete = False

    def apply(self, data: Json, path: Path = ()) -> Json:
        """Give the data with every placeholder replaced; `path` leads to it."""
        done = self._value(data, path)
        return None if isinstance(done, _Dropped) else done

    def _value(self, data: Json, path: Path) -> Json | _Dropped:
        if isinstance(data, str):
            return self._text(data, path) if "${" in data else data
        if isinstance(data, list):
            items = [self._value(item, (*path, index)) for index, item in enumerate(data)]
            return [item for item in items if not isinstance(item, _Dropped)]
        if isinstance(data, dict):
            members = {key: self._value(item, (*path, key)) for key, item in data.items()}
            return {key: item for key, item in members.items() if not isinstance(item, _Dropped)}
        return data

    def _text(self, text: str, path: Path) -> str | _Dropped:
        unknown = False

        def report(rule: str, message: str, hint: str | None) -> None:
            nonlocal unknown
            if self._lenient and rule in {UNSET, "unknown-env"}:
                unknown = True
                return
            found = self._place(path)
            place, note = found if isinstance(found, tuple) else (found, "")
            self._values.findings.value_unknown(place)
            if rule != UNSET:
                self._values.findings.error(rule, message + note, place, hint=hint)

        done = self._values.replace(text, report, definition=self._definition)
        self.incomplete |= unknown
        return _DROPPED if unknown else done
