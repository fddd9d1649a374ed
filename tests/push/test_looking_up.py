"""How a push finds out what iContact knows: the cheapest way, if it can be trusted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from icontact import ContactMapper, errors
from icontact.auth import Private
from icontact.client import Folder
from icontact.push import ListPush, Lookup, PushPlan
from icontact.push.lookup import Searcher, groups_of
from icontact.push.workers import ALONE
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Answer, Call
from tests.push.support import MakePush, person


def reads(plan: PushPlan) -> list[tuple[str, str, int]]:
    return [(way.what, way.how, way.requests) for way in plan.lookups]


def settled_people(sandbox: Sandbox, count: int) -> list[dict[str, Any]]:
    """Fill a folder, and return rows for its last contacts, which are all on the list."""
    sandbox.seed_contacts(2990, list_id=sandbox.list_id)
    return [{"email": f"contact{2990 - place}@example.com"} for place in range(count)]


def test_an_empty_folder_takes_one_look(make_push: MakePush) -> None:
    plan = make_push().plan(person(place) for place in range(50))

    assert reads(plan) == [("contacts", "pages", 1)]
    assert plan.requests == 1


def test_one_row_is_looked_up_by_itself(sandbox: Sandbox, make_push: MakePush) -> None:
    (row,) = settled_people(sandbox, 1)

    plan = make_push({"email": "email"}).plan([row])

    assert plan.counts["unchanged"] == 1
    assert reads(plan) == [("contacts", "single reads", 1), ("subscriptions", "single reads", 1)]
    assert plan.requests == 2


def test_some_rows_in_a_large_folder_are_searched_for_together(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    rows = settled_people(sandbox, 40)

    plan = make_push({"email": "email"}, page_size=100).plan(rows)

    assert plan.counts["unchanged"] == 40
    assert reads(plan) == [("contacts", "searches", 2), ("subscriptions", "searches", 2)]
    assert plan.requests == 4
    assert plan.lookups[0].instead == {"single reads": 41, "pages": 30}


def test_many_rows_are_found_by_reading_all_pages(sandbox: Sandbox, make_push: MakePush) -> None:
    rows = settled_people(sandbox, 2500)

    plan = make_push({"email": "email"}).plan(rows)

    assert plan.counts["unchanged"] == 2500
    assert reads(plan) == [("contacts", "pages", 2), ("subscriptions", "pages", 2)]
    assert plan.requests == 4


def test_where_several_values_are_not_understood_everybody_is_found_all_the_same() -> None:
    with Sandbox(quirks=Quirks(comma_lists="ids")) as sandbox:
        rows = settled_people(sandbox, 5)
        push = ListPush(
            sandbox.client().folder(),
            "Newsletter",
            mapper=ContactMapper({"email": "email"}),
            page_size=100,
        )

        plan = push.plan(rows)

    assert plan.counts["unchanged"] == 5
    # The first page, one search that proves nothing, five single reads; of the list two.
    assert plan.requests == 7 + 2


def test_a_single_search_in_vain_is_enough() -> None:
    asked: list[tuple[str, ...]] = []

    def search(values: Any) -> list[str]:
        asked.append(tuple(values))
        return []

    searcher: Searcher[str, str] = Searcher(
        search=search,
        one=lambda value: [value],
        value_of=str,
        compared=str,
        sentinel="sentinel",
    )
    many = [f"{place:0300}" for place in range(12)]

    found = [one for some in searcher.find(many, ALONE) for one in some]

    assert found == many
    assert len(asked) == 1
    assert not searcher.groups


@pytest.mark.parametrize(
    "trouble",
    [
        errors.BadRequest(400, ["odd"]),
        errors.APIError(414, ["URI too long"]),
        errors.PagingError("a term was ignored"),
    ],
)
def test_a_search_that_is_refused_is_done_one_by_one(trouble: Exception) -> None:
    def search(values: Any) -> list[str]:
        raise trouble

    searcher: Searcher[str, str] = Searcher(
        search=search, one=lambda value: [value], value_of=str, compared=str, sentinel="z"
    )

    assert list(searcher.find(["a", "b"], ALONE)) == [["a"], ["b"]]


def test_other_trouble_of_a_search_is_raised() -> None:
    def search(values: Any) -> list[str]:
        raise errors.APIError(418, ["a teapot"])

    searcher: Searcher[str, str] = Searcher(
        search=search, one=lambda value: [value], value_of=str, compared=str, sentinel="z"
    )

    with pytest.raises(errors.APIError, match="teapot"):
        list(searcher.find(["a", "b"], ALONE))


def test_a_search_that_finds_strangers_was_not_understood() -> None:
    searcher: Searcher[str, str] = Searcher(
        search=lambda values: [*values, "stranger"],
        one=lambda value: [value],
        value_of=str,
        compared=str,
        sentinel="z",
    )

    assert list(searcher.find(["a", "b"], ALONE)) == [["a"], ["b"]]


def test_groups_fit_into_a_url() -> None:
    addresses = [Private(f"person+{place}@example.com") for place in range(300)]

    groups = list(groups_of(addresses))

    assert [one for group in groups for one in group] == addresses
    assert len(groups) < 8
    assert all(sum(len(one) + 8 for one in group) <= 1900 for group in groups)
    assert "example" not in repr(groups)


def test_an_address_with_a_star_is_no_sentinel(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.seed(contacts=[{"email": "a*z@example.com"}, {"email": "plain@example.com"}])
    sandbox.seed_contacts(200)
    rows = [{"email": f"contact{200 - place}@example.com"} for place in range(3)]
    sandbox.requests.clear()

    plan = make_push({"email": "email"}, page_size=2).plan(rows)

    assert plan.lookups[0].how == "searches"
    assert plan.counts["updated"] == 3


def test_without_a_sentinel_rows_are_looked_up_one_by_one(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.seed(contacts=[{"email": "a*z@example.com"}])
    sandbox.seed_contacts(200)

    plan = make_push({"email": "email"}, page_size=1).plan(
        [{"email": "contact199@example.com"}, {"email": "contact200@example.com"}]
    )

    assert plan.lookups[0].how == "single reads"
    assert plan.counts["updated"] == 2


def test_subscriptions_of_other_lists_do_not_count(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com"}, {"email": "person2@example.com"}])
    ids = [int(one["contactId"]) for one in sandbox.state.contacts()]
    # iContact does not always say that it ignored a term (API 2.6).
    page = {
        "subscriptions": [
            {"subscriptionId": f"99_{one}", "contactId": one, "listId": 99, "status": "normal"}
            for one in ids
        ],
        "total": 2,
    }
    sandbox.faults.next(status=200, body=json.dumps(page), path=r"/subscriptions$")

    plan = make_push({"email": "email"}).plan([person(1), person(2)])

    assert [row.subscribe for row in plan.rows] == [True, True]


def test_a_look_up_reads_like_a_sentence() -> None:
    pages = Lookup(what="contacts", how="pages", requests=1)
    searches = Lookup(what="contacts", how="searches", requests=1200, instead={"pages": 3000})

    assert str(pages) == "contacts by 1 page"
    assert str(searches) == "contacts by 1,200 searches instead of 3,000 pages"


def reading_after(push: ListPush, change: Callable[[Folder], object], path: str) -> list[Call]:
    """Let something happen once a page of a listing was read."""
    folder, calls = push.folder, list[Call]()

    class Changing:
        def send(self, call: Call, /) -> Answer:
            answer = folder.transport.send(call)
            calls.append(call)
            if call.path.endswith(path) and sum(one.path == call.path for one in calls) == 1:
                change(folder)
            return answer

    push.folder = Folder(Changing(), folder.account_id, folder.client_folder_id)
    return calls


@pytest.mark.parametrize("workers", [1, 3])
def test_after_a_shift_the_contacts_that_were_not_seen_are_searched_for(
    sandbox: Sandbox, make_push: MakePush, workers: int
) -> None:
    ids = sandbox.seed_contacts(200)
    push = make_push({"email": "email"}, page_size=70)
    reading_after(push, lambda folder: folder.contacts.delete(ids[0]), "/contacts")
    # The first of the second page moves to the first page, which has been read.
    rows = [{"email": f"contact{place}@example.com"} for place in range(10, 201)]

    plan = push.plan(rows, workers=workers)

    assert plan.lookups[0].how == "pages"
    assert plan.counts["updated"] == 191
    assert plan.counts["created"] == 0


def test_nothing_to_search_for_makes_no_search() -> None:
    assert list(groups_of([])) == []


def test_a_searcher_does_not_show_the_address_that_it_compares_with() -> None:
    searcher = Searcher[str, str](
        search=list, one=list, value_of=str, compared=str, sentinel="jo@example.com"
    )
    assert searcher.groups
    assert "jo@" not in repr(searcher)
