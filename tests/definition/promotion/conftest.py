"""Flows that hold identifiers, and the tables of two accounts."""

import pytest

from tests.support.two_accounts import CALLS, PRODUCTION, STAGING


@pytest.fixture
def staging():
    return dict(STAGING)


@pytest.fixture
def production():
    return dict(PRODUCTION)


@pytest.fixture
def one(flow, widget):
    """Make a flow of one widget of a type with these properties."""

    def make(kind, **properties):
        return flow(widget("w", kind=kind, **properties))

    return make


@pytest.fixture
def calls():
    """Give what a `run-function` of staging's Function says."""
    return dict(CALLS)
