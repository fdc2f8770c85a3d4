"""The flows of a project as a library for runs, found by the references that definitions hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.definition.portable import finish, resolve
from reconciler.model.definition import Definition
from reconciler.simulate import Flow, flow_of
from reconciler.simulate.sids import sid_of


class Flows:
    """The flows of a project by name, each with a SID invented for it. A `reconciler.simulate.Library`.

    A definition is parsed when a run asks for it, and then kept.
    """

    def __init__(self, definitions: Mapping[str, Definition], sids: Mapping[str, str] | None = None) -> None:
        """Parse nothing yet.

        Args:
            definitions: by name; they may hold `${flow.NAME.sid}`.
            sids: by name, SIDs to use; the others are invented. Default: all are.
        """
        given = sids or {}
        self._definitions = definitions
        self._sids = {name: given.get(name) or sid_of("FW", "scenario", name) for name in definitions}
        self._names = {sid: name for name, sid in self._sids.items()}
        self._made: dict[str, Flow] = {}

    def names(self) -> Iterable[str]:
        """Give the names of all flows, in order."""
        return sorted(self._definitions)

    def named(self, name: str) -> Flow | None:
        """Give a flow by its name; None when there is none."""
        if name not in self._made:
            definition = self._definitions.get(name)
            if definition is None:
                return None
            sent = finish(resolve(definition, self._sids))
            self._made[name] = flow_of(sent.data(), self._sids[name])
        return self._made[name]

    def definition(self, sid: str) -> Definition | None:
        """Give a flow's definition as it was given, by its SID; None when there is none."""
        return self._definitions.get(self._names.get(sid, ""))

    def find(self, sid: str, revision: str) -> Flow | None:
        """Give a flow by its SID. There is one revision of each; whatever is asked for, it is meant."""
        name = self._names.get(sid)
        del revision
        return None if name is None else self.named(name)

    def name_of(self, sid: str) -> str:
        """Give the name of the flow with a SID; the SID itself when it is none of these."""
        return self._names.get(sid, sid)

    def called_by(self, flow: Flow) -> list[Flow]:
        """Give the flows that a flow calls and that are known, each once."""
        found = (self.find(sid, "LatestPublished") for sid, _ in flow.subflows)
        return list({one.sid: one for one in found if one is not None}.values())
