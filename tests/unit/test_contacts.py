from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import responses

import icontact
from icontact import errors
from icontact.models import ActionType, ContactStatus, SubscriptionFields
from icontact.resources import Contacts, Rejected
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Safety, Transport
from tests.unit.support import BASE, FOLDER, Clock, Script, patient_client


def make(folder: icontact.Folder, **fields: Any) -> int:
    return folder.contacts.create(**{"email": "jo@example.com", **fields}).contact_id


def sent(sandbox: Sandbox) -> list[str]:
    return [request.method for request in sandbox.requests]


def test_create_and_get(folder: icontact.Folder) -> None:
    made = folder.contacts.create(
        email="jo@example.com", first_name="Jö", postal_code="02169", city=None
    )
    assert made.email == "jo@example.com"
    assert made.status is ContactStatus.NORMAL
    assert made.create_date is not None
    assert made.create_date.utcoffset() is not None
    read = folder.contacts.get(made.contact_id)
    assert (read.first_name, read.postal_code, read.city, read.business) == ("Jö", "02169", "", "")


def test_get_of_nobody(folder: icontact.Folder) -> None:
    with pytest.raises(errors.NotFound, match="404: Not Found"):
        folder.contacts.get(1)


@pytest.mark.parametrize("wrong", [None, True, 1.5, "", ["jo@example.com"], b"1"])
def test_an_id_of_another_kind_never_leaves(folder: icontact.Folder, wrong: Any) -> None:
    with pytest.raises(
        (TypeError, ValueError), match="contact id must be a whole number"
    ) as caught:
        folder.contacts.delete(wrong)
    assert "jo@" not in str(caught.value)


def test_a_name_cannot_leave_its_place_in_the_path(folder: icontact.Folder) -> None:
    with pytest.raises(errors.APIError) as caught:
        folder.custom_fields.get("7?x=1#y")
    assert caught.value.call is not None
    assert caught.value.call.path.endswith("customfields/7%3Fx%3D1%23y")
    for odd in ("..", "../lists/7", "7/actions"):
        with pytest.raises(ValueError, match="path"):
            folder.custom_fields.get(odd)
    with pytest.raises(ValueError, match="customfield id holds characters that cannot") as lone:
        folder.custom_fields.get("jo\udcff")
    assert not isinstance(lone.value, UnicodeError)


def test_a_contact_without_an_address_is_rejected(folder: icontact.Folder) -> None:
    with pytest.raises(errors.RejectedError, match="You did not provide an email field"):
        folder.contacts.create(first_name="Jo")


def test_a_misspelled_field_never_leaves(folder: icontact.Folder, sandbox: Sandbox) -> None:
    wrong: Any = {"frist_name": "Jo"}
    with pytest.raises(TypeError, match="did you mean 'first_name'"):
        folder.contacts.create(email="jo@example.com", **wrong)
    assert len(sandbox.requests) == 0


def test_creating_again_is_the_same_contact(folder: icontact.Folder) -> None:
    assert make(folder, first_name="Jo") == make(folder, city="Durham")


def test_update_merges(folder: icontact.Folder) -> None:
    number = make(folder, first_name="Jo", city="Durham")
    changed = folder.contacts.update(number, city="Cary", first_name=None)
    assert (changed.email, changed.first_name, changed.city) == ("jo@example.com", "", "Cary")


def test_replace_wipes(folder: icontact.Folder) -> None:
    number = make(folder, first_name="Jo", city="Durham")
    changed = folder.contacts.replace(number, email="new@example.com")
    assert changed.contact_id == number
    assert (changed.email, changed.first_name, changed.city) == ("new@example.com", "", "")


def test_a_status_that_cannot_be_set_is_a_bad_request(folder: icontact.Folder) -> None:
    number = make(folder)
    with pytest.raises(errors.BadRequest, match="either donotcontact or normal"):
        folder.contacts.update(number, status="bounced")
    assert folder.contacts.update(number, status=ContactStatus.DONOTCONTACT).status == (
        "donotcontact"
    )
    with pytest.raises(errors.BadRequest):
        folder.contacts.update(number, status="normal")


def test_delete_is_soft(folder: icontact.Folder) -> None:
    number = make(folder)
    folder.contacts.delete(number)
    assert folder.contacts.get(number).status is ContactStatus.DELETED
    assert folder.contacts.list().all() == []
    with pytest.raises(errors.NotFound):
        folder.contacts.update(number, city="x")


def test_delete_of_nobody(folder: icontact.Folder) -> None:
    with pytest.raises(errors.NotFound):
        folder.contacts.delete(1)


def test_custom_fields_are_keys_of_the_top_level(folder: icontact.Folder) -> None:
    for name, kind in (("color", "text"), ("score", "number"), ("vip", "checkbox")):
        folder.custom_fields.create(private_name=name, field_type=kind, display_to_user=False)
    number = make(folder, custom_fields={"color": "red", "score": Decimal("1.5"), "vip": True})
    read = folder.contacts.get(number)
    assert read.custom_fields == {"color": "red", "score": "1.5", "vip": "1"}
    folder.contacts.update(number, custom_fields={"color": None})
    assert folder.contacts.get(number).custom_fields == {"color": "", "score": "1.5", "vip": "1"}


def test_a_custom_field_may_not_take_a_standard_name(folder: icontact.Folder) -> None:
    with pytest.raises(ValueError, match="has the name of a standard field"):
        make(folder, custom_fields={"firstName": "x"})


# Listing and finding


def test_the_listing_asks_for_everybody(clock: Clock) -> None:
    with Sandbox(quirks=Quirks(default_population="listed")) as sandbox:
        folder = patient_client(sandbox, clock).folder()
        number = make(folder)
        assert [contact.contact_id for contact in folder.contacts.list()] == [number]
        assert folder.contacts.list(status=None).all() == []
        assert folder.contacts.list(status="unlisted").count() == 1
    sandbox.close()


def test_searching(folder: icontact.Folder, sandbox: Sandbox) -> None:
    sandbox.seed(
        contacts=[
            {"email": "a@x.y", "lastName": "Smith", "createDate": "2020-01-01 12:00:00"},
            {"email": "b@x.y", "lastName": "Stone", "createDate": "2021-01-01 12:00:00"},
            {"email": "c@x.y", "lastName": "Miller", "status": "bounced"},
        ]
    )

    def emails(**terms: Any) -> list[str]:
        return [contact.email for contact in folder.contacts.list(**terms)]

    assert emails(last_name="S*", order_by="-last_name") == ["b@x.y", "a@x.y"]
    assert emails(status=ContactStatus.BOUNCED) == ["c@x.y"]
    assert emails(status=icontact.one_of("bounced", "pending")) == ["c@x.y"]
    assert emails(email=icontact.one_of("a@x.y", "c@x.y")) == ["a@x.y", "c@x.y"]
    assert emails(create_date=icontact.lt(date(2020, 6, 1))) == ["a@x.y"]
    span = icontact.between(date(2020, 6, 1), datetime(2022, 1, 1, tzinfo=UTC))
    assert emails(create_date=span) == ["b@x.y"]
    # As datetime.now(UTC) has it.
    moment = datetime(2020, 6, 1, 8, 30, 15, 123_456, tzinfo=UTC)
    assert emails(create_date=icontact.lt(moment)) == ["a@x.y"]
    assert emails(max_items=1, page_size=2) == ["a@x.y"]


@pytest.mark.parametrize("status", ["", icontact.one_of("normal", "")])
def test_an_empty_status_would_match_nothing(folder: icontact.Folder, status: Any) -> None:
    with pytest.raises(ValueError, match="matches nothing"):
        folder.contacts.list(status=status)


def test_finding_ignores_case_and_white_space(folder: icontact.Folder) -> None:
    number = make(folder, email="Jo@Example.com")
    found = folder.contacts.find(email=" JO@example.COM ")
    assert found is not None
    assert found.contact_id == number
    assert folder.contacts.find(email="jo@example.co") is None


def test_a_star_is_no_wildcard_in_find(folder: icontact.Folder) -> None:
    make(folder, email="joseph@example.com")
    assert folder.contacts.find(email="jo*@example.com") is None
    starred = make(folder, email="jo*@example.com")
    found = folder.contacts.find(email="jo*@example.com")
    assert found is not None
    assert found.contact_id == starred


@pytest.mark.parametrize("email", ["", "  ", "a@b.c,d@e.f"])
def test_what_cannot_be_searched_for_cannot_be_found(folder: icontact.Folder, email: str) -> None:
    with pytest.raises(ValueError, match="email: iContact"):
        folder.contacts.find(email=email)


def twins(*emails: str) -> Contacts:
    rows = [{"contactId": str(place), "email": email} for place, email in enumerate(emails, 1)]
    return Contacts(Script({"contacts": rows, "total": len(rows)}), FOLDER)


def test_of_two_spellings_the_exact_one_is_found() -> None:
    found = twins("Jo@x.y", "jo@x.y").find(email="jo@x.y")
    assert found is not None
    assert found.contact_id == 2


@pytest.mark.parametrize("emails", [("JO@x.y", "Jo@x.y"), ("jo@x.y", "jo@x.y")])
def test_an_ambiguous_address_is_an_error(emails: tuple[str, str]) -> None:
    with pytest.raises(errors.PagingError, match="several contacts have this address: 1, 2"):
        twins(*emails).find(email="jo@x.y")


def test_letters_that_only_look_alike_are_other_addresses() -> None:
    assert twins("straße@x.y").find(email="strasse@x.y") is None


def test_history(folder: icontact.Folder) -> None:
    number = make(folder)
    folder.contacts.update(number, city="Cary")
    newest, oldest = folder.contacts.history(number)
    assert (newest.action_type, oldest.action_type) == (
        ActionType.EDIT_FIELDS,
        ActionType.ADD_CONTACT,
    )
    assert newest.details == {"city": "Cary"}
    assert oldest.details == {}
    assert oldest.action_time is not None
    only = folder.contacts.history(number, action_type="AddContact", page_size=1, max_items=5)
    assert only.all() == [oldest]


# Bulk


def test_the_rows_of_a_batch_are_matched_by_address(folder: icontact.Folder) -> None:
    result = folder.contacts.create_many(
        [{"email": "a@x.y"}, {"email": "no address"}, {"email": "B@x.y", "city": "Cary"}]
    )
    stored = [item and item.email for item in result.results]
    assert stored == ["a@x.y", None, "B@x.y"]
    assert [item.email for item in result.items] == ["a@x.y", "B@x.y"]
    (rejected,) = result.rejected
    assert rejected == Rejected(index=1, reason=result.warnings[0])
    assert "a@x.y" not in repr(result)


def test_a_row_with_its_id_is_an_update(folder: icontact.Folder) -> None:
    number = make(folder, first_name="Jo")
    result = folder.contacts.create_many([{"contact_id": number, "city": "Cary"}])
    assert result.items[0].contact_id == number
    assert folder.contacts.get(number).first_name == "Jo"


def test_no_rows_are_no_request(folder: icontact.Folder, sandbox: Sandbox) -> None:
    result = folder.contacts.create_many([])
    assert (result.results, result.items, result.rejected, result.warnings) == ((), (), (), ())
    assert len(sandbox.requests) == 0


def test_rows_may_come_from_a_generator(folder: icontact.Folder) -> None:
    result = folder.contacts.create_many({"email": f"c{n}@x.y"} for n in range(3))
    assert len(result.items) == 3


@pytest.mark.parametrize("wrong", [1.9, True, None, [7]])
def test_an_id_of_another_kind_in_a_row_is_refused(folder: icontact.Folder, wrong: Any) -> None:
    said = f"row 1: contact_id must be a whole number, not {type(wrong).__name__}"
    with pytest.raises(TypeError, match=said):
        folder.contacts.create_many([{"email": "a@x.y"}, {"contact_id": wrong}])


def test_an_id_in_a_row_may_be_digits(folder: icontact.Folder) -> None:
    odd: Any = str(make(folder))
    assert folder.contacts.create_many([{"contact_id": odd, "city": "x"}]).items
    odd = "jo@example.com"
    with pytest.raises(ValueError, match="row 0: contact_id must be a whole number, not a text"):
        folder.contacts.create_many([{"contact_id": odd}])


def test_a_row_of_another_kind_is_named(folder: icontact.Folder) -> None:
    wrong: Any = [{"email": "a@x.y"}, "jo@example.com"]
    with pytest.raises(TypeError, match=r"row 1: expected a mapping of fields, not str$"):
        folder.contacts.create_many(wrong)
    with pytest.raises(TypeError, match="row 0: Contact has no field 'frist_name'; did you mean"):
        folder.contacts.create_many([{"frist_name": "Jo"}])  # type: ignore[typeddict-unknown-key]  # the mistake


def batch(stored: Any, *rows: Any, warnings: tuple[str, ...] = ()) -> Any:
    contacts = Contacts(Script({"contacts": stored}, warnings=warnings), FOLDER)
    return contacts.create_many(rows)


def test_an_answer_in_another_order_is_matched() -> None:
    stored = [{"contactId": 2, "email": "B@x.y"}, {"contactId": 1, "email": "a@x.y"}]
    result = batch(stored, {"email": "A@x.y"}, {"email": "b@x.y"})
    assert [item.contact_id for item in result.results] == [1, 2]


def test_ids_and_addresses_are_matched_in_one_batch() -> None:
    stored = [{"contactId": 2, "email": "b@x.y"}, {"contactId": 7, "email": "a@x.y"}]
    result = batch(stored, {"contact_id": 7, "city": "x"}, {"email": "b@x.y"})
    assert [item.contact_id for item in result.results] == [7, 2]


def test_a_row_that_comes_twice_is_stored_twice() -> None:
    stored = [{"contactId": 1, "email": "a@x.y"}, {"contactId": 1, "email": "a@x.y"}]
    result = batch(stored, {"email": "a@x.y"}, {"email": "A@x.y"})
    assert [item.contact_id for item in result.results] == [1, 1]
    assert result.rejected == ()


def test_a_reason_is_given_only_where_it_can_be_told_whose_it_is() -> None:
    rows = [{"email": "a@x.y"}, {"email": "b@x.y"}]
    one = batch([{"contactId": 1, "email": "a@x.y"}], *rows, warnings=("bad",))
    assert one.rejected == (Rejected(index=1, reason="bad"),)
    several = batch(None, *rows, warnings=("bad", "worse"))
    assert [row.reason for row in several.rejected] == [None, None]
    notice = batch([{"contactId": 1, "email": "a@x.y"}], *rows, warnings=("bad", "past due"))
    assert [row.reason for row in notice.rejected] == [None]
    assert notice.warnings == ("bad", "past due")


def test_look_alike_addresses_of_one_batch_are_kept_apart() -> None:
    stored = [{"contactId": 1, "email": "straße@x.y"}, {"contactId": 2, "email": "strasse@x.y"}]
    result = batch(stored, {"email": "strasse@x.y"}, {"email": "straße@x.y"})
    assert [item.contact_id for item in result.results] == [2, 1]


# Lost answers


def test_a_creation_that_lost_its_answer_is_repeated(
    folder: icontact.Folder, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.faults.drop_after(method="POST")
    made = folder.contacts.create(email="jo@example.com", first_name="Jo")
    assert made.first_name == "Jo"
    assert folder.contacts.list().count() == 1
    assert sent(sandbox) == ["POST", "POST", "GET"]
    assert len(clock.sleeps) == 1


def test_a_deletion_that_lost_its_answer_is_done() -> None:
    gone = errors.NotFound(404, ["Not Found"], attempts=2, maybe_applied=True)
    Contacts(Script(gone), FOLDER).delete(7)
    with pytest.raises(errors.NotFound):
        Contacts(Script(errors.NotFound(404)), FOLDER).delete(7)


def test_a_deletion_is_repeated(folder: icontact.Folder, sandbox: Sandbox) -> None:
    number = make(folder)
    sandbox.faults.drop_after(method="DELETE")
    folder.contacts.delete(number)
    assert sent(sandbox)[-2:] == ["DELETE", "DELETE"]


@pytest.mark.parametrize("answer", ["not_found", "no_changes", "done"])
def test_a_deletion_is_repeated_whatever_a_second_one_answers(
    folder: icontact.Folder, sandbox: Sandbox, answer: Any
) -> None:
    number = make(folder)
    sandbox.quirks = Quirks(second_delete=answer)
    sandbox.faults.drop_after(method="DELETE")
    folder.contacts.delete(number)
    assert folder.contacts.get(number).status is ContactStatus.DELETED


def test_a_second_deletion_is_an_error_and_so_is_one_that_was_refused(
    folder: icontact.Folder, sandbox: Sandbox
) -> None:
    number = make(folder)
    sandbox.faults.drop_before(method="DELETE")
    sandbox.faults.next(status=400, method="DELETE", body='{"errors":["No"]}')
    with pytest.raises(errors.BadRequest):
        folder.contacts.delete(number)
    folder.contacts.delete(number)
    with pytest.raises(errors.NotFound):
        folder.contacts.delete(number)
    sandbox.quirks = Quirks(second_delete="no_changes")
    with pytest.raises(errors.BadRequest, match="No Changes Made"):
        folder.contacts.delete(number)


def test_how_safe_each_operation_is() -> None:
    row = {"contactId": 1, "email": "a@x.y"}
    script = Script(
        {"contact": row}, {"contacts": [row]}, {"contacts": [row]}, *[{"contact": row}] * 2
    )
    script.payloads += [[]]
    contacts = Contacts(script, FOLDER)
    contacts.get(1)
    contacts.create(email="a@x.y")
    contacts.create_many([{"email": "a@x.y"}])
    contacts.update(1, city="x")
    contacts.replace(1, email="a@x.y")
    contacts.delete(1)
    again = Safety.REPEATABLE
    assert [(call.method, call.path, call.safety) for call in script.calls] == [
        ("GET", f"{FOLDER}/contacts/1", Safety.READ),
        ("POST", f"{FOLDER}/contacts", again),
        ("POST", f"{FOLDER}/contacts", again),
        ("POST", f"{FOLDER}/contacts/1", again),
        ("PUT", f"{FOLDER}/contacts/1", again),
        ("DELETE", f"{FOLDER}/contacts/1", again),
    ]
    assert script.calls[1].body == [{"email": "a@x.y"}]
    assert script.calls[3].body == {"city": "x"}


def test_no_remark_is_swallowed(
    transport: Transport, answers: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"{BASE}/{FOLDER}/contacts"
    due = {"warnings": ["past due, jo@example.com"]}
    answers.get(f"{url}/1", json={"contact": {"contactId": 1}, **due})
    answers.post(url, json={"contacts": [{"contactId": 1}], **due})
    answers.delete(f"{url}/1", json=due)
    contacts = Contacts(transport, FOLDER)
    contacts.get(1)
    contacts.create(email="jo@example.com")
    contacts.delete(1)
    remarks = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage() for record in remarks] == [
        "contacts: warning from iContact: past due, <address>"
    ] * 3


def test_a_resource_shows_its_path() -> None:
    assert repr(Contacts(Script(), FOLDER)) == "Contacts('a/1/c/2/contacts')"


def test_a_write_that_is_answered_by_nothing_may_have_been_carried_out(
    folder: icontact.Folder, sandbox: Sandbox
) -> None:
    contact_id = make(folder)
    sandbox.faults.swallow(method="POST")

    with pytest.raises(errors.DecodeError, match="look at GET") as caught:
        folder.contacts.update(contact_id, city="Durham")
    assert caught.value.maybe_applied

    sandbox.faults.next(200, '{"contact": {}}', method="GET")
    with pytest.raises(errors.DecodeError) as caught:
        folder.contacts.get(contact_id)
    assert not caught.value.maybe_applied


def test_a_custom_field_that_the_folder_lacks_is_an_error(folder: icontact.Folder) -> None:
    with pytest.raises(errors.UnknownCustomField, match="no custom field 'nowhere'") as caught:
        folder.contacts.create(email="jo@example.com", city="Cary", custom_fields={"nowhere": "x"})
    number = caught.value.contact_id
    assert caught.value.names == ("nowhere",)
    assert folder.contacts.get(number).city == "Cary"
    for write in (folder.contacts.update, folder.contacts.replace):
        with pytest.raises(errors.UnknownCustomField):
            write(number, email="jo@example.com", custom_fields={"nowhere": "x"})


def test_a_custom_field_that_an_answer_leaves_out_is_looked_up(folder: icontact.Folder) -> None:
    folder.custom_fields.create(private_name="color", field_type="text", display_to_user=False)
    answer = {"contact": {"contactId": "7", "email": "jo@example.com"}}
    fields = {"customfields": [{"customFieldId": "color", "privateName": "color"}], "total": 1}
    contacts = icontact.Folder(Script(answer, fields), 1, 2).contacts
    assert contacts.update(7, custom_fields={"COLOR": None}).contact_id == 7


def test_custom_fields_that_the_folder_lacks_stand_in_the_result_of_many(
    folder: icontact.Folder,
) -> None:
    folder.custom_fields.create(private_name="color", field_type="text", display_to_user=False)
    rows: list[Any] = [
        {"email": f"p{n}@example.com", "custom_fields": {"color": "red", "colour": "red"}}
        for n in range(12)
    ]
    rows.append({"email": "not an address", "custom_fields": {"nowhere": "x"}})
    result = folder.contacts.create_many(rows)
    assert len(result.items) == 12
    assert result.unknown_fields == ("colour",)
    assert result.warnings[-1].startswith("this folder has no custom field 'colour'")
    assert result.warnings[-1].endswith("(rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more)")
    assert folder.contacts.create_many(rows[:1]).warnings[-1].endswith("(row 0)")


def test_a_custom_field_given_as_a_field_points_to_the_place_for_it(
    folder: icontact.Folder,
) -> None:
    wrong: Any = {"score": 6}
    for write in (folder.contacts.update, folder.contacts.replace):
        with pytest.raises(TypeError, match=r"custom_fields=\{'score': \.\.\.\}"):
            write(1, **wrong)
    with pytest.raises(TypeError, match=r"custom_fields=\{'score': \.\.\.\}"):
        folder.contacts.create(email="jo@example.com", **wrong)


def test_an_answer_that_lacks_custom_fields_need_not_be_explained() -> None:
    answer = {"contacts": [{"contactId": 8, "email": "B@x.y"}]}
    contacts = icontact.Folder(Script(answer), 1, 2).contacts

    result = contacts.create_many(
        [{"email": "b@x.y", "custom_fields": {"own": "1"}}, {"email": "c@x.y"}], explain=False
    )

    assert [one and one.contact_id for one in result.results] == [8, None]
    assert result.unknown_fields == ()


def test_rows_that_are_left_out_need_not_be_explained() -> None:
    answer = {
        "subscriptions": [
            {"subscriptionId": "3_7", "contactId": "7", "listId": "3"},
            {"subscriptionId": "4_8", "contactId": "8", "listId": "4"},
        ]
    }
    subscriptions = icontact.Folder(Script(answer), 1, 2).subscriptions
    rows: list[SubscriptionFields] = [
        {"list_id": 3, "contact_id": one, "status": "normal"} for one in (7, 8)
    ]

    result = subscriptions.create_many(rows, explain=False)

    # The second subscription of the answer is to another list.
    assert [one and one.contact_id for one in result.results] == [7, None]
    assert [(one.index, one.reason) for one in result.rejected] == [(1, None)]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("normaal", "'normaal' is not known; did you mean 'normal'?"),
        ("unsubscribed", "those who left a list: folder.subscriptions.list(status='unsubscribed')"),
    ],
)
def test_a_status_that_no_contact_has_is_refused(
    folder: icontact.Folder, status: str, said: str
) -> None:
    with pytest.raises(ValueError, match="status") as caught:
        folder.contacts.list(status=status)
    assert said in str(caught.value)


@pytest.mark.parametrize("status", ["norm*", icontact.one_of("blocked"), "*"])
def test_a_status_with_a_wildcard_or_as_one_of_several_is_asked_for(
    folder: icontact.Folder, status: Any
) -> None:
    assert isinstance(folder.contacts.list(status=status), icontact.Pager)
