"""Cassettes: recorded answers of Studio, replayed without a network, with nothing of an account in them.

`make cassettes` records them anew, against the emulator or against `STUDIO_RECORD_URL`. What a real account would
reveal is replaced before anything is written: account, user and all other SIDs, phone numbers, webhook addresses, the
flows that are none of ours, every header that is not needed, and the credentials.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest
import vcr

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.serving.server import Server
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import INVENTED, from_environment
from reconciler.studio.hosts import EMBEDDED, hosts_of, is_loopback
from reconciler.studio.http import Http
from reconciler.studio.settings import HttpSettings

EMULATOR = "emulator"
PREFIX = "cassette"
"""How the friendly names of our flows begin. In a list, others are left out."""

HOST = "studio.example.test"
SID = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9a-fA-F]{32}(?![0-9a-zA-Z])")
NUMBER = re.compile(r"\+[1-9]\d{7,14}(?!\d)")
KEPT = {"content-type", "date", "retry-after", "twilio-concurrent-requests"}


class Scrubber:
    """Replace what belongs to an account by invented values, the same one by the same one. Scrubbing twice is once."""

    def __init__(self) -> None:
        self._invented: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def text(self, text: str) -> str:
        """Scrub SIDs, phone numbers and hosts in a text."""
        text = SID.sub(lambda found: self._sid(found.group()), text)
        text = NUMBER.sub(lambda found: self._number(found.group()), text)
        return re.sub(r"https?://[^/\s\"]+(?=/v2/|/2010-04-01/|/monitor/)", f"https://{HOST}", text)

    def json(self, value: object, key: str = "") -> object:
        """Scrub parsed JSON, and leave out the flows of others."""
        match value:
            case dict():
                return {name: self.json(one, name) for name, one in value.items()}
            case list() if key == "flows":
                return [self.json(one) for one in value if str(one.get("friendly_name")).startswith(PREFIX)]
            case list():
                return [self.json(one, key) for one in value]
            case str() if key == "webhook_url":
                flow = SID.findall(self.text(value))[-1:]
                return "/".join(["https://webhooks.example.test/Flows", *flow])
            case str() if key == "source_ip_address":
                return "192.0.2.1"
            case str():
                return self.text(value)
            case _:
                return value

    def request(self, request: vcr.request.Request) -> vcr.request.Request:
        """Scrub a request: no credentials, no host, no account."""
        parts = urlsplit(request.uri)
        request.uri = urlunsplit(("https", HOST, self.text(parts.path), self.text(parts.query), ""))
        accept = request.headers.get("Accept", "")
        request.headers = {"Accept": accept, "Authorization": "REDACTED"}
        if request.body:
            form = parse_qsl(request.body.decode(), keep_blank_values=True)
            request.body = urlencode([(name, self.text(value)) for name, value in form]).encode()
        return request

    def response(self, response: dict) -> dict:
        """Scrub an answer: the headers that matter, and the body as JSON."""
        headers = {name: values for name, values in response["headers"].items() if name.lower() in KEPT}
        body = response["body"]["string"]
        try:
            body = json.dumps(self.json(json.loads(body)), indent=1).encode()
        except ValueError:
            body = self.text(body.decode("utf-8", "replace")).encode()
        return {**response, "headers": headers, "body": {"string": body}}

    def _sid(self, sid: str) -> str:
        if sid[:2] == "AC":
            return INVENTED.account
        return self._known(sid, sid[:2], re.compile(r"[A-Z]{2}0{20}\d{12}"), lambda n: f"{sid[:2]}{n:032d}")

    def _number(self, number: str) -> str:
        return self._known(number, "+", re.compile(r"\+1555\d{7}"), lambda n: f"+1555010{n:04d}")

    def _known(self, value: str, kind: str, invented: re.Pattern[str], make: Callable[[int], str]) -> str:
        if invented.fullmatch(value):
            return value
        if value not in self._invented:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._invented[value] = make(self._counts[kind])
        return self._invented[value]


class WallClock:
    """Real time, for recording against a real server."""

    def now(self) -> datetime:
        """Give the time of day."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def stopping(self) -> bool:
        """Never stop."""
        return False


def recorder(folder: Path, *, record: bool) -> vcr.VCR:
    """Give a recorder that matches a request by everything that Studio looks at."""
    scrubber = Scrubber()
    return vcr.VCR(
        cassette_library_dir=str(folder),
        record_mode=vcr.mode.ALL if record else vcr.mode.NONE,
        match_on=["method", "path", "query", "body"],
        before_record_request=scrubber.request,
        before_record_response=scrubber.response,
        decode_compressed_response=True,
    )


@contextmanager
def emulator() -> Iterator[str]:
    """Start an emulator on a free port."""
    store = Store(None)
    server = Server(make_app(Settings(), store=store, clock=WallClock()), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()
        thread.join()
        store.close()


@pytest.fixture(scope="session")
def cassettes(repository: Path) -> Path:
    """Give the folder of the cassettes."""
    return repository / "tests" / "cassettes"


@pytest.fixture(scope="session")
def record_url() -> Iterator[str | None]:
    """Give where to record, None to replay."""
    url = os.environ.get("STUDIO_RECORD_URL")
    if url == EMULATOR:
        with emulator() as base:
            yield base
    else:
        yield url or None


@pytest.fixture
def studio(cassettes: Path, record_url: str | None, http) -> Iterator[Callable[..., StudioClient]]:
    """Give a client whose requests go into the cassette of that name, or come out of it."""
    if record_url is None:
        hosts, who = EMBEDDED, INVENTED
    else:
        hosts, who = hosts_of(record_url), from_environment(os.environ, {}, required=not is_loopback(record_url))
    settings = HttpSettings(hosts, who.account, who.user, who.password)
    sender = Http(settings, WallClock(), http(httpx.Response(200))[0]._chance)

    @contextmanager
    def insert(name: str) -> Iterator[StudioClient]:
        if record_url is not None:
            (cassettes / f"{name}.yaml").unlink(missing_ok=True)
        with recorder(cassettes, record=record_url is not None).use_cassette(f"{name}.yaml") as cassette:
            yield StudioClient(sender)
        if record_url is None:
            assert cassette.all_played

    yield insert
    sender.close()


@pytest.fixture(name="recorder")
def _recorder() -> Callable[..., vcr.VCR]:
    return recorder


@pytest.fixture
def scrubber() -> Scrubber:
    """Give a scrubber that has seen nothing."""
    return Scrubber()
