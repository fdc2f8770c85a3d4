from __future__ import annotations

import pytest

from reconciler.errors import CredentialsError
from reconciler.studio.credentials import INVENTED, Credentials, auth_token, from_environment

ACCOUNT = "AC00000000000000000000000000000001"
KEY = "SK00000000000000000000000000000002"
TOKEN = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "invented-token"}
BOTH = {**TOKEN, "TWILIO_API_KEY": KEY, "TWILIO_API_SECRET": "invented-secret"}


def test_account_and_token():
    """The account SID is the user when there is no API key."""
    found = from_environment(TOKEN, {}, required=True)
    assert (found.account, found.user, found.password) == (ACCOUNT, ACCOUNT, "invented-token")
    assert found.variables == ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")


def test_the_api_key_wins():
    """When both are set, the API key is used."""
    found = from_environment(BOTH, {}, required=True)
    assert (found.account, found.user, found.password) == (ACCOUNT, KEY, "invented-secret")
    assert found.variables == ("TWILIO_API_KEY", "TWILIO_API_SECRET")


def test_an_environment_may_name_other_variables():
    """Names given by the project replace Twilio's, with or without `env:`; the others keep theirs."""
    environ = {**TOKEN, "PROD_SID": "AC00000000000000000000000000000009", "PROD_TOKEN": "another"}
    found = from_environment(environ, {"accountSid": "env:PROD_SID", "authToken": "PROD_TOKEN"}, required=True)
    assert (found.account, found.password) == (environ["PROD_SID"], "another")
    assert found.variables == ("PROD_SID", "PROD_TOKEN")


@pytest.mark.parametrize(
    ("absent", "named"),
    [
        (("TWILIO_API_SECRET",), {"TWILIO_API_SECRET"}),
        (("TWILIO_API_KEY",), {"TWILIO_API_KEY"}),
        (("TWILIO_ACCOUNT_SID", "TWILIO_API_SECRET"), {"TWILIO_ACCOUNT_SID", "TWILIO_API_SECRET"}),
        (tuple(BOTH), {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}),
        (("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_AUTH_TOKEN"), {"TWILIO_AUTH_TOKEN"}),
    ],
)
def test_what_is_missing_is_named(absent, named):
    """The message names every missing variable and no other, the hint says what to do, neither shows a value."""
    environ = {name: value for name, value in BOTH.items() if name not in absent}
    with pytest.raises(CredentialsError) as caught:
        from_environment(environ, {}, required=True)
    assert {name for name in BOTH if name in caught.value.message} == named
    assert caught.value.hint
    assert not [value for value in environ.values() if value in f"{caught.value.message}{caught.value.hint}"]


@pytest.mark.parametrize("name", ["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY"])
@pytest.mark.parametrize("value", ["x-9171", "AC123-9171", "ACzzzzzzzzzzzzzzzzzzzzzzzzzzzz9171"])
def test_a_malformed_sid_is_said_without_its_value(name, value):
    """Somebody may have put the token where the SID belongs, so it is not shown."""
    with pytest.raises(CredentialsError) as caught:
        from_environment({**BOTH, name: value}, {}, required=True)
    assert name in caught.value.message
    assert "9171" not in f"{caught.value.message}{caught.value.hint}"
    assert caught.value.__cause__ is None


def test_an_emulator_needs_none():
    """Where none are required and none are set, an invented pair stands in; half a pair is still an error."""
    assert from_environment({}, {}, required=False) is INVENTED
    assert from_environment(TOKEN, {}, required=False).account == ACCOUNT
    with pytest.raises(CredentialsError):
        from_environment({"TWILIO_AUTH_TOKEN": "invented-token"}, {}, required=False)


def test_the_repr_shows_nothing():
    """Not even the account."""
    assert repr(from_environment(BOTH, {}, required=True)) == repr(Credentials("", "", "")) == "Credentials()"


def test_the_auth_token_is_asked_for_by_itself():
    """Webhooks are signed with the token, whatever else is set; an API key is no help, and the error says so."""
    key = {"TWILIO_API_KEY": "SK" + "0" * 32, "TWILIO_API_SECRET": "never-shown"}
    assert auth_token({**key, "TWILIO_AUTH_TOKEN": " token "}, {}, required=True) == "token"
    assert auth_token({"OTHER": "token"}, {"authToken": "env:OTHER"}, required=True) == "token"
    assert auth_token(key, {}, required=False) == INVENTED.password
    with pytest.raises(CredentialsError) as caught:
        auth_token(key, {"authToken": "env:OTHER"}, required=True)
    assert "OTHER" in caught.value.message
    assert "never-shown" not in f"{caught.value.message}{caught.value.hint}"
