import io
import re

import pytest

from reconciler.emulator.operations import API, CONSOLE, OWN, WEBHOOKS, route
from reconciler.emulator.request import Request


def sent(**environ: object) -> Request:
    """Give a request as a server hands it over."""
    plain = {
        "REQUEST_METHOD": "GET",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8085",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b"a=1&b=2"),
    }
    return Request({**plain, **environ})


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({}, "127.0.0.1:8085"),
        ({"SERVER_NAME": "::1"}, "[::1]:8085"),
        ({"HTTP_HOST": "studio.example"}, "studio.example"),
        ({"HTTP_HOST": "studio.example:80"}, "studio.example"),
        ({"HTTP_HOST": "studio.example:443"}, "studio.example:443"),
        ({"HTTP_HOST": "studio.example:443", "wsgi.url_scheme": "https"}, "studio.example"),
        ({"HTTP_HOST": "[::1]:8085"}, "[::1]:8085"),
        ({"HTTP_HOST": "studio.example:99999"}, ""),
        ({"HTTP_HOST": "studio.example/path"}, ""),
        ({"HTTP_HOST": "user@studio.example"}, ""),
        ({"HTTP_HOST": "stüdio"}, ""),
    ],
)
def test_host(environ, host):
    """The host is what the client said, else where the server listens; what is no host is empty."""
    assert sent(**environ).host == host


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        (None, None),
        ("Basic QUM6dDprZW4=", ("AC", "t:ken")),
        ("bAsIc  QUM6 ", ("AC", "")),
        ("Basic QUM", None),
        ("Basic /w==", None),
        ("Basic ü", None),
        ("Bearer QUM6dDprZW4=", ("", "")),
    ],
)
def test_credentials(header, credentials):
    """Basic is read, what cannot be read is no credentials, and another scheme has empty ones."""
    environ = {} if header is None else {"HTTP_AUTHORIZATION": header}
    assert sent(**environ).credentials == credentials


def test_query_and_path_are_utf_8_and_the_first_of_a_name_counts():
    """WSGI's Latin-1 becomes the text that was meant, broken bytes do no harm, and an empty value is a value."""
    request = sent(PATH_INFO="//v2/\xc3\xbc\xff", QUERY_STRING="a=1&a=2&b=&c=%C3%BC&d=%FF")
    assert request.path == "/v2/ü\ufffd"
    assert request.query == {"a": "1", "b": "", "c": "ü", "d": "\ufffd"}


@pytest.mark.parametrize(
    ("environ", "body"),
    [
        ({}, b""),
        ({"CONTENT_LENGTH": "3"}, b"a=1"),
        ({"CONTENT_LENGTH": "-3"}, b""),
        ({"CONTENT_LENGTH": "x"}, b""),
        ({"CONTENT_LENGTH": "3", "HTTP_TRANSFER_ENCODING": "chunked"}, b""),
        ({"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}, b"a=1&b=2"),
    ],
)
def test_body(environ, body):
    """As much is read as was announced, and all of it only where the server ends it."""
    assert sent(**environ).body() == body


@pytest.mark.parametrize("known", [*API, *CONSOLE, *WEBHOOKS, *OWN])
def test_every_path_is_found(known):
    """Each path of the tables leads to itself, with one slash behind it too, and to nothing with two."""
    parts = {name: f"{name}-1" for name in re.findall(r"<(\w+)>", known)}
    path = re.sub(r"<(\w+)>", r"\1-1", known)
    wanted = (known, parts)
    assert route(path) == route(f"{path}/") == wanted
    assert route(f"{path}//") is None


@pytest.mark.parametrize("path", ["/", "/v2", "/v2/Flow", "/v2/Flows/FW1/Revisions/7/x", "/2010-04-01/Accounts/.json"])
def test_no_other_path_is_found(path):
    """What is in no table, or leaves a variable part empty, leads nowhere."""
    assert route(path) is None
