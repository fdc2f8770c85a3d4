"""Files and functions stay small, explained and finished; packages, tests and the map of the code agree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError|pragma: no cover")


def functions(source: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Yield every function with the number of lines of its body, the docstring not counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield node, (body[-1].end_lineno - body[0].lineno + 1) if body else 0


def packages(repository: Path) -> list[Path]:
    """List the packages directly below reconciler/ that hold more than their docstring."""
    return sorted(
        folder
        for folder in (repository / "reconciler").iterdir()
        if not folder.is_symlink() and (folder / "__init__.py").is_file() and len(list(folder.glob("**/*.py"))) > 1
    )


def test_files_are_short(texts: dict[str, str]):
    """No Python file has more than 400 lines."""
    long = {name: text.count("\n") for name, text in texts.items() if name.endswith(".py")}
    assert {name: lines for name, lines in long.items() if lines > LINES_OF_A_FILE} == {}


def test_functions_are_short(modules: dict[str, str]):
    """No function body has more than 60 lines."""
    assert [
        f"{name}:{node.lineno} {node.name}: {lines}"
        for name, source in modules.items()
        for node, lines in functions(source)
        if lines > LINES_OF_A_FUNCTION
    ] == []


def test_modules_say_what_may_live_in_them(modules: dict[str, str]):
    """Every module and package has a docstring."""
    assert [name for name, source in modules.items() if not ast.get_docstring(ast.parse(source))] == []


def test_nothing_is_left_unfinished(modules: dict[str, str]):
    """The package holds no mark of unfinished work, and nothing is hidden from coverage."""
    assert [
        f"{name}:{number}: {line.strip()}"
        for name, source in modules.items()
        for number, line in enumerate(source.splitlines(), 1)
        if UNFINISHED.search(line)
    ] == []


def test_tests_mirror_the_packages(repository: Path):
    """Every package has a folder of tests with its name."""
    assert [
        folder.name
        for folder in packages(repository)
        if not list((repository / "tests" / folder.name).glob("**/test_*.py"))
    ] == []


def test_fixtures_do_not_turn_tests_into_packages(tracked: tuple[str, ...]):
    """Tests are modules that pytest imports by path: an __init__.py would make their names collide."""
    assert [name for name in tracked if name.startswith("tests/") and name.endswith("__init__.py")] == []
