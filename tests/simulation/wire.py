"""The way between one simulated process and Studio: boundaries, and what can go wrong on the way."""

from __future__ import annotations

import contextlib
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

from tests.simulation.scheduler import Process, Scheduler

App = Callable[..., Any]


@dataclass(frozen=True)
class Request:
    """One request of a process, parsed."""

    method: str
    path: str
    form: dict[str, str] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Tell whether it may change something."""
        return self.method != "GET" and not self.path.endswith("/Validate")

    @property
    def sid(self) -> str | None:
        """Give the flow it is about."""
        parts = self.path.split("/")
        return parts[3] if len(parts) > 3 and parts[3] != "Validate" else None

    @property
    def operation(self) -> str:
        """Name what it asks for, in one word."""
        if self.path.endswith("/TestUsers"):
            return "users"
        if self.method == "DELETE":
            return "delete"
        return "create" if self.sid is None else "update"


def parsed(request: httpx.Request) -> Request:
    """Read a request."""
    form = dict(parse_qsl(request.content.decode(), keep_blank_values=True)) if request.method == "POST" else {}
    return Request(request.method, request.url.path, form)


def _small_pages(url: httpx.URL) -> httpx.URL:
    """Let Studio give two flows a page, however many were asked for, so that small accounts have many pages."""
    return url.copy_set_param("PageSize", "2") if "PageSize" in url.params else url


def answer_of(app: App, request: httpx.Request) -> httpx.Response:
    """Let the application answer. Raises what the application raises."""
    environ = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.content),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.url.path,
        "QUERY_STRING": request.url.query.decode(),
        "SERVER_NAME": request.url.host,
        "SERVER_PORT": str(request.url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    said: list[Any] = []
    body = app(environ, lambda status, headers, *_: said.append((status, headers)))
    content = b"".join(body)
    status, headers = said[0]
    return httpx.Response(int(status[:3]), headers=headers, content=content)


@dataclass
class Mishaps:
    """What can go wrong on the way, beyond the emulator's own faults, each at its rate.

    Attributes:
        late: the client gives up, and Studio carries the request out a moment later.
        lost: a write is carried out, and its answer lost.
        short: something between a process and Studio cuts every page of a list: no `meta`, and not all rows.
        delay: how much later at most.
    """

    late: float = 0.0
    lost: float = 0.0
    short: float = 0.0
    delay: float = 0.5


@dataclass(eq=False)
class Wire(httpx.BaseTransport):
    """Carry the requests of one process."""

    scheduler: Scheduler
    process: Process
    chance: random.Random
    mishaps: Mishaps
    send: Callable[[httpx.Request], httpx.Response]
    deliver: Callable[[httpx.Request], httpx.Response]
    before: Callable[[Process, Request], None]
    after: Callable[[Process, Request, int | None], None]
    cuts: bool = False

    def __post_init__(self) -> None:
        self.cuts = self.chance.random() < self.mishaps.short

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request there and its answer back."""
        asked = parsed(request)
        request.url = _small_pages(request.url)
        self.scheduler.pause()
        if self.process.last() and asked.writes and self.chance.random() < 0.5:
            self._later(request)  # it is on its way when its sender dies
        self.process.point()
        self.before(self.process, asked)
        if self.mishaps.late and self.chance.random() < self.mishaps.late:
            self._later(request)
            raise httpx.ReadTimeout("too late", request=request)
        try:
            response = self.send(request)
        except OSError:
            self.after(self.process, asked, None)
            self.scheduler.pause()
            self.process.point()
            raise
        self.after(self.process, asked, response.status_code)
        if asked.writes and self.mishaps.lost and self.chance.random() < self.mishaps.lost:
            self.scheduler.pause()
            raise httpx.ReadTimeout("lost", request=request)
        self.scheduler.pause()
        self.process.point()
        return self._shortened(asked, response)

    def _later(self, request: httpx.Request) -> None:
        delay = self.chance.uniform(0.01, self.mishaps.delay)

        def carry_out() -> None:
            self.scheduler.wait(None, delay)
            with contextlib.suppress(OSError):  # nobody is there to get the answer
                self.deliver(request)

        self.scheduler.start(carry_out, None, self.process.name)

    def _shortened(self, asked: Request, response: httpx.Response) -> httpx.Response:
        listing = asked.method == "GET" and asked.path == "/v2/Flows" and response.status_code == httpx.codes.OK
        if not listing or not self.cuts:
            return response
        try:
            body = json.loads(response.content)
        except ValueError:
            return response
        rows = body["flows"]
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return httpx.Response(200, headers=headers, json={"flows": rows[: len(rows) // 2]})
