"""What people type first: by address and by name, refused at once where it cannot be meant."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

import icontact
from icontact import Client, Credentials, Folder, errors, models, resources
from icontact.models import Contact, Subscription
from icontact.models._base import Model
from icontact.sandbox import Quirks, Sandbox
from icontact.suppression import Suppressed
from tests.unit.support import Clock, Script, patient_client, shown

LIST = 205303


@pytest.fixture
def jo(folder: Folder) -> Contact:
    return folder.contacts.create(email="jo@example.com", first_name="Jo", phone="555-0100")


# Upsert


def test_upsert_creates_who_is_not_there(folder: Folder) -> None:
    made = folder.contacts.upsert(email=" new@example.com ", first_name="Al", city=None, phone="")

    assert (made.email, made.first_name, made.city) == ("new@example.com", "Al", "")


def test_upsert_changes_the_given_fields_and_blanks_none(folder: Folder, jo: Contact) -> None:
    changed = folder.contacts.upsert(
        email="Jo@Example.com", city="Durham", phone=None, first_name="", last_name=" "
    )

    assert changed.contact_id == jo.contact_id
    assert (changed.first_name, changed.phone, changed.city) == ("Jo", "555-0100", "Durham")
    assert changed.email == "jo@example.com"


def test_upsert_blanks_no_custom_field(folder: Folder, jo: Contact) -> None:
    for name in ("color", "size"):
        folder.custom_fields.create(private_name=name, field_type="text", display_to_user=False)
    folder.contacts.update(jo.contact_id, custom_fields={"color": "red", "size": "S"})

    changed = folder.contacts.upsert(
        email="jo@example.com", custom_fields={"color": "", "size": "L"}
    )

    assert changed.custom_fields == {"color": "red", "size": "L"}


def test_upsert_of_nothing_only_looks(folder: Folder, jo: Contact, sandbox: Sandbox) -> None:
    sandbox.requests.clear()

    same = folder.contacts.upsert(email="jo@example.com", city="", custom_fields={"x": None})

    assert same.contact_id == jo.contact_id
    assert {one.method for one in sandbox.requests} == {"GET"}


@pytest.mark.parametrize("status", ["donotcontact", "bounced"])
def test_upsert_leaves_a_suppressed_contact_suppressed(
    folder: Folder, sandbox: Sandbox, status: str
) -> None:
    sandbox.seed(contacts=[{"email": "no@example.com", "status": status}])

    changed = folder.contacts.upsert(email="no@example.com", city="Durham")

    assert (changed.status, changed.city) == (status, "Durham")
    assert sandbox.state.subscriptions() == []


def test_upsert_sets_no_status(folder: Folder, jo: Contact, sandbox: Sandbox) -> None:
    sandbox.requests.clear()
    for status in ("normal", None):
        given: Any = {"status": status}
        with pytest.raises(TypeError, match="upsert never sets a status; use update"):
            folder.contacts.upsert(email="jo@example.com", **given)
    wrong: Any = {"score": 6}
    with pytest.raises(TypeError, match="custom_fields"):
        folder.contacts.upsert(email="jo@example.com", **wrong)
    assert len(sandbox.requests) == 0


# By address and by name


def test_a_contact_is_subscribed_moved_and_unsubscribed_by_address_and_name(
    folder: Folder, jo: Contact
) -> None:
    other = folder.lists.create(name="Offers")

    joined = folder.subscriptions.subscribe(email="Jo@example.com", list="Newsletter")
    again = folder.subscriptions.subscribe(email="jo@example.com", list=LIST)
    moved = folder.subscriptions.move(
        email="jo@example.com", from_list="Newsletter", to_list="Offers"
    )
    left = folder.subscriptions.unsubscribe(email="jo@example.com", list="Offers")

    assert (joined.contact_id, joined.list_id, joined.status) == (jo.contact_id, LIST, "normal")
    assert again == joined
    assert (moved.list_id, left.list_id) == (other.list_id, other.list_id)
    assert left.status == "unsubscribed"


def test_ids_and_names_can_be_mixed(folder: Folder, jo: Contact) -> None:
    joined = folder.subscriptions.subscribe(contact_id=jo.contact_id, list="Newsletter")

    assert folder.subscriptions.unsubscribe(email="jo@example.com", list_id=LIST) == attrs.evolve(
        joined, status="unsubscribed"
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda all_: all_.subscribe(email="absent@example.com", list="Newsletter"),
        lambda all_: all_.unsubscribe(email="absent@example.com", list="Newsletter"),
        lambda all_: all_.move(email="absent@example.com", from_list=LIST, to_list=LIST),
    ],
)
def test_an_address_that_no_contact_has_is_an_error(
    folder: Folder, act: Callable[[Any], object]
) -> None:
    with pytest.raises(errors.UnknownContact) as caught:
        act(folder.subscriptions)
    assert "absent@" not in str(caught.value)
    assert isinstance(caught.value, LookupError)


def test_a_list_that_is_not_there_names_those_that_are(folder: Folder, jo: Contact) -> None:
    with pytest.raises(
        errors.ConfigError,
        match=r"no list 'Newsleter'; did you mean 'Newsletter'\? this folder's lists: "
        r"'Newsletter' \(205303\)",
    ):
        folder.subscriptions.unsubscribe(email="jo@example.com", list="Newsleter")
    folder.lists.create_many([{"name": f"L{n}"} for n in range(21)])
    with pytest.raises(errors.ConfigError, match=r"and 2 more$"):
        folder.subscriptions.subscribe(email="jo@example.com", list="")


@pytest.mark.parametrize("status", ["donotcontact", "bounced"])
def test_by_address_nobody_is_subscribed_who_may_not_be_mailed(
    folder: Folder, sandbox: Sandbox, status: str
) -> None:
    sandbox.seed(contacts=[{"email": "no@example.com", "status": status}])

    with pytest.raises(errors.RejectedError, match=f"the contact is {status}"):
        folder.subscriptions.subscribe(email="no@example.com", list="Newsletter")
    assert sandbox.state.subscriptions() == []


def test_by_address_nobody_is_put_back_who_unsubscribed(clock: Clock) -> None:
    with Sandbox(quirks=Quirks(resubscribe="allowed")) as sandbox:
        folder = patient_client(sandbox, clock).folder()
        folder.contacts.create(email="jo@example.com")
        where: dict[str, Any] = {"email": "jo@example.com", "list": "Newsletter"}
        folder.subscriptions.subscribe(**where)
        folder.subscriptions.unsubscribe(**where)

        with pytest.raises(errors.RejectedError, match="unsubscribed from this list"):
            folder.subscriptions.subscribe(**where)

        assert [one["status"] for one in sandbox.state.subscriptions()] == ["unsubscribed"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"contact_id": 1},
        {"email": "jo@example.com"},
        {"list_id": LIST},
        {"contact_id": 1, "email": "jo@example.com", "list_id": LIST},
        {"contact_id": 1, "list_id": LIST, "list": "Newsletter"},
    ],
)
def test_contact_and_list_are_given_once_each(
    folder: Folder, sandbox: Sandbox, given: dict[str, Any]
) -> None:
    for act in (folder.subscriptions.subscribe, folder.subscriptions.unsubscribe):
        with pytest.raises(TypeError, match=r"give the (contact|list) either as"):
            act(**given)
    assert [one.method for one in sandbox.requests] == []


# Refused at once, with the remedy


def _send(folder: Folder, **options: Any) -> Any:
    return folder.sends.create(**{"message_id": 9, "include_list_ids": [LIST], **options})


REFUSED: dict[str, tuple[Callable[[Folder], object], str]] = {
    "get by address": (lambda f: f.contacts.get("jo@x.example"), r"find\(email=\.\.\.\)"),  # type: ignore[arg-type]  # the mistake
    "update by address": (lambda f: f.contacts.update("jo@x.example", city="x"), r"find\(email="),  # type: ignore[arg-type]  # the mistake
    "delete by address": (lambda f: f.contacts.delete("jo@x.example"), r"find\(email="),  # type: ignore[arg-type]  # the mistake
    "history by address": (lambda f: f.contacts.history("jo@x.example"), r"find\(email="),  # type: ignore[arg-type]  # the mistake
    "list by name": (lambda f: f.lists.get("Newsletter"), r"find\(name=\.\.\.\)"),  # type: ignore[arg-type]  # the mistake
    "list id by name": (
        lambda f: f.subscriptions.subscribe(contact_id=1, list_id="Newsletter"),  # type: ignore[arg-type]  # the mistake
        "list_id must be a whole number.*use list='Newsletter'",
    ),
    "contact id by address": (
        lambda f: f.subscriptions.unsubscribe(contact_id="jo@x.example", list_id=LIST),  # type: ignore[arg-type]  # the mistake
        "contact_id must be a whole number.*use email=",
    ),
    "subscription": (lambda f: f.subscriptions.get(contact_id=1, list_id=""), "list_id must be"),  # type: ignore[arg-type]  # the mistake
    "negative": (lambda f: f.contacts.get(-1), "from 0 on"),
    "rows": (
        lambda f: f.subscriptions.create_many([{"contact_id": 1, "list_id": "Newsletter"}]),  # type: ignore[typeddict-item]  # the mistake
        "row 0: list_id must be a whole number",
    ),
    "search by list": (lambda f: f.contacts.list(list_id="Newsletter"), "list_id must be a whole"),
    "search by contacts": (
        lambda f: f.contacts.list(contact_id=icontact.one_of(1, "jo@x.example")),
        "contact_id must be a whole number",
    ),
    "suppressed": (lambda f: list(f.suppressed(list_id="Newsletter")), "list_id must be a whole"),  # type: ignore[arg-type]  # the mistake
    "segment": (lambda f: f.segments.create(name="x", list_id="Newsletter"), "list_id must be"),  # type: ignore[arg-type]  # the mistake
    "one id": (lambda f: _send(f, include_list_ids=LIST), r"such as \[205303\], not one int"),
    "ids as text": (lambda f: _send(f, exclude_list_ids="7"), "several whole numbers.*a text"),
    "blank time": (lambda f: _send(f, scheduled_time=""), "datetime with a time zone, not str"),
    "time as text": (lambda f: _send(f, scheduled_time="2026-01-01"), "scheduled_time must be"),
    "preview": (
        lambda f: f.sends.preview(include_list_ids=[LIST], scheduled_time=0),  # type: ignore[arg-type]  # the mistake
        "scheduled_time must be a datetime",
    ),
    "recent": (lambda f: f.sends.find_recent("9"), "message_id: ids are whole numbers"),  # type: ignore[arg-type]  # the mistake
    "upload": (lambda f: f.uploads.upload(b"x", list_ids=LIST), r"list_ids.*\[205303\]"),  # type: ignore[arg-type]  # the mistake
    "upload, text": (lambda f: f.uploads.upload(b"x", list_ids="7"), r"list_ids.*\[205303\]"),  # type: ignore[arg-type]  # the mistake
    "upload, names": (lambda f: f.uploads.upload(b"x", list_ids=["News"]), "list_ids must be"),  # type: ignore[list-item]  # the mistake
    "no address": (lambda f: f.contacts.find(email=7), "email must be a text, not int"),  # type: ignore[arg-type]  # the mistake
    "no name": (lambda f: f.lists.find(name=7), "name must be a text, not int"),  # type: ignore[arg-type]  # the mistake
    "custom field": (lambda f: f.custom_fields.get(7), "customfield id must be a text, not int"),  # type: ignore[arg-type]  # the mistake
    "no custom field": (lambda f: f.custom_fields.get(""), "not an empty text"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_refused_at_once_with_the_remedy(
    folder: Folder, sandbox: Sandbox, mistake: str
) -> None:
    act, said = REFUSED[mistake]
    sandbox.requests.clear()

    with pytest.raises((TypeError, ValueError), match=said) as caught:
        act(folder)

    assert "jo@x.example" not in str(caught.value)
    assert len(sandbox.requests) == 0


NUMBERED = [
    (kind, name)
    for kind in (getattr(resources, name) for name in resources.__all__)
    if inspect.isclass(kind) and issubclass(kind, resources.Resource)
    for name, method in inspect.getmembers(kind, inspect.isfunction)
    if not name.startswith("_")
    and (first := [*inspect.signature(method).parameters.values()][1:2])
    and first[0].kind is first[0].POSITIONAL_ONLY
    and first[0].annotation == "int"
]


@pytest.mark.parametrize(("kind", "name"), NUMBERED, ids=lambda one: getattr(one, "__name__", one))
@pytest.mark.parametrize("wrong", ["jo@x.example", "", None, 1.5, True, [7], -1], ids=repr)
def test_every_method_refuses_what_is_no_id(kind: type[Any], name: str, wrong: object) -> None:
    where = () if kind is resources.Accounts else ("a/1/c/2",)
    method = getattr(kind(Script(), *where), name)
    needed: dict[str, Any] = {
        one.name: "x"
        for one in inspect.signature(method).parameters.values()
        if one.kind is one.KEYWORD_ONLY and one.default is one.empty
    }
    if kind is resources.Criteria and name == "replace":
        needed = {"field_name": "city", "operator": "eq", "values": ["Durham"]}
    refused = TypeError, ValueError, errors.ConfigError
    with pytest.raises(refused, match=r"whole number"):
        method(wrong, **needed)


# Credentials by name


def test_a_client_takes_credentials_by_name(sandbox: Sandbox) -> None:
    given = attrs.asdict(sandbox.credentials)

    client = Client(**given, base_url=sandbox.base_url)

    assert client._transport.credentials == sandbox.credentials
    assert client.folder().client_folder_id == sandbox.client_folder_id


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "app_id, username, password not given.*from_env"),
        ({"app_id": "canary-1", "username": "canary-2"}, "password not given"),
        ({"credentials": 7}, "must be .*icontact.Credentials"),
        (
            {
                "credentials": Credentials(app_id="a", username="b", password="c"),
                "password": "canary-3",
            },
            "either credentials or password, not both",
        ),
        ({"app_id": "canary-1", "username": "canary-2", "password": " canary-3"}, "white space"),
        ({"app_id": "canary-1", "username": "canary-2", "password": 7}, "must be text"),
    ],
)
def test_credentials_are_given_once_and_whole_and_are_never_shown(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(errors.ConfigError, match=said) as caught:
        Client(**given)
    assert "canary" not in shown(caught.value)


# Plain values


FOUND: list[Any] = [one for one in map(models.__getattr__, models.__all__) if inspect.isclass(one)]
MODELS = [one for one in FOUND if issubclass(one, Model)]


def test_every_model_becomes_a_dictionary_that_json_can_take() -> None:
    attrs_models = {
        one
        for one in map(models.__getattr__, models.__all__)
        if inspect.isclass(one) and attrs.has(one)
    }
    assert attrs_models - {models.Condition} <= {*MODELS}
    for kind in {*MODELS} - {Model}:
        sample = {field.name: 1 for field in attrs.fields(kind) if field.default is attrs.NOTHING}
        plain = kind(**sample).to_dict()
        assert json.loads(json.dumps(plain)) == plain
        assert {*plain} == {field.name for field in attrs.fields(kind)}


def test_a_contact_becomes_plain_values() -> None:
    contact = Contact(
        contact_id=7,
        email="jo@example.com",
        create_date=datetime(2026, 1, 31, 8, tzinfo=UTC),
        custom_fields={"color": "red", "tags": ("a", "b")},
    )

    plain = contact.to_dict()

    assert type(plain["status"]) is str
    assert plain["create_date"] == "2026-01-31T08:00:00+00:00"
    assert plain["custom_fields"] == {"color": "red", "tags": ["a", "b"]}


def test_models_within_models_and_rows_of_other_kinds_become_plain_values(
    folder: Folder,
) -> None:
    checked = models.Message(
        message_id=1,
        spam_check=models.SpamCheck(spam_details=(models.SpamDetail(spam_detail_name="BODY"),)),
    )
    row = Suppressed(contact_id=1, email="x", reason=icontact.suppression.SuppressionReason.BOUNCED)

    assert checked.to_dict()["spam_check"]["spam_details"][0]["spam_detail_name"] == "BODY"
    assert row.to_dict()["reason"] == "bounced"


# Equal rows in one call


def test_equal_lists_get_an_id_each() -> None:
    answer = {"lists": [{"listId": "1", "name": "A"}, {"listId": "2", "name": "A"}]}
    result = Folder(Script(answer), 1, 2).lists.create_many([{"name": "A"}, {"name": "A"}])

    assert [one.list_id for one in result.items] == [1, 2]


def test_lists_of_one_name_are_told_apart_by_their_other_fields() -> None:
    answer = {
        "lists": [
            {"listId": "1", "name": "A", "description": "second"},
            {"listId": "2", "name": "A", "description": "first"},
        ]
    }
    rows: Any = [{"name": "A", "description": "first"}, {"name": "A", "description": "second"}]
    result = Folder(Script(answer), 1, 2).lists.create_many(rows)

    assert [one.list_id for one in result.items] == [2, 1]


@pytest.mark.parametrize(
    ("rows", "stored", "expected"),
    [
        # The one that was stored is the second.
        (["first", "second"], ["second"], [None, 1]),
        (["same", "same"], ["same"], [1, None]),
        (["first", "second"], [None], [None, None]),
        (["first", "second"], ["third"], [None, None]),
        (["first", "second"], ["first", "first"], [None, None]),
    ],
)
def test_of_twins_the_refused_one_is_rejected_or_both_are_uncertain(
    rows: list[str], stored: list[str | None], expected: list[int | None]
) -> None:
    answer = {
        "lists": [
            {"listId": str(n), "name": "A", **({} if text is None else {"description": text})}
            for n, text in enumerate(stored, 1)
        ]
    }
    given: Any = [{"name": "A", "description": text} for text in rows]
    script = Script(answer, warnings=("There is a list of this name.",))

    result = Folder(script, 1, 2).lists.create_many(given)

    assert [one and one.list_id for one in result.results] == expected
    assert all(one.reason for one in result.rejected)
    if expected == [None, None]:
        assert "uncertain: iContact stored" in str(result.rejected[0].reason)


def test_equal_custom_fields_of_which_one_was_refused() -> None:
    field: Any = {"private_name": "color", "field_type": "text"}
    answer = {"customfields": [{"customFieldId": "color", "privateName": "color"}]}
    script = Script(answer, warnings=("There is a field of this name.",))

    result = Folder(script, 1, 2).custom_fields.create_many([field, field])

    assert [one is not None for one in result.results] == [True, False]
    assert result.rejected[0].reason == "There is a field of this name."


def test_equal_contacts_are_one_and_uncertain_if_icontact_warned() -> None:
    rows: Any = [{"email": "a@x.y", "state": "NC"}, {"email": "A@x.y", "state": "far too long"}]
    answer = {"contacts": [{"contactId": "1", "email": "a@x.y", "state": ""}]}
    calm = Folder(Script(answer), 1, 2).contacts.create_many(rows)
    warned = Folder(Script(answer, warnings=("too long",)), 1, 2).contacts.create_many(rows)

    assert [one.contact_id for one in calm.items] == [1, 1]
    assert warned.items == ()
    assert "uncertain" in str(warned.rejected[0].reason)


def test_who_is_on_the_list_already_comes_back_with_that_as_the_reason(
    folder: Folder, jo: Contact
) -> None:
    al = folder.contacts.create(email="al@example.com")
    ed = folder.contacts.create(email="ed@example.com")
    row: Any = {"list_id": LIST, "status": "normal"}
    first: Any = [{**row, "contact_id": one.contact_id} for one in (jo, al)]
    folder.subscriptions.create_many(first)
    folder.subscriptions.unsubscribe(contact_id=al.contact_id, list_id=LIST)

    rows: Any = [
        {**row, "contact_id": one} for one in (jo.contact_id, al.contact_id, ed.contact_id)
    ]
    result = folder.subscriptions.create_many(rows)

    assert [type(one) for one in result.results] == [type(None), type(None), Subscription]
    reasons = [str(one.reason) for one in result.rejected]
    assert reasons[0] == "already subscribed (normal)"
    assert "unsubscribed" in reasons[1]


def test_a_row_that_is_left_out_for_no_reason_keeps_none(folder: Folder) -> None:
    empty: Any = {"subscriptions": []}
    pending = {"contactId": "1", "listId": "7", "subscriptionId": "7_1", "status": "pending"}
    row: Any = {"contact_id": 1, "list_id": 7, "status": "normal"}
    silent = Folder(Script(empty, {"subscriptions": [], "total": 0}), 1, 2)
    waiting = Folder(Script(empty, {"subscriptions": [pending], "total": 1}), 1, 2)

    assert silent.subscriptions.create_many([row]).rejected[0].reason is None
    found = waiting.subscriptions.create_many([row]).rejected[0].reason
    assert found == "the subscription is pending"
