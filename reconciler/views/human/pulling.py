"""A pull, for people: the files as git would show them, then one line a flow."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.definition.secrets import masked_text
from reconciler.views.human.text import count, joined, plain, said, wrapped
from reconciler.views.pulling import PulledFlow, PullReport
from reconciler.views.style import Style


def render_pull(report: PullReport, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what a pull writes. `sensitive`: texts to cover, default none."""
    gone = [f"x {address}: gone from the account; `{style.program} plan` shows it" for address in report.gone]
    if not report.flows and gone:
        return joined([*gone, "", "Nothing else to pull."])
    if not report.recorded:
        return f"Nothing to pull: no flow is recorded. `{style.program} apply` creates flows, `import` takes them over."
    if not report.flows:
        return "Nothing to pull: every recorded flow is as it was left."
    lines = [line for text in report.differences.values() for line in _difference(masked_text(text, sensitive), style)]
    lines += [""] if lines else []
    for flow in report.flows:
        lines += _flow(flow, style, sensitive)
    return joined([*lines, *gone, "", _summary(report)])


def _difference(text: str, style: Style) -> Iterator[str]:
    for line in text.splitlines():
        head = line.startswith(("--- ", "+++ "))
        tone = "strong" if head else {"+": "add", "-": "remove", "@": "move"}.get(line[:1])
        yield style.paint(plain(line.expandtabs()) if not line.isprintable() else line, tone)  # type: ignore[arg-type]  # tones of a table


def _flow(flow: PulledFlow, style: Style, sensitive: frozenset[str]) -> Iterator[str]:
    pulled = flow.pulled
    address = style.paint(str(pulled.address), "strong")
    if pulled.conflicts:
        yield f"! {address}: conflict with revision {pulled.revision.revision}; nothing is written for it"
        yield from (f"    both sides changed {plain(masked_text(place, sensitive))}" for place in pulled.conflicts)
        # Who takes the manifest overwrites one flow, not all that others changed; a draft is no drift to revert.
        draft = pulled.revision.status == "draft" and pulled.flow.status == "published"
        take = (
            f"`reconciler pull {pulled.address}{' --draft' if draft else ''}` takes what is live, "
            f"`reconciler apply --target {pulled.address} {'--allow-draft' if draft else '--on-drift=revert'}` "
            "the manifest."
        )
        yield from wrapped(said(take, style), 4, style)
    elif flow.refused is not None:
        yield from wrapped(f"{pulled.address}: refused: {masked_text(flow.refused, sensitive)}", 2, style, first="! ")
    elif not pulled.items:
        yield f"= {address}: the files say what revision {pulled.revision.revision} says"
    else:
        yield f"< {address}: revision {pulled.revision.revision} {style.arrow} {', '.join(map(plain, flow.files))}"
    for note in pulled.notes:
        yield from wrapped(said(masked_text(note, sensitive), style), 4, style)


def _summary(report: PullReport) -> str:
    conflicts = sum(bool(flow.pulled.conflicts) for flow in report.flows)
    refused = sum(flow.refused is not None and not flow.pulled.conflicts for flow in report.flows)
    parts = [f"{count(len(report.differences), 'file')} {'written' if report.written else 'to write'}"]
    parts += [count(conflicts, "conflict")] if conflicts else []
    parts += [f"{refused} refused"] if refused else []
    return f"Pull: {', '.join(parts)}."
