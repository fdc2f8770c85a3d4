"""The wheel: built from what is committed, installed elsewhere, used there. No network."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

OFFLINE = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command, fail with its output, return what it printed."""
    done = subprocess.run(command, cwd=cwd, env=OFFLINE, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603  # our own commands
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def data_files(repository: Path) -> set[str]:
    """Give what the package must carry beside its modules, by path; followed through the link to schemas/."""
    package = repository / "reconciler"
    found = {path for folder in ("schemas", "templates") for path in package.glob(f"{folder}/**/*") if path.is_file()}
    return {path.relative_to(repository).as_posix() for path in found} | {"reconciler/py.typed"}


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing is left in the checkout and nothing stale is taken from it."""
    source = tmp_path_factory.mktemp("source") / "reconciler"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(repository / name, source)
    for name in ("reconciler", "schemas"):
        shutil.copytree(repository / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, ".", cwd=source)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone into an empty environment; its dependencies come from ours by a path file."""
    place = tmp_path_factory.mktemp("elsewhere") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", place, cwd=place.parent)
    python = place / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", wheel, cwd=place.parent)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = place / "lib" / version / "site-packages"
    # Path files found through this line are not read in turn, so our own editable install stays out of sight.
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place


def test_wheel_holds_every_module_and_data_file(repository: Path, wheel: Path, data_files: set[str]):
    """Each module, schema and template is in the wheel as a real file, although schemas/ is a link in the checkout."""
    modules = {path.relative_to(repository).as_posix() for path in (repository / "reconciler").glob("**/*.py")}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("reconciler/")}
        links = [entry.filename for entry in archive.infolist() if (entry.external_attr >> 16) & 0o170000 == 0o120000]
    assert (modules | data_files) - held == set()
    assert links == []


def test_wheel_holds_nothing_else(wheel: Path):
    """Neither tests nor samples nor state reach a user's site-packages."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"reconciler"}


def test_installed_command_runs(installed: Path, tmp_path: Path):
    """The installed command answers, from a folder that has nothing to do with the checkout."""
    assert "0.1.0" in run(installed / "bin" / "reconciler", "version", cwd=tmp_path)
    assert "0.1.0" in run(installed / "bin" / "python", "-m", "reconciler", "version", cwd=tmp_path)


def test_installed_package_reads_its_data(installed: Path, tmp_path: Path, data_files: set[str]):
    """Every data file of the checkout is readable from the installed package, and comes from there."""
    script = (
        "import importlib.resources, sys\n"
        "root = importlib.resources.files('reconciler')\n"
        "assert str(root).startswith(sys.prefix), root\n"
        "for name in sys.argv[1:]:\n"
        "    root.joinpath(*name.split('/')[1:]).read_bytes()\n"
        "print('all read')\n"
    )
    command = (installed / "bin" / "python", "-c", script, *sorted(data_files))
    assert run(*command, cwd=tmp_path) == "all read\n"
