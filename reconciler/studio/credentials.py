"""Credentials, from environment variables only. No value of one is ever part of a message or a repr."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.errors import CredentialsError

DEFAULT_NAMES: Final[Mapping[str, str]] = {
    "accountSid": "TWILIO_ACCOUNT_SID",
    "authToken": "TWILIO_AUTH_TOKEN",
    "apiKey": "TWILIO_API_KEY",
    "apiSecret": "TWILIO_API_SECRET",
}
"""Which variable holds which part when an environment names no other."""

_SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "accountSid": re.compile(r"AC[0-9a-fA-F]{32}"),
    "apiKey": re.compile(r"SK[0-9a-fA-F]{32}"),
}
_BEGINNINGS: Final[Mapping[str, str]] = {"accountSid": "AC", "apiKey": "SK"}
_SET_THEM: Final = "Set {account} with {token}, or with {key} and {secret}; the API key wins when both are set."


@dataclass(frozen=True, slots=True)
class Credentials:
    """As whom to speak to Studio. The repr shows nothing.

    Attributes:
        account: the account's SID.
        user, password: account SID and auth token, or API key and secret.
        variables: names of the variables that hold `user` and `password`; empty for invented ones.
    """

    account: str = field(repr=False)
    user: str = field(repr=False)
    password: str = field(repr=False)
    variables: tuple[str, ...] = field(default=(), repr=False)


INVENTED: Final = Credentials("AC" + "e0" * 16, "AC" + "e0" * 16, "emulator")
"""What an emulator is shown when there are no credentials: it takes any well-formed pair."""


def from_environment(environ: Mapping[str, str], names: Mapping[str, str], *, required: bool) -> Credentials:
    """Read credentials from variables.

    Args:
        environ: the process environment; pass an empty one to ignore what is set there.
        names: variables that an environment of the project names, by part (`accountSid`, `authToken`, `apiKey`,
            `apiSecret`); an optional `env:` in front is ignored. Parts without a name have Twilio's usual one.
        required: whether their absence is an error; when not, `INVENTED` stands in for what is not set at all.

    Raises:
        CredentialsError: some are missing, or a SID has not the shape of one; it names variables, never values.
    """
    variables = {part: names.get(part, usual).removeprefix("env:") for part, usual in DEFAULT_NAMES.items()}
    values = {part: value for part, name in variables.items() if (value := environ.get(name, "").strip())}
    if not values and not required:
        return INVENTED
    pair = ("apiKey", "apiSecret") if "apiKey" in values or "apiSecret" in values else ("accountSid", "authToken")
    _check_complete(pair, values, variables)
    _check_shapes({"accountSid", *pair}, values, variables)
    user, password = (values[part] for part in pair)
    return Credentials(values["accountSid"], user, password, tuple(variables[part] for part in pair))


def auth_token(environ: Mapping[str, str], names: Mapping[str, str], *, required: bool) -> str:
    """Give the account's auth token: what Twilio signs webhooks with.

    Args:
        environ: the process environment.
        names: variables that an environment of the project names; see `from_environment`.
        required: whether its absence is an error; when not, it is that of `INVENTED`.

    Raises:
        CredentialsError: it is not set; says so also where an API key is, which signs nothing.
    """
    variable = names.get("authToken", DEFAULT_NAMES["authToken"]).removeprefix("env:")
    token = environ.get(variable, "").strip()
    if token:
        return token
    if not required:
        return INVENTED.password
    raise CredentialsError(
        f"{variable} is not set: Twilio signs what it sends with the account's auth token",
        hint=f"Set {variable}. An API key and its secret cannot check a signature; both may be set.",
    )


def _check_complete(pair: tuple[str, str], values: Mapping[str, str], variables: Mapping[str, str]) -> None:
    missing = [variables[part] for part in dict.fromkeys(("accountSid", *pair)) if part not in values]
    if missing:
        be = "is" if len(missing) == 1 else "are"
        raise CredentialsError(
            f"no credentials for Studio: {' and '.join(missing)} {be} not set",
            hint=_SET_THEM.format(
                account=variables["accountSid"],
                token=variables["authToken"],
                key=variables["apiKey"],
                secret=variables["apiSecret"],
            ),
        )


def _check_shapes(parts: set[str], values: Mapping[str, str], variables: Mapping[str, str]) -> None:
    for part in sorted(parts & _SHAPES.keys()):
        if not _SHAPES[part].fullmatch(values[part]):
            raise CredentialsError(
                f"{variables[part]} does not hold a SID",
                hint=f"It begins with {_BEGINNINGS[part]} and has 32 hexadecimal digits after it; copy it again.",
            )
