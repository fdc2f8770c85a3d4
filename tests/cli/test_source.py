import shutil
import subprocess

import pytest

from reconciler.cli.source import source_of


def test_the_source_is_the_commit_of_the_folder(tmp_path):
    """Inside a work tree the commit is told, and whether tracked files have changed since; elsewhere nothing is."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is absent")

    def run(*arguments: str) -> str:
        named = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        command = [git, "-C", str(tmp_path), *named, *arguments]
        told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - constant
        return told.stdout.strip()

    assert source_of(tmp_path / "nowhere") is None
    run("init", "-q")
    assert source_of(tmp_path) is None
    (tmp_path / "a").write_text("1")
    run("add", "a")
    run("commit", "-qm", "First")
    commit = run("rev-parse", "--short=12", "HEAD")
    assert source_of(tmp_path) == f"git:{commit}"
    (tmp_path / "a").write_text("2")
    assert source_of(tmp_path) == f"git:{commit}-dirty"
