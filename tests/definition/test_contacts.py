import pytest

from reconciler.definition.contacts import same_contacts


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([" +1 (555) 010-0004"], ["+15550100004"]),
        (["WhatsApp:+1-555-010-0004"], ["whatsapp:+15550100004"]),
        (["+15550100001", "+15550100002", "+15550100001"], ["+15550100002", "+15550100001"]),
        ([], []),
    ],
)
def test_spelling_order_and_doubles_do_not_count(first, second):
    """Two lists that Studio could have made of each other name the same contacts."""
    assert same_contacts(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [(["+15550100001"], ["+15550100002"]), (["chat:Ann Lee"], ["chat:annlee"]), (["+15550100001"], []), ([""], [])],
)
def test_other_contacts_are_others(first, second):
    """A number is no other number, a name is a name with its spaces, and an empty contact is one."""
    assert not same_contacts(first, second)
