"""Large flows full of Liquid, and how long their lint takes."""

import time

from reconciler.definition.lint import engine, registry
from reconciler.definition.lint.rule import Rule
from reconciler.definition.liquid_parse import parsed

LIQUID = frozenset({8, 9, 10, 11, 15})
"""Numbers of the rules that follow Liquid through a flow."""


def conversation(widgets: int) -> dict[str, object]:
    """Make a flow of so many widgets, no two with the same texts: it asks, splits, calls, answers and counts."""
    states: list[dict[str, object]] = [
        {"name": "Trigger", "type": "trigger", "transitions": [to("incomingMessage", "w0")], "properties": {}}
    ]
    states.extend(_widget(number, widgets) for number in range(widgets))
    return {"description": "made", "initial_state": "Trigger", "states": states, "flags": {}}


def to(event: str, target: str | None, *values: str) -> dict[str, object]:
    """Make a transition, with a condition when there are values: what is asked for, and what it is compared with."""
    transition: dict[str, object] = {"event": event, **({"next": target} if target else {})}
    if values:
        asked, value = values
        condition = {"friendly_name": value, "arguments": [asked], "type": "equal_to", "value": value}
        transition["conditions"] = [condition]
    return transition


def _widget(number: int, widgets: int) -> dict[str, object]:
    after = f"w{number + 1}" if number + 1 < widgets else None
    first = number - number % 5  # five widgets make one round: set, ask, split, call, answer
    reply = f"{{{{widgets.w{first + 1}.inbound.Body}}}}"
    pair = {"key": f"v{first}", "value": f"{{{{flow.variables.v{first} | plus: {number}}}}}"}
    name = f"{{{{ flow.variables.v{first} | default: 'you' }}}}"
    said = f"Round {first}, {name}: {{% if contact.channel.address %}}a{{% endif %}}"
    sent = f'{{"reply": "{reply}", "count": {{{{flow.variables.v{first} | to_json}}}}, "n": {number}}}'
    rounds: tuple[tuple[str, list[dict[str, object]], dict[str, object]], ...] = (
        ("set-variables", [to("next", after)], {"variables": [pair]}),
        ("send-and-wait-for-reply", [to("incomingMessage", after), to("timeout", None)], {"body": said}),
        ("split-based-on", [to("noMatch", after), *(to("match", after, reply, v) for v in "1234")], {"input": reply}),
        ("make-http-request", [to("success", after), to("failed", f"w{first}")], {"method": "POST", "body": sent}),
        ("send-message", [to("sent", after)], {"body": f"{number}: {{{{widgets.w{first + 3}.parsed.items[0].name}}}}"}),
    )
    kind, transitions, properties = rounds[number % 5]
    return {"name": f"w{number}", "type": kind, "transitions": transitions, "properties": properties}


def seconds_of_lint(widgets: int) -> tuple[float, float]:
    """Give how long the rules on Liquid take for a flow that was never read, and how long all rules take after that."""
    parsed("output", "'a library is imported once' | upcase")
    data = conversation(widgets)
    every = registry.rules()
    return _seconds(data, [rule for rule in every if rule.number in LIQUID]), _seconds(data, every)


def _seconds(data: dict[str, object], rules: tuple[Rule, ...] | list[Rule]) -> float:
    began = time.process_time()
    list(engine.problems(data, rules))  # type: ignore[arg-type]  # JSON, spelt as dict here
    return time.process_time() - began
