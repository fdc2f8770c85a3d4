"""A small object store of our own: Google's XML API and as much of S3's as a state needs. In memory, on loopback.

`honest=False` makes it ignore conditions, as some stores do. `faults` names, by order of arrival, what becomes of the
next writes: `lost` does the write and gives no answer, `dropped` gives none and does nothing.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape


@dataclass
class Kept:
    """One object."""

    data: bytes
    generation: int

    @property
    def etag(self):
        """Give the ETag as S3 makes it."""
        return f'"{hashlib.md5(self.data).hexdigest()}"'  # noqa: S324  # that is what an ETag is


@dataclass
class Shelf:
    """Everything the server keeps, by path, and how it behaves."""

    honest: bool = True
    objects: dict[str, Kept] = field(default_factory=dict)
    faults: deque[str] = field(default_factory=deque)
    lock: threading.RLock = field(default_factory=threading.RLock)
    generation: int = 1_000

    def refuses(self, path, headers):
        """Tell whether a condition speaks against a write."""
        if not self.honest:
            return False
        kept = self.objects.get(path)
        generation = headers.get("x-goog-if-generation-match")
        if generation is not None and int(generation) != (kept.generation if kept else 0):
            return True
        if headers.get("If-None-Match") == "*" and kept is not None:
            return True
        match = headers.get("If-Match")
        return match is not None and (kept is None or kept.etag != match)

    def put(self, path, data):
        """Keep an object under the next generation."""
        self.generation += 1
        self.objects[path] = Kept(data, self.generation)
        return self.objects[path]


class Handler(BaseHTTPRequestHandler):
    """Speaks to one client."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # head and body in one packet
    shelf: Shelf

    def log_message(self, *_):
        """Say nothing."""

    @property
    def where(self):
        """Give the path, decoded."""
        return unquote(urlsplit(self.path).path)

    def answer(self, code, body=b"", kept=None, *, head=False):
        """Send an answer."""
        self.send_response(code)
        if kept is not None:
            self.send_header("ETag", kept.etag)
            self.send_header("x-goog-generation", str(kept.generation))
            self.send_header("x-goog-metageneration", "1")
            self.send_header("Last-Modified", formatdate(usegmt=True))
        self.send_header("Content-Type", "application/octet-stream" if kept else "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not head:
            self.wfile.write(body)

    def do_PUT(self):
        """Write an object, if its condition holds."""
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        shelf = self.shelf
        with shelf.lock:
            fault = shelf.faults.popleft() if shelf.faults else None
            if fault == "dropped":
                self.close_connection = True
                return
            if shelf.refuses(self.where, self.headers):
                self.answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
                return
            kept = shelf.put(self.where, data)
        if fault == "lost":
            self.close_connection = True
            return
        self.answer(200, kept=kept)

    def do_GET(self, *, head=False):
        """Read an object, or list a bucket."""
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query or self.where.count("/") == 1:
            self.answer(200, self.listing(query.get("prefix", [""])[0]))
            return
        kept = self.shelf.objects.get(self.where)
        if kept is None:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>", head=head)
            return
        self.answer(200, kept.data, kept, head=head)

    def do_HEAD(self):
        """Tell of an object."""
        self.do_GET(head=True)

    def do_DELETE(self):
        """Remove an object."""
        with self.shelf.lock:
            gone = self.shelf.objects.pop(self.where, None)
        self.answer(204 if gone else 404)

    def do_POST(self):
        """Remove several objects, as S3 does."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        keys = [each.text for each in ET.fromstring(body).iter() if each.tag.endswith("Key")]  # noqa: S314  # our own client sends it
        with self.shelf.lock:
            for key in keys:
                self.shelf.objects.pop(f"{self.where.rstrip('/')}/{key}", None)
        deleted = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        self.answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())

    def listing(self, prefix):
        """Give the names below a prefix."""
        bucket = self.where.rstrip("/") + "/"
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        with self.shelf.lock:
            found = sorted(
                (path, kept) for path, kept in self.shelf.objects.items() if path.startswith(bucket + prefix)
            )
        items = "".join(
            f"<Contents><Key>{escape(path.removeprefix(bucket))}</Key><Size>{len(kept.data)}</Size>"
            f"<ETag>{escape(kept.etag)}</ETag><LastModified>{at}</LastModified></Contents>"
            for path, kept in found
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{items}</ListBucketResult>".encode()


@contextmanager
def object_server(*, honest=True):
    """Serve until the context ends; gives the address and the shelf."""
    shelf = Shelf(honest)
    with serving(type("BoundHandler", (Handler,), {"shelf": shelf})) as url:
        yield url, shelf


@contextmanager
def serving(handler):
    """Serve a handler on a free port of loopback; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
