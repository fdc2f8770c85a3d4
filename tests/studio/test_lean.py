from __future__ import annotations

import subprocess
import sys


def test_the_client_loads_neither_rich_nor_structlog():
    """What only prints is not imported to speak to Studio: it would take a third of what a plan may take."""
    code = "import sys, reconciler.studio.live; print(sorted({'rich', 'structlog', 'click'} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - fixed
    assert printed.stdout.strip() == "[]"
