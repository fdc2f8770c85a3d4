"""Who asks: HTTP Basic, and the one operation outside Studio that tells which account the credentials belong to."""

from __future__ import annotations

import hmac

from reconciler.emulator.answers import AUTHENTICATION_FAILED, Answer, RefusalError, json_answer
from reconciler.emulator.settings import USER, Settings
from reconciler.emulator.sids import derived
from reconciler.emulator.studio import Call, Studio


def authenticate(settings: Settings, sent: tuple[str, str] | None) -> tuple[str, str]:
    """Give account and author of a request; `sent` are user and password.

    Raises:
        RefusalError: 401 20003.
    """
    user, password = sent or ("", "")
    if not user or not password or not USER.fullmatch(user) or not _accepted(settings, user, password):
        raise RefusalError(401, AUTHENTICATION_FAILED, "Authenticate")
    account = user if user.startswith("AC") else settings.account
    return account, "US" + derived(user)


def fetch_account(_studio: Studio, call: Call) -> Answer:
    """FetchAccount: found for the account of the credentials only."""
    if call.parts["account"] != call.account:
        raise call.missing()
    return json_answer(
        {
            "sid": call.account,
            "owner_account_sid": call.account,
            "friendly_name": "Emulator",
            "status": "active",
            "type": "Full",
            "uri": call.path,
        }
    )


def _accepted(settings: Settings, user: str, password: str) -> bool:
    if settings.credentials is None:
        return True
    wanted = ":".join(settings.credentials)
    return hmac.compare_digest(f"{user}:{password}".encode(), wanted.encode())
