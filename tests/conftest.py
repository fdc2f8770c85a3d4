"""What every test stands on: no network but loopback, nobody's environment, repeatable properties, counted skips.

The network is switched off by pytest-socket, whose options stand in pyproject.toml: only 127.0.0.1 and ::1 answer.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parents[1]

# No deadline: two busy cores say nothing about our code. CI draws the same examples each time; a soak draws many more.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "soak", deadline=None, max_examples=2_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "default")

PERSONAL = ("TWILIO_", "RECONCILER_")
COLOURS = ("NO_COLOR", "FORCE_COLOR")


def _servers_required() -> bool:
    return os.environ.get("REQUIRE_SERVERS") == "1"


@pytest.fixture(scope="session", autouse=True)
def nobodys_environment() -> Iterator[None]:
    """Hide credentials and settings of whoever runs the tests, from us and from the processes that tests start.

    Recording cassettes against a real account alone needs them, and names itself by STUDIO_RECORD_URL.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.copy():
            personal = name.startswith(PERSONAL) and "STUDIO_RECORD_URL" not in os.environ
            if personal or name in COLOURS:
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """Give the root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_studio() -> Path:
    """Give the folder of facts and real flows beside the checkout, or skip."""
    folder = REPOSITORY.parent / "shared" / "studio"
    if not folder.is_dir():
        pytest.skip("../shared/studio is absent")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Fail a test that skips for want of a server, where servers are required; note which server it was proved on."""
    report = yield
    marker = item.get_closest_marker("needs_server")
    if marker is not None:
        report.user_properties.append(("met servers", marker.args[0]))
    if report.skipped and call.excinfo is not None and marker is not None and _servers_required():
        report.outcome = "failed"
        report.longrepr = f"{call.excinfo.value} (a failure, because REQUIRE_SERVERS=1 and it needs {marker.args[0]})"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count what was proved, and the skips by reason: a green run says how much it is worth.

    A test adds to the count of WHAT by `record_property("counted WHAT", number)`, and names one of WHAT by
    `record_property("met WHAT", name)`.
    """
    proved: Counter[str] = Counter()
    met: defaultdict[str, set[str]] = defaultdict(set)
    for report in terminalreporter.stats.get("passed", []):
        properties = report.user_properties if report.when == "call" else ()
        proved.update({name: value for name, value in properties if name.startswith("counted ")})
        for what, name in properties:
            if what.startswith("met "):
                met[what].add(name)
    for what, count in sorted(proved.items()):
        terminalreporter.write_line(f"{what}: {count}")
    for what, names in sorted(met.items()):
        terminalreporter.write_line(f"{what}: {len(names)} ({', '.join(sorted(names))})")
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else str(report.longrepr)
        for report in terminalreporter.stats.get("skipped", [])
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped because {reason}: {count}")
