"""The harness itself: tests/conftest.py, tried on small test files of its own."""

import socket
from pathlib import Path

import pytest
import pytest_socket

pytest_plugins = ["pytester"]

SKIPPING = """
import pytest

@pytest.mark.needs_server("postgresql")
def test_with_server():
    pytest.skip("PostgreSQL is absent")

@pytest.mark.parametrize("number", [1, 2])
def test_without_data(number):
    pytest.skip("the corpus is absent")
"""


@pytest.fixture
def harness(pytester: pytest.Pytester, repository: Path) -> pytest.Pytester:
    pytester.makeconftest((repository / "tests" / "conftest.py").read_text())
    pytester.makeini("[pytest]\nmarkers = needs_server(name): as in pyproject.toml\n")
    return pytester


def test_skips_are_counted_by_reason(harness: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """A run says how often it skipped, for each reason."""
    monkeypatch.delenv("REQUIRE_SERVERS", raising=False)
    harness.makepyfile(SKIPPING)
    result = harness.runpytest_inprocess()
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(
        ["skipped because PostgreSQL is absent: 1", "skipped because the corpus is absent: 2"], consecutive=True
    )


def test_absent_server_fails_where_servers_are_required(harness: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """With REQUIRE_SERVERS=1 a test that skips for want of its server fails; a skip for another reason stays one."""
    monkeypatch.setenv("REQUIRE_SERVERS", "1")
    harness.makepyfile(SKIPPING)
    harness.runpytest_inprocess().assert_outcomes(failed=1, skipped=2)


def test_what_was_proved_is_counted(harness: pytest.Pytester):
    """The numbers that tests record are added up at the end; those of a failed test do not count."""
    harness.makepyfile(
        "import pytest\n\n@pytest.mark.parametrize('number', [1, 2, 4])\ndef test_it(record_property, number):\n"
        "    record_property('counted kill points', number)\n    assert number < 4\n"
    )
    result = harness.runpytest_inprocess()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["counted kill points: 3"])


def test_credentials_of_the_caller_are_hidden(harness: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """A test sees no TWILIO_ and no RECONCILER_ variable of the person who runs it."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "invented")
    monkeypatch.setenv("RECONCILER_STATE", "elsewhere.json")
    harness.makepyfile(
        'import os\n\ndef test_it():\n    assert not [name for name in os.environ if name[:4] in ("TWIL", "RECO")]\n'
    )
    harness.runpytest_inprocess().assert_outcomes(passed=1)


def test_recording_sees_credentials(harness: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Where cassettes are recorded, and only there, the account's credentials are visible."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "invented")
    monkeypatch.setenv("STUDIO_RECORD_URL", "https://studio.example")
    harness.makepyfile('import os\n\ndef test_it():\n    assert os.environ["TWILIO_AUTH_TOKEN"] == "invented"\n')
    harness.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_no_host_but_loopback_can_be_reached():
    """A connection to anything but loopback is refused before a packet leaves."""
    with socket.socket() as outside, pytest.raises(pytest_socket.SocketConnectBlockedError):
        outside.connect(("192.0.2.1", 80))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as inside:
        inside.connect(server.getsockname())
