"""An export that is killed at any of its moves on the disk goes on with nothing twice and nothing left out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.small_export import SIDS, export

CHILD = """
import os, sys
from pathlib import Path
from tests.support.small_export import export

place, left = Path(sys.argv[1]), int(sys.argv[2])

def moves(event, arguments):
    global left
    if event in {"open", "os.mkdir", "os.rename", "os.remove"} and any(str(place) in str(one) for one in arguments):
        left -= 1
        if left == 0:
            os._exit(9)

sys.addaudithook(moves)
export(place)
"""


def killed(place: Path, kill_at: int) -> bool:
    """Export in another process that is killed at a move; tells whether it came so far."""
    command = [sys.executable, "-c", CHILD, str(place), str(kill_at)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])  # noqa: S603 - our own code
    assert done.returncode in {0, 9}, done.stderr
    return done.returncode == 9


def rows(place: Path) -> list[str]:
    """Give the SIDs that a reader of the table sees."""
    texts = [path.read_text() for path in sorted((place / "executions").glob("[!.]*"))]
    return [json.loads(line)["execution_sid"] for text in texts for line in text.splitlines()]


@pytest.mark.slow
def test_a_kill_at_any_move(tmp_path):
    """Wherever it is killed, what a reader sees has no row twice; after the next export every row is there once."""
    kills = 0
    for kill_at in range(1, 100):
        place = tmp_path / str(kill_at)
        if not killed(place, kill_at):
            break
        kills += 1
        seen = rows(place) if place.exists() else []
        assert len(set(seen)) == len(seen)
        export(place)
        assert rows(place) == SIDS, kill_at
    assert kills > 10
