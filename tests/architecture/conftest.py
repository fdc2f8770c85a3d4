"""The files that the rules are held against."""

import subprocess
from pathlib import Path

import pytest

Texts = dict[str, str]


@pytest.fixture(scope="session")
def tracked(repository: Path) -> tuple[str, ...]:
    """Give the path of every committed file that is still there, or skip outside a clone."""
    if not (repository / ".git").exists():
        pytest.skip("this is no git checkout")
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True)  # noqa: S603  # fixed
    return tuple(name for name in listed.stdout.split("\0") if name and (repository / name).is_file())


@pytest.fixture(scope="session")
def texts(repository: Path, tracked: tuple[str, ...]) -> Texts:
    """Give the text of every committed file, by path; what is no UTF-8 is no text."""
    found: Texts = {}
    for name in tracked:
        try:
            found[name] = (repository / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


@pytest.fixture(scope="session")
def modules(texts: Texts) -> Texts:
    """Give the source of every module of the package, by path."""
    return {name: text for name, text in texts.items() if name.startswith("reconciler/") and name.endswith(".py")}
