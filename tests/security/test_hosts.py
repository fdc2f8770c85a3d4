"""Credentials go to the configured host and nowhere else, over TLS that nothing switches off."""

from __future__ import annotations

import base64
import contextlib
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import AmbiguousError, NotSentError, ProtocolError, StudioError, UsageError
from reconciler.studio.client import StudioClient
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.settings import HttpSettings
from tests.security import conftest as desks
from tests.security import echo, samples, targets

pytestmark = pytest.mark.socket
TOKEN = desks.CREDENTIALS["auth token"]
SID = "FW" + "0" * 31 + "1"


@contextlib.contextmanager
def client(base: str) -> Iterator[StudioClient]:
    """Give a client of a base URL whose waits take no time."""
    settings = HttpSettings(Hosts(base, base), desks.ACCOUNT, desks.ACCOUNT, TOKEN)
    http = Http(settings, targets.Clock(), targets.Chance())
    with contextlib.closing(http):
        yield StudioClient(http)


@pytest.fixture
def elsewhere() -> Iterator[echo.Server]:
    """Give a second server, which nobody was told to speak to."""
    with echo.serving(lambda _: echo.Said(200, echo.page())) as server:
        yield server


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """Give a certificate for 127.0.0.1 that nobody signed but itself, and a server's context with it."""
    name, key = tmp_path / "own.pem", tmp_path / "own.key"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    command += [
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(key),
        "-out",
        str(name),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed, but for our own paths
    except FileNotFoundError:
        pytest.skip("openssl is absent")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(name, key)
    return name, context


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("write", [False, True])
def test_redirects_are_not_followed(elsewhere, status, write):
    """A redirect to another port is an error, whatever its kind; who it points to sees nothing."""
    location = (("Location", f"{elsewhere.url}/v2/Flows"),)
    refused = pytest.raises(AmbiguousError if write else ProtocolError)
    with echo.serving(lambda _: echo.Said(status, "", location)) as server, client(server.url) as studio, refused:
        studio.create_flow(samples.INPUT) if write else studio.list_flows()
    assert len(server.seen) == 1
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "form",
    [
        "{url}/v2/Flows?PageToken=PT1",
        "//127.0.0.1:{port}/v2/Flows?PageToken=PT1",
        "http://user:x" + "@127.0.0.1:{port}/p?a=1",
    ],
)
def test_the_next_page_is_asked_of_the_same_host(elsewhere, form):
    """Of `next_page_url` only path and query count: another host in it never hears of us."""
    link = form.format(url=elsewhere.url, port=elsewhere.port)
    pages = [echo.page(next_page_url=link), echo.page()]
    with echo.serving(lambda _: echo.Said(200, pages.pop(0))) as server, client(server.url) as studio:
        assert studio.list_flows() == ()
    assert [asked.target for asked in server.seen] == ["/v2/Flows?PageSize=1000", "/" + link.split("/", 3)[3]]
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "link", ["{url}//127.0.0.1:{port}/x", "@127.0.0.1:{port}/x", ":{port}/x", ".evil.test/x", "\\\\127.0.0.1:{port}\\x"]
)
def test_a_next_page_that_would_lead_elsewhere(elsewhere, link):
    """A link that becomes another host when it is put behind ours is refused before anything is sent."""
    said = echo.page(next_page_url=link.format(url=elsewhere.url, port=elsewhere.port))
    refused = pytest.raises(ProtocolError)
    with echo.serving(lambda _: echo.Said(200, said)) as server, client(server.url) as studio, refused:
        studio.list_flows()
    assert len(server.seen) == 1
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "base", ["http://192.0.2.1", "http://studio.example:8080", "http://127.0.0.1.example", "http://[2001:db8::1]"]
)
def test_plain_http_is_for_this_machine(base):
    """Any other host is refused when the client is made: nothing was sent, nothing was looked up."""
    with pytest.raises(UsageError), client(base):
        pass


def test_a_certificate_that_nobody_vouches_for(certificate, monkeypatch):
    """It is refused before the credentials are sent, and no variable that other tools listen to changes that."""
    name, context = certificate
    for variable, value in {
        "PYTHONHTTPSVERIFY": "0",
        "CURL_CA_BUNDLE": "",
        "REQUESTS_CA_BUNDLE": str(name),
        "NODE_TLS_REJECT_UNAUTHORIZED": "0",
        "GIT_SSL_NO_VERIFY": "1",
        "SSLKEYLOGFILE": "",
    }.items():
        monkeypatch.setenv(variable, value)
    tls = echo.serving(lambda _: echo.Said(200, echo.page()), tls=context)
    with tls as server, client(server.url) as studio, pytest.raises(NotSentError):
        studio.list_flows()
    assert server.seen == []


def test_a_certificate_that_the_caller_vouches_for(certificate, monkeypatch):
    """SSL_CERT_FILE is listened to."""
    name, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(name))
    with echo.serving(lambda _: echo.Said(200, echo.page()), tls=context) as server, client(server.url) as studio:
        assert studio.list_flows() == ()
    assert len(server.seen) == 1


def test_a_certificate_of_another_host(certificate, monkeypatch):
    """A trusted certificate of another name is refused: host names are checked."""
    name, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(name))
    tls = echo.serving(lambda _: echo.Said(200, echo.page()), tls=context)
    with tls as server, client(f"https://localhost:{server.port}") as studio, pytest.raises(StudioError):
        studio.list_flows()
    assert server.seen == []


def test_there_is_no_option_that_trusts_everybody(repository):
    """No module mentions a way of httpx or ssl to leave certificates unchecked."""
    words = ("verify" + "=False", "CERT_" + "NONE", "check_hostname" + " = False", "_create_unverified" + "_context")
    sources = {path: path.read_text() for path in (repository / "reconciler").rglob("*.py")}
    assert [(path.name, word) for path, text in sources.items() for word in words if word in text] == []


def test_proxies_of_the_environment(monkeypatch):
    """HTTPS_PROXY is asked to connect to the configured host; it learns the host and no credentials."""
    with echo.serving(lambda _: echo.Said(403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with client("https://studio.example") as studio, pytest.raises(NotSentError):
            studio.list_flows()
    assert {(asked.method, asked.target, asked.authorization) for asked in proxy.seen} == {
        ("CONNECT", "studio.example:443", "")
    }


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"])
def test_no_proxy_for_this_machine(monkeypatch, variable):
    """What stays on this machine goes to no proxy, so that no proxy sees credentials in plain text."""
    with echo.serving(lambda _: echo.Said(502)) as proxy, echo.serving(lambda _: echo.Said(200, echo.page())) as server:
        monkeypatch.setenv(variable, proxy.url)
        with client(server.url) as studio:
            assert studio.list_flows() == ()
    assert proxy.seen == []


def test_a_netrc_is_not_looked_at(monkeypatch, tmp_path):
    """Credentials come from where the project says, not from ~/.netrc."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with echo.serving(lambda _: echo.Said(200, echo.page())) as server, client(server.url) as studio:
        studio.list_flows()
    pair = base64.b64encode(f"{desks.ACCOUNT}:{TOKEN}".encode()).decode()
    assert [asked.authorization for asked in server.seen] == [f"Basic {pair}"]
