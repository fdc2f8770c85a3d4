"""Addresses as people type them."""

from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.model.address import Address, flow


def test_name_alone_is_a_flow():
    """In commands an address without a kind means a Flow."""
    assert Address.parse("support-bot") == flow("support-bot") == Address("Flow", "support-bot")


@pytest.mark.parametrize("text", ["Flow/a", "TestUsers/a-1", "Flow/" + "a" * 63])
def test_parsing_is_undone_by_str(text):
    """What is printed can be typed again."""
    assert str(Address.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "Flow/", "flow/a", "Function/a", "Flow/A", "Flow/-a", "Flow/a-", "Flow/a_b", "Flow/" + "a" * 64, "a/b/c"],
)
def test_what_is_no_address_is_refused(text):
    """Unknown kinds and names that are no DNS label are usage errors."""
    with pytest.raises(UsageError):
        Address.parse(text)


def test_order_is_by_kind_and_name():
    """Lists of addresses have one order everywhere."""
    mixed = [Address("TestUsers", "a"), flow("b"), flow("a")]
    assert sorted(mixed) == [flow("a"), flow("b"), Address("TestUsers", "a")]


def test_a_scenario_test_is_no_resource():
    """Whoever addresses a FlowTest is told how it is run."""
    with pytest.raises(UsageError) as caught:
        Address.parse("FlowTest/greets")
    assert caught.value.hint == "Run it: reconciler test greets"
