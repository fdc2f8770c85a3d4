"""Where the manifests come from: the commit of the folder, as the state keeps it with each revision."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

_SECONDS: Final = 5
_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}(-dirty)?")


def source_of(folder: Path) -> str | None:
    """Give `git:COMMIT`, with `-dirty` behind it when tracked files have changed; None outside a work tree."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder)]
    command += ["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - constant
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    commit = told.stdout.strip()
    return f"git:{commit}" if told.returncode == 0 and _COMMIT.fullmatch(commit) else None
