from __future__ import annotations

import logging
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import icontact
from icontact import Page, Pager
from icontact.errors import DecodeError, PagingError
from icontact.models import Contact, ContactAction, ContactList
from icontact.sandbox import Quirks, Sandbox
from icontact.sandbox.error_texts import ignored_terms
from icontact.transport import Answer, Call
from tests.unit.support import FOLDER, Clock, Script, patient_client

LISTING = Call("GET", f"{FOLDER}/lists", params=(("name", "S*"), ("orderby", "name:desc")))


def rows(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [{"listId": str(first + number)} for number in range(count)]


@attrs.define
class Server:
    """Pages as iContact does, or as the evidence says that it might."""

    count: int
    cap: int | None = None
    states_total: bool = True
    states_limit: bool = True
    lag: int = 0
    pages: bool = True
    calls: int = 0

    def send(self, call: Call, /) -> Answer:
        self.calls += 1
        asked = dict(call.params)
        limit, offset = int(asked["limit"]), int(asked["offset"])
        limit = limit if self.cap is None else min(limit, self.cap)
        found = rows(self.count)
        payload: dict[str, Any] = {"lists": found[offset : offset + limit]}
        if not self.pages:
            payload = {"lists": found}
        if self.states_limit:
            payload |= {"limit": limit, "offset": offset}
        if self.states_total:
            payload["total"] = max(0, self.count + self.lag)
        return Answer(status=200, payload=payload, call=call.summary())


def pager(server: Any, **options: Any) -> Pager[ContactList]:
    return Pager(server.send, LISTING, ContactList, "lists", **options)


def ids(found: Any) -> list[int]:
    return [item.list_id for item in found]


def test_no_request_is_made_before_the_first_row_is_asked_for() -> None:
    server = Server(3)
    listing = pager(server)
    iterator = iter(listing)
    assert "GET" in repr(listing)
    assert "S*" not in repr(listing)
    assert server.calls == 0
    next(iterator)
    assert server.calls == 1


def test_all_rows_over_several_pages_and_anew_each_time() -> None:
    server = Server(7)
    listing = pager(server, page_size=3)
    assert ids(listing) == list(range(7))
    assert server.calls == 3
    server.count = 8
    assert ids(listing.all()) == list(range(8))


def test_a_page_knows_its_place() -> None:
    pages = list(pager(Server(5), page_size=2).pages())
    assert [(page.offset, len(page), page.total) for page in pages] == [
        (0, 2, 5),
        (2, 2, 5),
        (4, 1, 5),
    ]
    assert ids(pages[1]) == [2, 3]
    assert "<2 rows>" in repr(pages[0])


@pytest.mark.parametrize(
    ("most", "expected", "requests"), [(0, 0, 0), (1, 1, 1), (3, 3, 2), (4, 4, 2), (99, 5, 3)]
)
def test_max_items_bounds_the_rows_and_the_requests(
    most: int, expected: int, requests: int
) -> None:
    server = Server(5)
    assert ids(pager(server, page_size=2, max_items=most)) == list(range(expected))
    assert server.calls == requests


def test_only_what_is_still_wanted_is_asked_for() -> None:
    script = Script({"lists": rows(2), "total": 9}, {"lists": rows(1, 2), "total": 9})
    pager(script, page_size=2, max_items=3).all()
    assert [dict(call.params)["limit"] for call in script.calls] == ["2", "1"]
    assert script.calls[0].params == (*LISTING.params, ("limit", "2"), ("offset", "0"))


def test_a_server_that_sends_more_than_asked_for_is_cut_to_max_items() -> None:
    script = Script({"lists": rows(5), "total": 5})
    assert ids(pager(script, max_items=2)) == [0, 1]


@pytest.mark.parametrize("options", [{"page_size": 0}, {"page_size": -1}, {"max_items": -1}])
def test_impossible_sizes_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"page_size|max_items"):
        pager(Server(1), **options)


def test_the_first_row_costs_one_row() -> None:
    server = Server(9)
    first = pager(server).first()
    assert first is not None
    assert first.list_id == 0
    assert server.calls == 1
    assert pager(Server(0)).first() is None
    assert pager(Server(9), max_items=0).first() is None


def test_counting_takes_the_server_s_word() -> None:
    server = Server(9)
    assert pager(server).count() == 9
    assert server.calls == 1
    assert pager(Server(9), max_items=4).count() == 4
    assert pager(Server(3), max_items=4).count() == 3


def test_counting_reads_what_states_no_total() -> None:
    assert pager(Server(5, states_total=False), page_size=2).count() == 5


@pytest.mark.parametrize("payload", [[], None, "x", {"total": True}, {"total": "9" * 30}])
def test_counting_something_else_is_a_decode_error(payload: Any) -> None:
    with pytest.raises(DecodeError):
        pager(Script(payload, payload)).count()


def test_a_total_may_be_text() -> None:
    assert pager(Script({"lists": rows(1), "total": "7"})).count() == 7


def test_a_server_that_caps_the_page_loses_no_row() -> None:
    server = Server(45, cap=20)
    assert ids(pager(server, page_size=500)) == list(range(45))
    assert server.calls == 3


def test_a_server_that_caps_the_page_and_states_no_total_loses_no_row() -> None:
    assert ids(pager(Server(45, cap=20, states_total=False))) == list(range(45))


def test_a_total_that_lags_behind_deletions_ends_with_an_empty_page() -> None:
    server = Server(5, lag=3)
    assert ids(pager(server, page_size=2)) == list(range(5))
    # Four pages; the one with a row too few once more, the empty one twice; the last row thrice.
    assert server.calls == 4 + 1 + 2 + 3


def test_a_total_that_lags_behind_new_rows_loses_none() -> None:
    assert ids(pager(Server(5, lag=-3), page_size=2)) == list(range(5))


def test_a_listing_in_one_piece_is_asked_for_once() -> None:
    for count in (3, 2, 1):
        server = Server(count, pages=False, states_limit=False)
        assert ids(pager(server, page_size=2)) == list(range(count))
        assert server.calls == 1


def test_a_listing_in_one_piece_without_a_total_is_asked_for_once() -> None:
    server = Server(3, pages=False, states_limit=False, states_total=False)
    assert ids(pager(server, page_size=2)) == [0, 1, 2]
    assert server.calls == 1


def test_a_server_that_ignores_the_offset_is_found_out() -> None:
    script = Script(*[{"lists": rows(2), "limit": 2, "offset": 0, "total": 9}] * 2)
    with pytest.raises(PagingError, match="same page twice"):
        pager(script, page_size=2).all()
    shorter = [{"lists": rows(2), "total": 9}, {"lists": rows(1), "total": 9}]
    with pytest.raises(PagingError, match="same page twice"):
        pager(Script(*shorter), page_size=2, max_items=3).all()


def test_equal_rows_at_the_head_of_two_pages_are_no_repeated_page() -> None:
    opened = {"actionType": "Open", "actionTime": "2009-08-01T16:02:44-0400"}
    clicked = {**opened, "actionType": "Click"}
    pages = [
        {"actions": [opened, clicked], "limit": 2, "total": 4},
        {"actions": [opened, opened], "limit": 2, "total": 4},
        {"actions": [], "limit": 2, "total": 4},
    ]
    call = Call("GET", f"{FOLDER}/contacts/1/actions")
    found = Pager(Script(*pages).send, call, ContactAction, "actions", page_size=2)
    assert len(found.all()) == 4


@pytest.mark.parametrize("names", [("name",), ("nameSearchType",), ("x", "name"), ("orderby",)])
def test_an_ignored_term_is_an_error(names: tuple[str, ...]) -> None:
    params = (*LISTING.params, ("nameSearchType", "gt"))
    call = attrs.evolve(LISTING, params=params)
    warnings = (ignored_terms(names),)
    for use in (Pager.all, Pager.count, Pager.first):
        server = Script({"lists": rows(1), "total": 1}, warnings=warnings)
        with pytest.raises(PagingError, match="iContact ignored a term") as caught:
            use(Pager(server.send, call, ContactList, "lists"))
        assert len(str(caught.value).splitlines()) == 1


def test_an_ignored_order_is_an_error() -> None:
    call = Call("GET", f"{FOLDER}/lists", params=(("orderby", "listId,name:desc"),))
    server = Script({"lists": [], "total": 0}, warnings=(ignored_terms(["name"]),))
    with pytest.raises(PagingError):
        Pager(server.send, call, ContactList, "lists").all()


def test_a_warning_about_somebody_else_s_term_is_data() -> None:
    warnings = (ignored_terms(["unlisted"]), "Your account is past due")
    server = Script({"lists": rows(1), "total": 1}, warnings=warnings)
    (page,) = pager(server).pages()
    assert page.warnings == warnings


def test_iterating_swallows_no_warning_and_repeats_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    script = Script(
        {"lists": rows(2), "total": 3}, {"lists": rows(1, 2), "total": 3}, warnings=("past due",)
    )
    assert len(pager(script, page_size=2).all()) == 3
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "lists: warning from iContact: past due")
    ]


def test_a_bad_row_is_an_error_with_its_place() -> None:
    script = Script({"lists": [{"listId": 1}, {"listId": "x"}], "total": 2})
    with pytest.raises(DecodeError, match=r"lists\[1\]\.listId") as caught:
        pager(script).all()
    assert caught.value.call is not None
    assert caught.value.call.query_names == ("name", "orderby", "limit", "offset")


@given(
    server=st.builds(
        Server,
        count=st.integers(0, 25),
        cap=st.none() | st.integers(1, 12),
        states_total=st.booleans(),
        lag=st.integers(-5, 5),
    ),
    page_size=st.integers(1, 12),
    max_items=st.none() | st.integers(0, 30),
)
def test_no_row_is_lost_or_doubled(server: Server, page_size: int, max_items: int | None) -> None:
    size = min(page_size, server.cap or page_size)
    # A listing that ends just where a page does, and lacks a whole one, was cut.
    assume(server.count % size or server.lag < size or not server.count)
    found = ids(pager(server, page_size=page_size, max_items=max_items))
    assert found == list(range(server.count))[:max_items]
    asked_again = 6 if server.states_total and server.lag > 0 else 0
    assert server.calls <= server.count // size + 2 + asked_again


def test_contacts_are_paged_from_a_sandbox_with_a_cap(clock: Clock) -> None:
    with Sandbox(quirks=Quirks(max_limit=4, past_due_warning=True)) as sandbox:
        sandbox.seed_contacts(10)
        client = patient_client(sandbox, clock)
        folder = client.folder()
        sandbox.requests.clear()
        found = folder.contacts.list(order_by="contact_id")
        assert len(found.all()) == 10
        assert len(sandbox.requests) == 3
        assert [page.total for page in found.pages()] == [10, 10, 10]
        assert found.count() == 10
    sandbox.close()


def test_a_search_that_icontact_ignores_is_an_error(folder: icontact.Folder) -> None:
    with pytest.raises(PagingError, match="color"):
        folder.contacts.list(custom_fields={"color": "red"}).all()


def test_a_search_that_icontact_ignores_without_a_warning_shows_in_a_blank_row() -> None:
    for can_search in (False, True):
        quirks = Quirks(ignored_terms="silent", search_custom_fields=can_search)
        with Sandbox(quirks=quirks) as sandbox:
            folder = sandbox.client().folder()
            folder.custom_fields.create(
                private_name="color", field_type="text", display_to_user=True
            )
            folder.contacts.create(email="jo@example.com", custom_fields={"color": "Red"})
            folder.contacts.create(email="al@example.com")
            found = folder.contacts.list(custom_fields={"color": "red"})
            if can_search:
                assert [one.email for one in found] == ["jo@example.com"]
            else:
                with pytest.raises(PagingError, match=r"\(color\) without a warning"):
                    found.all()


ONE_PERSON: dict[str, dict[str, Any]] = {
    "email": {"email": "JO@example.com"},
    "contactId": {"contact_id": "066674164"},
    "status": {"status": "bounced"},
}


@pytest.mark.parametrize("term", ONE_PERSON)
@pytest.mark.parametrize("is_ignored", [False, True])
def test_a_search_for_one_person_never_gives_another(term: str, *, is_ignored: bool) -> None:
    ignored = {term} if is_ignored else set()
    quirks = Quirks(ignored_terms="silent", unsearchable=frozenset(ignored))
    with Sandbox(quirks=quirks) as sandbox:
        sandbox.seed(
            contacts=[
                {"email": "al@example.com"},
                {"email": "jo@example.com", "status": "bounced"},
            ]
        )
        folder = sandbox.client().folder()
        found = folder.contacts.list(**ONE_PERSON[term])
        for use in (Pager.all, Pager.first, Pager.count):
            if is_ignored:
                with pytest.raises(PagingError, match="without a warning"):
                    use(found)
            else:
                use(found)
        if not is_ignored:
            assert [one.email for one in found] == ["jo@example.com"]
            assert found.count() == 1
        # Who asks for one address exactly compares the rows.
        jo = folder.contacts.find(email="jo@example.com")
        assert jo is not None
        assert jo.email == "jo@example.com"


def test_a_row_that_leaves_out_what_was_searched_for_is_no_other_row() -> None:
    row = {"messageId": 5, "messageType": "normal", "messageName": "May"}
    script = Script(*[{"messages": [row], "total": 1}] * 3)
    found = icontact.Folder(script, 1, 2).messages.list(campaign_id=3)
    assert [one.message_id for one in found] == [5]
    assert found.count() == 1
    script = Script({"messages": [{**row, "campaignId": 4}], "total": 1})
    with pytest.raises(PagingError, match=r"\(campaignId\) without a warning"):
        icontact.Folder(script, 1, 2).messages.list(campaign_id=3).all()


def test_lists_and_subscriptions_are_never_those_of_another() -> None:
    quirks = Quirks(ignored_terms="silent", unsearchable=frozenset({"listId", "contactId"}))
    with Sandbox(quirks=quirks) as sandbox:
        sandbox.seed(contacts=[{"email": "al@example.com"}])
        sandbox.seed(subscriptions=[{"email": "al@example.com", "status": "normal"}])
        folder = sandbox.client().folder()
        (one,) = folder.subscriptions.list()
        wrong: list[dict[str, Any]] = [
            {"list_id": one.list_id + 1},
            {"contact_id": one.contact_id + 1},
        ]
        for terms in wrong:
            with pytest.raises(PagingError, match="without a warning"):
                folder.subscriptions.list(**terms).first()
        with pytest.raises(PagingError, match="without a warning"):
            folder.lists.list(list_id=7).count()


@pytest.mark.parametrize(
    ("params", "refused"),
    [
        ([("color", "red")], True),
        ([("color", "red,green")], True),
        ([("color", "r*")], True),
        ([("color", "*")], False),
        ([("color", "red,")], False),
        ([("color", "0")], False),
        ([("color", "0.00")], False),
        ([("color", "10")], True),
        ([("color", "red"), ("colorSearchType", "lt")], False),
        ([("size", "5")], False),
    ],
)
@pytest.mark.parametrize("blank", ["", None])
def test_a_blank_row_is_refused_only_where_the_search_cannot_have_meant_it(
    params: list[tuple[str, str]], blank: str | None, *, refused: bool
) -> None:
    row = {"contactId": "1", "email": "jo@example.com", "color": blank}
    payload = {"contacts": [row], "limit": 20, "offset": 0, "total": 1}
    call = Call("GET", "a/1/c/2/contacts", params=params)
    found = Pager(Script(payload).send, call, Contact, "contacts", page_size=20)
    if refused:
        with pytest.raises(PagingError, match="without a warning"):
            found.all()
    else:
        assert len(found.all()) == 1


def test_a_page_can_be_made_by_hand() -> None:
    page: Page[Contact] = Page(items=(Contact(contact_id=1),), offset=0, total=None)
    assert len(page) == 1
    assert page.warnings == ()
