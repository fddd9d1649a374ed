from __future__ import annotations

import copy
import inspect
import pickle
from datetime import UTC, datetime
from typing import Any, get_type_hints

import attrs
import pytest

from icontact import models, resources
from icontact.models import Contact, ContactStatus, FieldType
from icontact.wire._decoding import shape_of

PUBLIC = [getattr(models, name) for name in models.__all__]
READ = [one for one in PUBLIC if attrs.has(one) and one is not models.Condition]
WRITE = [
    (resources.Accounts, models.Account, models.AccountFields),
    (resources.ClientFolders, models.ClientFolder, models.ClientFolderFields),
    (resources.Contacts, models.Contact, models.ContactFields),
    (resources.Lists, models.ContactList, models.ListFields),
    (resources.Subscriptions, models.Subscription, models.SubscriptionFields),
    (resources.CustomFields, models.CustomField, models.CustomFieldFields),
]
SEARCH = [
    (resources.ClientFolders, models.ClientFolder, models.ClientFolderFilters),
    (resources.Contacts, models.Contact, models.ContactFilters),
    (resources.Lists, models.ContactList, models.ListFilters),
    (resources.Subscriptions, models.Subscription, models.SubscriptionFilters),
]
PERSONAL = "email first_name last_name street street2 city postal_code phone fax business".split()
A_CONTACT = Contact(
    contact_id=1,
    email="jo@example.com",
    first_name="Jo",
    phone="555",
    create_date=datetime(2024, 1, 1, tzinfo=UTC),
    custom_fields={"color": "red"},
)


@pytest.mark.parametrize("model", READ, ids=lambda model: model.__name__)
def test_a_model_is_frozen_and_slotted(model: type[Any]) -> None:
    assert "__slots__" in vars(model)
    assert all(field.kw_only for field in attrs.fields(model))
    made = A_CONTACT if model is Contact else None
    if made is not None:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            made.email = "x"  # type: ignore[misc]  # that is the test


@pytest.mark.parametrize("model", READ, ids=lambda model: model.__name__)
def test_every_field_is_documented(model: type[Any]) -> None:
    for field in (one for one in attrs.fields(model) if not one.inherited):
        assert f"    {field.name}: " in str(inspect.getdoc(model)), field.name


@pytest.mark.parametrize("model", READ, ids=lambda model: model.__name__)
def test_no_personal_field_is_in_a_repr(model: type[Any]) -> None:
    shown = {field.name for field in attrs.fields(model) if field.repr is True}
    assert not shown & {*PERSONAL, "from_email", "email_recipient", "extra", "custom_fields"}


def test_the_repr_of_a_contact_names_nobody() -> None:
    text = repr(A_CONTACT)
    assert "contact_id=1, email=j…@example.com" in text
    assert not any(value in text for value in ("jo@", "Jo", "555", "red"))


def test_values_compare_hash_copy_and_pickle() -> None:
    assert pickle.loads(pickle.dumps(A_CONTACT)) == A_CONTACT == copy.deepcopy(A_CONTACT)
    assert hash(A_CONTACT) == hash(copy.copy(A_CONTACT))
    assert attrs.evolve(A_CONTACT, custom_fields={}) != A_CONTACT


@pytest.mark.parametrize(("resource", "model", "shape"), WRITE)
def test_a_write_shape_is_what_a_resource_writes(resource: Any, model: Any, shape: Any) -> None:
    names = set(get_type_hints(shape))
    assert set(resource._writable) == names
    wire = shape_of(model)
    assert names <= {*wire.names, wire.collects}
    assert not shape.__required_keys__


@pytest.mark.parametrize(("resource", "model", "shape"), SEARCH)
def test_search_terms_are_what_a_resource_searches(resource: Any, model: Any, shape: Any) -> None:
    names = set(get_type_hints(shape))
    assert names <= set(resource._searchable)
    wire = shape_of(model)
    # Contacts can be searched by a list, which is not a field of theirs.
    assert names - {*wire.names, wire.collects} <= {"list_id"}


def test_a_known_status_is_a_member_and_an_unknown_one_is_text() -> None:
    assert ContactStatus("normal") is ContactStatus.NORMAL
    assert f"{ContactStatus.NORMAL}" == "normal"
    assert set(FieldType) == {
        *("checkbox", "text", "number", "date"),
        *("decimalOne", "decimalTwo", "decimalThree", "decimalFour"),
    }
