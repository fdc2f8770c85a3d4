"""A plugin of pytest: scenario tests as items, and a fixture for those who would rather write Python.

Every run of pytest loads it where this package is installed, so nothing but pytest is imported before somebody says
where scenario tests are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

if TYPE_CHECKING:
    from reconciler.manifest.flowtests import Tests
    from reconciler.scenario.result import Result
    from reconciler.scenario.values import Scenario

_OPTION: Final = "flow_tests"
_ENVIRONMENT: Final = "flow_tests_environment"
_LOADED: Final = pytest.StashKey["_Project | None"]()
_UNSET: Final = "no scenario tests: say --flow-tests DIR, or flow_tests = DIR in the configuration of pytest"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--flow-tests` and `--flow-tests-environment`, and the same for the configuration."""
    group = parser.getgroup("reconciler", "scenario tests of Studio flows")
    folder = "the project folder whose FlowTest documents are run"
    environment = "the environment of that project.  [default: the project's]"
    group.addoption("--flow-tests", dest=_OPTION, metavar="DIR", help=folder)
    group.addoption("--flow-tests-environment", dest=_ENVIRONMENT, metavar="NAME", help=environment)
    parser.addini(_OPTION, f"{folder}, from the folder of this file")
    parser.addini(_ENVIRONMENT, environment)


def pytest_configure(config: pytest.Config) -> None:
    """Look for tests in the project folder too, unless the command line says where to look."""
    folder = _folder(config)
    config.stash[_LOADED] = None
    said_elsewhere = config.args_source is pytest.Config.ArgsSource.ARGS and not config.getoption(_OPTION)
    if folder is not None and not said_elsewhere:
        config.args.append(str(folder))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take a file that holds scenario tests."""
    folder = _folder(parent.config)
    if folder is None or file_path.suffix not in {".yaml", ".yml"} or not file_path.is_relative_to(folder):
        return None
    project = _loaded(parent.config, folder)
    return FlowTestFile.from_parent(parent, path=file_path) if file_path in project.files() else None


@pytest.fixture(scope="session")
def flow_runner(request: pytest.FixtureRequest) -> FlowRunner:
    """Give what runs a scenario that is written in Python, on the flows of the project."""
    folder = _folder(request.config)
    if folder is None:
        pytest.fail(_UNSET, pytrace=False)
    return FlowRunner(_loaded(request.config, folder))


class FlowRunner:
    """Runs scenarios against the flows of a project."""

    def __init__(self, project: _Project) -> None:
        """Run nothing yet."""
        self._project = project

    def __call__(
        self,
        flow: str,
        trigger: Mapping[str, Any],
        script: Sequence[Mapping[str, Any]] = (),
        **spec: Any,  # noqa: ANN401 - what a document may say
    ) -> Result:
        """Run a scenario; fail the test where the flow goes another way, else give what came of it.

        Args:
            flow: the name of the Flow document.
            trigger: how it begins, as in a FlowTest document: `{"message": "Hi"}`.
            script: its lines, as there: `[{"sends": "Hello"}, {"writes": "yes"}]`.
            spec: what else may stand there: `stubs`, `ends`, `at`.
        """
        from reconciler.manifest.flowtests import scenario_of  # noqa: PLC0415 - see above
        from reconciler.scenario.run import run  # noqa: PLC0415 - see above

        given = {"flow": flow, "trigger": dict(trigger), "script": [dict(line) for line in script], **spec}
        result = run(scenario_of(given, self._project.tests.flows), self._project.tests.flows)
        if not result.ok:
            pytest.fail(self._project.told(result), pytrace=False)
        return result


class FlowTestFile(pytest.File):
    """A YAML file with scenario tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give an item for each scenario of the file, in the order in which they stand there."""
        project = self.config.stash[_LOADED]
        found = [] if project is None else project.of(self.path)
        for scenario in found:
            yield FlowTestItem.from_parent(self, name=scenario.name, scenario=scenario)


class FlowTestItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, scenario: Scenario, **kwargs: Any) -> None:  # noqa: ANN401 - pytest's own, passed on
        super().__init__(**kwargs)
        self.scenario = scenario
        self.extra_keyword_matches.update([scenario.flow, *scenario.labels.values()])

    def runtest(self) -> None:
        """Run it."""
        from reconciler.scenario.run import run  # noqa: PLC0415 - see above

        project = cast("_Project", self.config.stash[_LOADED])
        result = run(self.scenario, project.tests.flows)
        if not result.ok:
            raise FlowTestFailed(project.told(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's signature
        """Show the conversation and what was expected, and no Python."""
        if isinstance(excinfo.value, FlowTestFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the scenario is written."""
        line = self.scenario.place.line - 1 if self.scenario.place else 0
        return self.path, line, f"FlowTest {self.name}"


class FlowTestFailed(Exception):  # noqa: N818 - what pytest shows, and nobody catches
    """The flow went another way than the scenario expects."""


class _Project:
    """The scenario tests of one folder."""

    def __init__(self, folder: Path, tests: Tests) -> None:
        self.folder = folder
        self.tests = tests

    def files(self) -> set[Path]:
        return {self._file(scenario) for scenario in self.tests.scenarios}

    def of(self, file: Path) -> list[Scenario]:
        found = [scenario for scenario in self.tests.scenarios if self._file(scenario) == file]
        return sorted(found, key=lambda scenario: scenario.place.line if scenario.place else 0)

    def told(self, result: Result) -> str:
        from reconciler.definition.secrets import masked_text  # noqa: PLC0415 - see above
        from reconciler.views.scenarios import render_failure  # noqa: PLC0415 - see above
        from reconciler.views.scenarios.facts import TestReport  # noqa: PLC0415 - see above
        from reconciler.views.style import Style  # noqa: PLC0415 - see above

        inside = result.scenario.place is not None and (self.folder / result.scenario.place.file).exists()
        root = f"{Path(os.path.relpath(self.folder)).as_posix()}/" if inside else ""
        report = TestReport((result,), root, lambda text: masked_text(text, self.tests.sensitive))
        return render_failure(result, report, Style(unicode=True, width=100))

    def _file(self, scenario: Scenario) -> Path:
        return self.folder / (scenario.place.file if scenario.place else "")


def _folder(config: pytest.Config) -> Path | None:
    said = config.getoption(_OPTION)
    if said:
        return (config.invocation_params.dir / str(said)).resolve()
    written = config.getini(_OPTION)
    base = config.inipath.parent if config.inipath is not None else config.rootpath
    return (base / str(written)).resolve() if written else None


def _loaded(config: pytest.Config, folder: Path) -> _Project:
    """Load the project once a run."""
    found = config.stash[_LOADED]
    if found is None:
        found = config.stash[_LOADED] = _load(folder, config.getoption(_ENVIRONMENT) or config.getini(_ENVIRONMENT))
    return found


def _load(folder: Path, environment: str | None) -> _Project:
    from reconciler.errors import LoadError, ReconcilerError  # noqa: PLC0415 - see above
    from reconciler.manifest.load import load  # noqa: PLC0415 - see above

    try:
        loaded = load(folder, environment or None, variables={}, variable_files=(), process_environment=os.environ)
        return _Project(folder, loaded.tests())
    except LoadError as error:
        listed = "\n".join(f"{finding.place}: {finding.message}. {finding.hint or ''}" for finding in error.findings)
        raise pytest.Collector.CollectError(f"the project in {folder} cannot be read:\n{listed}") from error
    except ReconcilerError as error:
        raise pytest.Collector.CollectError(f"{error.message}. {error.hint or ''}") from error
