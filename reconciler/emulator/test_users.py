"""The operations on test users: fetch, and replace as a whole."""

from __future__ import annotations

import re
from typing import Final

from reconciler.emulator.answers import Answer, bad_parameter, json_answer
from reconciler.emulator.minting import Content, mint
from reconciler.emulator.rows import Flow
from reconciler.emulator.settings import Settings
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.transaction import Transaction

_NOISE: Final = re.compile(r"[\s().\-]")
_NUMBER: Final = re.compile(r"\+?[0-9]+")


def fetch_test_users(studio: Studio, call: Call) -> Answer:
    """FetchTestUser."""
    at = studio.as_of("read-lag")
    with studio.store.read() as t:
        flow = call.flow(t, at)
        contacts = t.contacts(flow, at)
    return json_answer(call.renderer(studio).test_users(flow, contacts))


def update_test_users(studio: Studio, call: Call) -> Answer:
    """UpdateTestUser: the list that is sent replaces the one before."""
    sent = call.form.contacts()
    with studio.store.write() as t:
        flow = call.flow(t)
        contacts = _kept(studio.settings, sent, t.contacts(flow))
        t.set_contacts(flow, contacts, studio.now())
        if studio.settings.quirk("test-users-bump-revision") == "yes":
            _bump(studio, t, flow, call.author)
    return json_answer(call.renderer(studio).test_users(flow, contacts))


def _kept(settings: Settings, sent: list[str], before: list[str]) -> list[str]:
    if sent == [""]:
        match settings.quirk("empty-test-users"):
            case "refuse":
                raise bad_parameter("TestUsers must not be empty")
            case "ignore":
                return before
            case "accept":
                return []
            case _:
                return [""]
    if settings.quirk("test-users-normalised") == "yes":
        sent = [_normalised(contact) for contact in sent]
    if settings.quirk("test-users-deduped") == "yes":
        sent = list(dict.fromkeys(sent))
    return sent


def _normalised(contact: str) -> str:
    channel, colon, address = contact.strip().rpartition(":")
    plain = _NOISE.sub("", address)
    return channel.lower() + colon + (plain if _NUMBER.fullmatch(plain) else address)


def _bump(studio: Studio, t: Transaction, flow: Flow, author: str) -> None:
    latest = t.latest(flow)
    if latest is not None:
        content = Content(latest.friendly_name, latest.status, latest.definition, latest.errors, None, author)
        mint(studio, t, flow, content, latest)
