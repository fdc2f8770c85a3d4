"""People: one who edits manifests, and one in the Console who knows nothing of us."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from reconciler.definition import document
from reconciler.model.address import Address
from reconciler.model.definition import Status
from reconciler.model.desired import (
    DEFAULT_COMMIT_MESSAGE,
    ChangeLimits,
    Desired,
    Environment,
    Lifecycle,
    OnDelete,
    OnDrift,
    Policy,
)
from reconciler.model.finding import Place
from reconciler.model.jsontypes import JsonObject
from reconciler.model.release import NO_RELEASE, Expectation, FlowRelease, Smoke, Watch
from tests.simulation.setting import Setting
from tests.simulation.truth import TrueFlow
from tests.support import flows

SECRET = "canary-of-a-definition"
NAMES = ("ant", "bee", "cat", "dog")
ODD, NOWHERE = "send-telepathy", "nowhere"
WATCH = Watch(timedelta(seconds=12), timedelta(seconds=5), min_executions=2, max_failed_ratio=0.4)
CONTACTS = ("+15550100001", "+15550100002", "whatsapp:+15550100003", " +1 (555) 010-0004", "WhatsApp:+15550100005")


@dataclass(frozen=True)
class Sheet:
    """One manifest of a flow, and of its test users.

    Attributes:
        odd: it has a widget of a type that is in no published list.
        broken: a transition leads to a widget that does not exist.
    """

    text: str
    friendly_name: str
    x: int = 0
    status: Status = "published"
    calls: str | None = None
    previous: tuple[str, ...] = ()
    on_delete: OnDelete = "delete"
    on_drift: OnDrift = "stop"
    contacts: tuple[str, ...] | None = None
    message: str = DEFAULT_COMMIT_MESSAGE
    odd: bool = False
    broken: bool = False


def on_request(data: JsonObject) -> JsonObject:
    """Let a definition greet who starts it by the API, too."""
    data["states"][0]["transitions"] = [
        {**each, "next": "greet"} if each["event"] == "incomingRequest" else each
        for each in data["states"][0]["transitions"]
    ]
    return data


def smoke_of(sheet: Sheet) -> FlowRelease:
    """Give what is tried before a flow is published; a text whose number ends with 3 or 8 does not pass."""
    if not sheet.contacts:
        return NO_RELEASE
    fussy = sheet.text[-1] in "38"
    expect = Expectation(() if fussy else ("greet",), ("greet",) if fussy else (), within=timedelta(seconds=4))
    return FlowRelease((Smoke("greets", sheet.contacts[0], "+15550100000", None, expect, Place("x.yaml", 1, 1)),))


@dataclass
class Manifests:
    """The folder of manifests, edited by one person."""

    setting: Setting
    sheets: dict[str, Sheet] = field(default_factory=dict)
    imports: dict[Address, str] = field(default_factory=dict)
    recorded: Callable[[], Iterable[Address]] = tuple
    _count: int = 0

    def desired(self) -> Desired:
        """Load it."""
        watch = WATCH if self.setting.releases else None
        window = timedelta(seconds=self.setting.window)
        policy = Policy(ChangeLimits(delete=None, percent=None), self.setting.layout, window, watch)
        released = self.setting.releases
        listed = [self._flow(name, sheet, released=released) for name, sheet in sorted(self.sheets.items())]
        users = [
            flows.users(f"{name}-users", name, *sheet.contacts)
            for name, sheet in sorted(self.sheets.items())
            if sheet.contacts is not None
        ]
        imports = {address: sid for address, sid in self.imports.items() if address.name in self.sheets}
        found = flows.desired(listed, users, policy=policy, environment=Environment("local", imports=imports))
        return replace(found, sensitive=frozenset({SECRET}))

    @staticmethod
    def _flow(name: str, sheet: Sheet, *, released: bool):
        widgets = [flows.widget("greet", f"{sheet.text} {SECRET}", "call" if sheet.calls else None, x=sheet.x)]
        if sheet.calls:
            widgets.append(flows.calling("call", f"${{flow.{sheet.calls}.sid}}"))
        if sheet.odd:
            widgets.append({**flows.widget("odd", "Hello"), "type": ODD})
        if sheet.broken:
            widgets.append(flows.widget("lost", "Hello", NOWHERE))
        data = flows.data(*widgets)
        found = flows.flow(
            name,
            document.of(on_request(data) if released else data),
            status=sheet.status,
            friendly_name=sheet.friendly_name,
            lifecycle=Lifecycle(on_delete=sheet.on_delete, on_drift=sheet.on_drift),
            previous_names=sheet.previous,
        )
        return replace(found, commit_message=sheet.message, release=smoke_of(sheet) if released else found.release)

    def repair(self) -> None:
        """Let somebody read what Studio says of the definitions, and do as it says."""
        odd = self.setting.quirks.get("unknown-widget-type") == "accept"
        for name, sheet in self.sheets.items():
            self.sheets[name] = replace(sheet, broken=False, odd=sheet.odd and odd)

    def edit(self, rng: random.Random) -> str:
        """Change something."""
        acts = [
            self._add,
            self._remove,
            self._rename,
            self._rewrite,
            self._rewrite,
            self._users,
            self._call,
            self._wonder,
        ]
        return rng.choice(acts)(rng)

    def _word(self, what: str) -> str:
        self._count += 1
        return f"{what}{self._count}"

    def _add(self, rng: random.Random) -> str:
        free = [name for name in NAMES if name not in self.sheets]
        if not free:
            return self._rewrite(rng)
        name = rng.choice(free)
        for other, sheet in self.sheets.items():
            self.sheets[other] = replace(sheet, previous=tuple(p for p in sheet.previous if p != name))
        unique = self.setting.quirks.get("friendly-name-unique") == "yes"
        taken = unique and any(sheet.friendly_name == name for sheet in self.sheets.values())
        self.sheets[name] = Sheet(
            self._word("text"),
            self._word(name) if taken else name,
            status=rng.choice(["published", "published", "draft"]),
            on_delete=rng.choice(["delete", "delete", "retain"]),
            on_drift=rng.choice(["stop", "stop", "revert", "accept", "merge"]),
        )
        return f"add {name} {self.sheets[name]}"

    def _remove(self, rng: random.Random) -> str:
        if not self.sheets:
            return self._add(rng)
        name = rng.choice(sorted(self.sheets))
        del self.sheets[name]
        self._recall(name, None)
        return f"remove {name}"

    def _rename(self, rng: random.Random) -> str:
        taken = {address.name for address in self.recorded()}
        free = [n for n in NAMES if n not in self.sheets and n not in taken and not self._formerly(n)]
        if not free or not self.sheets:
            return self._rewrite(rng)
        old, new = rng.choice(sorted(self.sheets)), rng.choice(free)
        sheet = self.sheets.pop(old)
        self.sheets[new] = replace(sheet, previous=(old, *sheet.previous))
        self._recall(old, new)
        self.imports.pop(Address("Flow", old), None)
        return f"rename {old} to {new}"

    def _formerly(self, name: str) -> bool:
        return any(name in sheet.previous for sheet in self.sheets.values())

    def _recall(self, old: str, new: str | None) -> None:
        for name, sheet in self.sheets.items():
            if sheet.calls == old:
                self.sheets[name] = replace(sheet, calls=new)

    def _rewrite(self, rng: random.Random) -> str:
        if not self.sheets:
            return self._add(rng)
        name = rng.choice(sorted(self.sheets))
        sheet = self.sheets[name]
        new = rng.choice(
            [
                replace(sheet, text=self._word("text")),
                replace(sheet, text=self._word("text"), friendly_name=self._word(f"{name}-")),
                replace(sheet, friendly_name=self._word(f"{name}-")),
                replace(sheet, status="draft" if sheet.status == "published" else "published"),
                replace(sheet, x=sheet.x + 40),
                replace(sheet, on_delete="retain" if sheet.on_delete == "delete" else "delete"),
            ]
        )
        self.sheets[name] = new
        return f"write {name} {new}"

    def _users(self, rng: random.Random) -> str:
        if not self.sheets:
            return self._add(rng)
        name = rng.choice(sorted(self.sheets))
        contacts = rng.choice([None, (), CONTACTS[:1], CONTACTS[:2], CONTACTS[2:4], CONTACTS[3:]])
        self.sheets[name] = replace(self.sheets[name], contacts=contacts)
        return f"test users of {name}: {contacts}"

    def _wonder(self, rng: random.Random) -> str:
        """Write what Studio may refuse, or keep in another form than it was sent."""
        if not self.sheets:
            return self._add(rng)
        name = rng.choice(sorted(self.sheets))
        sheet = self.sheets[name]
        new = rng.choice(
            [
                replace(sheet, message=self._word("a long story ") * 20, text=self._word("text")),
                replace(sheet, message=f"  two lines\n\n{self._word('and spaces  ')} ", text=self._word("text")),
                replace(sheet, odd=not sheet.odd),
                replace(sheet, broken=not sheet.broken, status=rng.choice(["draft", "published"])),
            ]
        )
        self.sheets[name] = new
        return f"write {name} {new}"

    def _call(self, rng: random.Random) -> str:
        pairs = [(a, b) for a in sorted(self.sheets) for b in sorted(self.sheets) if a != b and not self._leads(b, a)]
        if not pairs:
            return self._rewrite(rng)
        caller, callee = rng.choice(pairs)
        self.sheets[caller] = replace(self.sheets[caller], calls=callee)
        return f"{caller} calls {callee}"

    def _leads(self, start: str | None, end: str) -> bool:
        while start is not None and start in self.sheets:
            if start == end:
                return True
            start = self.sheets[start].calls
        return False


@dataclass(frozen=True)
class Click:
    """What a person in the Console does: a request to the emulator's own pages, or to the API as they are logged in."""

    method: str
    path: str
    form: dict[str, str]


def click(rng: random.Random, alive: list[TrueFlow], names: list[str], *, unique: bool) -> Click | None:
    """Do something in the Console; None when there is nothing to do it to."""
    act = rng.choice(
        ["write", "write", "write", "draft", "draft", "publish", "rename", "move", "delete", "twin", "run", "wonder"]
    )
    if act == "twin":
        if not names or unique:
            return None
        definition = flows.data(flows.widget("greet", f"namesake {rng.getrandbits(16)}"))
        form = {"FriendlyName": rng.choice(names), "Status": rng.choice(["draft", "published"])}
        return Click("POST", "/_console/Flows", {**form, "Definition": json.dumps(definition)})
    if not alive:
        return None
    flow = rng.choice(alive)
    path = f"/_console/Flows/{flow.sid}"
    if act == "delete":
        return Click("DELETE", f"/v2/Flows/{flow.sid}", {})
    if act == "run":
        return Click("POST", f"{path}/Executions", {"Status": "active"})
    return Click("POST", path, _form(rng, act, flow))


def _form(rng: random.Random, act: str, flow: TrueFlow) -> dict[str, str]:
    if act == "publish":
        return {"Status": "published"}
    if act == "rename":
        return {"FriendlyName": f"by hand {rng.getrandbits(16)}"}
    definition: JsonObject = json.loads(flow.latest.row.definition)
    greet = next(state for state in definition["states"] if state["name"] == "greet")
    if act == "move":
        greet["properties"]["offset"] = {"x": rng.getrandbits(8), "y": 7}
        return {"Definition": json.dumps(definition)}
    greet["properties"]["body"] = f"by hand {rng.getrandbits(16)}"
    if act == "wonder":  # Studio may refuse either
        greet |= rng.choice([{"type": ODD}, {"transitions": [{"event": "sent", "next": NOWHERE}]}])
        act = rng.choice(["draft", "publish"])
    return {"Definition": json.dumps(definition), "Status": "draft" if act == "draft" else "published"}
