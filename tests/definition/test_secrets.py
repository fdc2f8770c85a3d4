from __future__ import annotations

import pytest

from reconciler.definition.secrets import is_secret, masked, masked_text


@pytest.mark.parametrize(
    ("kind", "path", "secret"),
    [
        ("connect-call-to", "properties.sip_password", True),
        ("connect-call-to", "properties.sip_username[0].x", True),
        ("connect-call-to", "properties.sip_auth_password", False),
        ("make-outgoing-call-v2", "properties.sip_auth_username", True),
        ("make-outgoing-call-v3", "properties.sip_password", True),
        ("connect-call-to", "properties.to", False),
        ("connect-call-to", "sip_password", False),
    ],
)
def test_secret_properties(kind, path, secret):
    """The four SIP properties are secret on their widgets, and on any type that is not known."""
    assert is_secret(kind, path) is secret


def test_masking_covers_every_occurrence():
    """Sensitive texts are covered in strings and keys, the longest first, and the cover itself is not searched."""
    value = {"hunter2": ["my hunter2!", 1, None], "b": "hunter"}
    assert masked(value, frozenset({"hunter2", "hunter", "sens", ""})) == {
        "(sensitive)": ["my (sensitive)!", 1, None],
        "b": "(sensitive)",
    }
    assert masked_text("a.b", frozenset({"a.b"})) == "(sensitive)"


def test_nothing_sensitive():
    """Without sensitive texts the value comes back as it is."""
    value = {"a": "x"}
    assert masked(value, frozenset({""})) is value
    assert masked_text("x", frozenset()) == "x"
