"""The signature that Twilio puts on what it sends to a webhook (`X-Twilio-Signature`). Pure: texts and bytes in.

HMAC-SHA1, keyed with the account's auth token, over the URL as Twilio called it and the parameters of a form, sorted.
A body of JSON is not part of it: its SHA-256 stands in the URL, as the parameter `bodySHA256`. Shapes are those of
Twilio's official client (twilio-python 9, `request_validator`).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

BODY_HASH: Final = "bodySHA256"
"""The parameter of the URL that holds the SHA-256 of a JSON body, in hexadecimal digits."""

Parameters = Mapping[str, Sequence[str]]

_OWN_PORTS: Final = {"http": 80, "https": 443}


def sign(token: str, url: str, parameters: Parameters | None = None) -> str:
    """Give the signature of a request.

    Args:
        token: the account's auth token; an API key's secret signs nothing.
        url: what is called, with its query.
        parameters: those of a form; each value once, whatever their order. Default none, as JSON has none.
    """
    pairs = sorted((name, value) for name, values in (parameters or {}).items() for value in set(values))
    text = url + "".join(name + value for name, value in pairs)
    return b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def hash_of(body: bytes) -> str:
    """Give what stands in the URL for a body."""
    return hashlib.sha256(body).hexdigest()


def is_genuine_form(token: str, url: str, parameters: Parameters, signature: str) -> bool:
    """Tell whether a form comes from who has the token; the port of the URL may be named in it or not."""
    given = signature.encode()
    return any(hmac.compare_digest(sign(token, one, parameters).encode(), given) for one in _spellings(url))


def is_genuine(token: str, url: str, body: bytes, signature: str) -> bool:
    """Tell whether JSON comes, as it stands, from who has the token.

    A body that no parameter `bodySHA256` vouches for is nobody's.
    """
    named = parse_qs(urlsplit(url).query).get(BODY_HASH, [""])[0]
    whole = hmac.compare_digest(named.encode(), hash_of(body).encode())
    return is_genuine_form(token, url, {}, signature) and whole


def _spellings(url: str) -> tuple[str, str]:
    """Give a URL without its port and with it: Twilio signs now the one, now the other."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = parts.netloc[: len(parts.netloc) - len(host)]
    bare = host.rpartition(":")[0] if parts.port is not None else host
    port = parts.port or _OWN_PORTS.get(parts.scheme, 80)
    return parts._replace(netloc=user + bare).geturl(), parts._replace(netloc=f"{user}{bare}:{port}").geturl()
