"""The README's map of the code and the packages say the same."""

import re
from pathlib import Path

import pytest

ENTRY = re.compile(r"^[\s|`*-]*(?:reconciler/)?(\w+)(?:/|\.py)", re.MULTILINE)


@pytest.fixture(scope="module")
def mapped(repository: Path) -> set[str]:
    """Give the names that begin a line in the README's section with the map of the code."""
    readme = (repository / "README.md").read_text(encoding="utf-8")
    sections = re.split(r"^(?=#+ )", readme, flags=re.MULTILINE)
    (section,) = [text for text in sections if "map of the code" in text.partition("\n")[0].lower()]
    return set(ENTRY.findall(section))


def test_every_package_is_on_the_map(repository: Path, mapped: set[str]):
    """The map has a line for each package and each module at the top of the package."""
    inside = [path for path in (repository / "reconciler").iterdir() if not path.is_symlink()]
    packages = {path.name for path in inside if (path / "__init__.py").is_file()}
    modules = {path.stem for path in inside if path.suffix == ".py" and not path.stem.startswith("__")}
    assert (packages | modules) - mapped == set()


def test_everything_on_the_map_exists(repository: Path, mapped: set[str]):
    """The map names nothing that is gone."""
    places = (repository, repository / "reconciler")
    assert {
        name
        for name in mapped
        if not any((place / name).exists() or (place / f"{name}.py").exists() for place in places)
    } == set()
