"""The digest of the desired side: over everything that can change a plan, and nothing else.

Places, comments and formatting do not count. Sensitive values do not count as such either: where they stand in a
definition, its digest tells that it changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.definition.canonical import canonical_bytes, digest_bytes
from reconciler.model.address import Address
from reconciler.model.desired import Desired, DesiredFlow, DesiredTestUsers, Environment, Policy
from reconciler.model.jsontypes import Json

COVERED = "(sensitive)"


def of(desired: Desired) -> str:
    """Give the digest of everything that one project wants of one environment; `desired.digest` does not count."""
    everything: dict[str, Json] = {
        "project": desired.project,
        "environment": _environment(desired.environment),
        "policy": _policy(desired.policy),
        "flows": {str(address): _flow(flow) for address, flow in desired.flows.items()},
        "testUsers": {str(address): _test_users(users) for address, users in desired.test_users.items()},
        "knownSids": dict(desired.known_sids),
    }
    longest_first = sorted(desired.sensitive, key=lambda value: (-len(value), value))
    return digest_bytes(canonical_bytes(_covered(everything, longest_first)))


def _environment(environment: Environment) -> Json:
    return {
        "name": environment.name,
        "account": environment.account,
        "endpoint": environment.endpoint,
        "region": environment.region,
        "edge": environment.edge,
        "protected": environment.protected,
        "imports": _by_text(environment.imports),
        "bindings": {
            name: bound if isinstance(bound, str) else dict(bound) for name, bound in environment.bindings.items()
        },
    }


def _policy(policy: Policy) -> Json:
    limits = policy.limits
    return {
        "create": limits.create,
        "update": limits.update,
        "delete": limits.delete,
        "percent": limits.percent,
        "layout": policy.layout,
        "window": policy.consistency_window.total_seconds(),
    }


def _flow(flow: DesiredFlow) -> Json:
    return {
        "friendlyName": flow.friendly_name,
        "status": flow.status,
        "definition": flow.definition.digests.full,
        "commitMessage": flow.commit_message,
        "onDelete": flow.lifecycle.on_delete,
        "onDrift": flow.lifecycle.on_drift,
        "ignoreChanges": [*flow.lifecycle.ignore_changes],
        "labels": dict(flow.labels),
        "previousNames": [*flow.previous_names],
    }


def _test_users(users: DesiredTestUsers) -> Json:
    return {"flow": str(users.flow), "contacts": [*users.contacts]}


def _by_text(mapping: Mapping[Address, str]) -> dict[str, Json]:
    return {str(address): value for address, value in mapping.items()}


def _covered(value: Json, secrets: Iterable[str]) -> Json:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, COVERED)
        return value
    if isinstance(value, list):
        return [_covered(item, secrets) for item in value]
    if isinstance(value, dict):
        return {key: _covered(item, secrets) for key, item in value.items()}
    return value
