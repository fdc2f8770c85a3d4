"""What both views of a release have to find out: the commands that may be typed next."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.release import Release


def next_commands(release: Release, program: str, *, conflict: bool = False) -> Iterator[str]:
    """Give what may be typed next about a release that is under way."""
    if not release.under_way:
        return
    if conflict:
        yield f"To leave what others published: {program} release --back --on-drift=accept"
        yield f"To take that back, too: {program} release --back --on-drift=revert"
        return
    yield f"To go on: {program} release"
    if release.stage != "back":
        yield f"To take it back: {program} release --back"
