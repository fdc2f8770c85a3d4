"""A small server of Terraform's HTTP protocol for states: LOCK and UNLOCK, or GitLab's `/lock`. In memory."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.support.object_server import serving

USER, PASSWORD = "runner", "s3cr3t-of-the-state"


@dataclass
class Desk:
    """What the server keeps, by path, and what it was asked; after how many writes it has no room left."""

    states: dict[str, bytes] = field(default_factory=dict)
    locks: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    redirect: str | None = None
    refuses_after: int | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


class Handler(BaseHTTPRequestHandler):
    """Speaks to one client."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65_536
    desk: Desk

    def log_message(self, *_):
        """Say nothing."""

    def answer(self, code, body=b"", **headers):
        """Send an answer."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        """Answer every method."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        desk = self.desk
        with desk.lock:
            desk.requests.append((self.command, self.path, self.headers.get("Authorization")))
            if desk.redirect is not None:
                self.answer(307, Location=desk.redirect + self.path)
                return
            wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if self.headers.get("Authorization") != wanted:
                self.answer(401)
                return
            asked = parse_qs(parts.query).get("ID", [None])[0]
            path, method = parts.path, self.command
            if path.endswith("/lock"):
                path, method = path.removesuffix("/lock"), {"POST": "LOCK", "DELETE": "UNLOCK"}[method]
            {"GET": self.read, "POST": self.write, "LOCK": self.take, "UNLOCK": self.free}[method](path, asked, body)

    do_GET = do_POST = do_LOCK = do_UNLOCK = do_DELETE = handle_any  # noqa: N815  # http.server's names

    def read(self, path, *_):
        """Give a state."""
        data = self.desk.states.get(path)
        self.answer(404 if data is None else 200, data or b"")

    def write(self, path, asked, body):
        """Keep a state, under its lock."""
        held = self.desk.locks.get(path)
        if held is None or held["ID"] != asked:
            self.answer(409, json.dumps(held or {}).encode())
            return
        before = json.loads(self.desk.states.get(path, b'{"serial": -1}'))
        if json.loads(body)["serial"] <= before["serial"]:  # as GitLab: each version once
            self.answer(400)
            return
        if self.desk.refuses_after is not None:
            self.desk.refuses_after -= 1
            if self.desk.refuses_after < 0:
                self.answer(507)
                return
        self.desk.states[path] = body
        self.answer(200)

    def take(self, path, _, body):
        """Lock, or tell who holds the lock."""
        held = self.desk.locks.get(path)
        if held is not None:
            self.answer(423, json.dumps(held).encode())
            return
        self.desk.locks[path] = json.loads(body)
        self.answer(200)

    def free(self, path, asked, _):
        """Unlock, by the ID."""
        held = self.desk.locks.get(path)
        if held is not None and held["ID"] != asked:
            self.answer(409, json.dumps(held).encode())
            return
        self.desk.locks.pop(path, None)
        self.answer(200)


@contextmanager
def lock_server():
    """Serve until the context ends; gives the address and the desk."""
    desk = Desk()
    with serving(type("BoundHandler", (Handler,), {"desk": desk})) as url:
        yield url, desk
