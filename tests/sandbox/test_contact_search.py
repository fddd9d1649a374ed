"""Which contacts a GET shows, in which order and shape (API 2.6, 6.2, 6.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.wire import IGNORED, Clock, Wire

LISTING_KEYS = (
    "email firstName lastName prefix suffix fax phone street street2 city state postalCode"
    " createDate status bounceCount contactId"
).split()
PEOPLE: list[dict[str, Any]] = [
    {"email": "ann@example.com", "firstName": "Ann", "lastName": "Smith", "city": "Durham"},
    {"email": "bob@example.com", "firstName": "Bob", "lastName": "Stone", "city": "Cary"},
    {"email": "cy@example.org", "firstName": "Cy", "lastName": "smith", "status": "bounced"},
]


@pytest.fixture
def people(wire: Wire, clock: Clock) -> Wire:
    for person in PEOPLE:
        wire.contact(**person)
        clock.tick(3600)
    return wire


def names(wire: Wire, query: str) -> str:
    """Return who was found, as in "ann bob"."""
    return " ".join(email.partition("@")[0] for email in wire.emails(query))


def test_a_search_answers_as_recorded(wire: Wire) -> None:
    wire.contact("user@example.com", business="1")
    answer = wire.get("/contacts?email=user@example.com")
    assert list(answer) == ["contacts", "limit", "offset", "total"]
    assert (answer["limit"], answer["offset"], answer["total"]) == (20, 0, 1)
    (row,) = answer["contacts"]
    assert list(row) == LISTING_KEYS
    assert row == {
        **dict.fromkeys(LISTING_KEYS),
        "email": "user@example.com",
        "createDate": "2012-06-09 15:46:52",
        "status": "normal",
        "contactId": "66674163",
    }


def test_unknown_terms_are_ignored_with_the_recorded_warning(people: Wire) -> None:
    answer = people.get("/contacts?unlisted=true")
    assert list(answer) == ["contacts", "limit", "offset", "total", "warnings"]
    assert answer["warnings"] == [IGNORED.format("unlisted")]
    assert answer["total"] == 3


@pytest.mark.parametrize(
    "query",
    ["listID=1", "phone=1", "citySearchType=like", "SearchType=eq", "fooSearchType=gt"],
)
def test_names_are_case_sensitive_and_only_documented_ones_known(people: Wire, query: str) -> None:
    answer = people.get(f"/contacts?{query}")
    assert answer["warnings"] == [IGNORED.format(query.partition("=")[0])]
    assert answer["total"] == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ann bob cy"),
        ("email=ann@example.com", "ann"),
        ("email=ANN@EXAMPLE.COM", "ann"),
        ("email=ann@example.com,cy@example.org", "ann cy"),
        ("email=*@example.org", "cy"),
        ("email=*EXAMPLE.com", "ann bob"),
        ("email=b**b*", "bob"),
        ("email=*[a]*", ""),
        ("email=?nn@example.com*", ""),
        ("email=" + "x" * 1001 + "*", ""),
        ("email=", ""),
        ("email=,", ""),
        ("email=,bob@example.com", "bob"),
        ("listId=", ""),
        ("lastName=smith", "ann cy"),
        ("lastName=S*,Unknown&city=Durham", "ann"),
        ("city=Durham&city=Cary", "bob"),
        ("firstNameSearchType=gt&firstName=ann", "bob cy"),
        ("firstNameSearchType=gte&firstName=bob", "bob cy"),
        ("firstNameSearchType=lt&firstName=bob", "ann"),
        ("firstNameSearchType=lte&firstName=bob", "ann bob"),
        ("firstNameSearchType=bet&firstName=Ann,Bob", "ann bob"),
        ("firstNameSearchType=bet&firstName=Ann", ""),
        ("firstNameSearchType=bet&firstName=Ann,", ""),
        ("firstNameSearchType=gt&firstName=", ""),
        ("firstNameSearchType=eq&firstName=Bob", "bob"),
        ("contactId=66674163", "ann"),
        ("contactId=66674163,66674165", "ann cy"),
        ("contactIdSearchType=gt&contactId=66674163", "bob cy"),
        ("contactId=6667416*", "ann bob cy"),
        ("contactId=x", ""),
        ("contactId=99999999999999999999", ""),
        ("status=bounced", "cy"),
        ("status=normal,bounced", "ann bob cy"),
        ("status=nonsense", ""),
        ("status=deleted", ""),
        ("createDate=2012-06-09T15:46:52", "ann"),
        ("createDate=2012-06-09T15:46:52-04:00", "ann"),
        ("createDate=2012-06-09T19:46:52Z", "ann"),
        ("createDate=2012-06-09 *", "ann bob cy"),
        ("createDate=2012-06-09", ""),
        ("createDateSearchType=gte&createDate=2012-06-09", "ann bob cy"),
        ("createDateSearchType=gt&createDate=2012-06-09T15:46:52", "bob cy"),
        ("createDateSearchType=lt&createDate=2012-06-09", ""),
        ("createDateSearchType=bet&createDate=2012-06-09T16:00:00,2012-06-09T17:00:00", "bob"),
        ("createDateSearchType=gt&createDate=yesterday", ""),
        ("createDateSearchType=gt&createDate=2012-13-45", ""),
        ("createDateSearchType=gt&createDate=0001-01-01T00:00:00%2B05:00", ""),
    ],
)
def test_filters(people: Wire, query: str, found: str) -> None:
    answer = people.get(f"/contacts?{query}")
    assert [row["email"].partition("@")[0] for row in answer["contacts"]] == found.split()
    assert answer["total"] == len(found.split())
    assert "warnings" not in answer


def test_ignored_terms_can_go_without_a_warning(quirky: Callable[..., Wire]) -> None:
    wire = quirky(ignored_terms="silent")
    wire.contact("jo@example.com")
    found = wire.get("/contacts?unlisted=true&orderby=nothing")
    assert found["total"] == 1
    assert "warnings" not in found


def test_rows_can_change_places_between_pages(quirky: Callable[..., Wire]) -> None:
    wire = quirky(unordered_pages=True)
    for name in "abcd":
        wire.contact(f"{name}@example.com")
    assert names(wire, "limit=2") == "a b"
    assert names(wire, "limit=2&offset=2") == "b a"
    assert names(wire, "limit=2&offset=2&orderby=email") == "c d"


def test_a_documented_term_can_be_ignored_too(quirky: Callable[..., Wire]) -> None:
    wire = quirky(unsearchable={"email"})
    wire.contact("jo@example.com")
    found = wire.get("/contacts?email=al@example.com&status=normal")
    assert found["total"] == 1
    assert found["warnings"] == [IGNORED.format("email")]
    assert wire.get("/contacts?status=bounced")["total"] == 0


def test_a_comma_list_may_be_of_any_length(people: Wire) -> None:
    ids = ",".join(str(number) for number in range(40_000))
    assert names(people, f"contactId={ids},66674163") == "ann"


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("firstName", "ann bob cy"),
        ("firstName:asc", "ann bob cy"),
        ("firstName:desc", "cy bob ann"),
        ("lastName,firstName:desc", "cy ann bob"),
        ("createDate:desc", "cy bob ann"),
        ("business,contactId:desc", "cy bob ann"),
        (",".join(["firstName:desc"] * 3000), "cy bob ann"),
    ],
)
def test_orderby(people: Wire, order: str, found: str) -> None:
    assert names(people, f"orderby={order}") == found


@pytest.mark.parametrize("order", ["nonsense", "listId", "custom"])
def test_what_cannot_be_sorted_by_is_ignored_with_a_warning(people: Wire, order: str) -> None:
    answer = people.get(f"/contacts?orderby={order}:desc")
    assert answer["warnings"] == [IGNORED.format(order)]


@pytest.mark.parametrize(
    ("query", "limit", "offset", "found"),
    [
        ("limit=2", 2, 0, "ann bob"),
        ("limit=2&offset=2", 2, 2, "cy"),
        ("offset=1", 20, 1, "bob cy"),
        ("offset=9", 20, 9, ""),
        ("limit=0", 0, 0, ""),
        ("limit=x&offset=y", 20, 0, "ann bob cy"),
        ("limit=-1&offset=-1", 20, 0, "ann bob cy"),
        ("limit=99999999999999999999", 20, 0, "ann bob cy"),
    ],
)
def test_limit_and_offset(people: Wire, query: str, limit: int, offset: int, found: str) -> None:
    answer = people.get(f"/contacts?{query}")
    assert (answer["limit"], answer["offset"], answer["total"]) == (limit, offset, 3)
    assert names(people, query) == found


def test_the_default_page_is_twenty(wire: Wire) -> None:
    wire.sandbox.seed_contacts(25)
    answer = wire.get("/contacts")
    assert (len(answer["contacts"]), answer["total"]) == (20, 25)


def test_a_page_can_be_limited(quirky: Callable[..., Wire]) -> None:
    wire = quirky(max_limit=10)
    wire.sandbox.seed_contacts(12)
    answer = wire.get("/contacts?limit=500")
    assert (len(answer["contacts"]), answer["limit"]) == (10, 10)


def listed(wire: Wire) -> None:
    """Put ann on a list, and let bob leave it."""
    ids = wire.sandbox.seed(
        contacts=[{"email": f"{name}@example.com"} for name in ("ann", "bob", "cy")]
    ).contact_ids
    wire.sandbox.seed(
        subscriptions=[
            {"contactId": ids[0]},
            {"email": "bob@example.com", "status": "unsubscribed"},
        ]
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ann bob cy"),
        ("status=total", "ann bob cy"),
        ("status=unlisted", "bob cy"),
        ("status=normal", "ann bob cy"),
        ("listId=205303", "ann"),
        ("listId=205303,1", "ann"),
        ("listId=1", ""),
        ("listIdSearchType=gt&listId=1", "ann"),
    ],
)
def test_by_default_all_contacts_show_as_observed(wire: Wire, query: str, found: str) -> None:
    listed(wire)
    assert names(wire, query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ann"),
        ("status=total", "ann bob cy"),
        ("status=unlisted", "bob cy"),
        ("status=normal", "ann"),
        ("email=bob@example.com", ""),
    ],
)
def test_only_those_on_a_list_can_show_as_documented(
    quirky: Callable[..., Wire], query: str, found: str
) -> None:
    wire = quirky(default_population="listed")
    listed(wire)
    assert names(wire, query) == found


def test_deleted_contacts_never_show(people: Wire) -> None:
    people.delete("/contacts/66674163")
    for query in ("", "status=total", "status=unlisted", "contactId=66674163", "status=deleted"):
        assert "ann" not in names(people, query)


def test_case_can_be_made_to_matter(quirky: Callable[..., Wire]) -> None:
    wire = quirky(case_sensitive_search=True)
    wire.contact("Ann@example.com", firstName="Ann")
    assert names(wire, "firstName=ann") == names(wire, "firstName=a*") == ""
    assert names(wire, "firstName=Ann") == names(wire, "firstName=A*") == "Ann"


def test_commas_can_be_made_part_of_a_text(quirky: Callable[..., Wire], wire: Wire) -> None:
    ids_only = quirky(comma_lists="ids")
    for each in (wire, ids_only):
        each.contact("ann@example.com", city="Durham, NC")
        each.contact("bob@example.com", city="Durham")
    query = "city=" + quote("Durham, NC")
    assert names(wire, query) == "bob"
    assert names(ids_only, query) == "ann"
    assert names(ids_only, "contactId=66674163,7&status=normal,bounced") == "ann"


def test_listings_can_show_business_and_hide_custom_fields(quirky: Callable[..., Wire]) -> None:
    wire = quirky(business_in_listings=True, custom_fields_in_listings=False)
    wire.sandbox.seed(custom_fields=[{"privateName": "color"}])
    wire.contact(business="1", color="red")
    (row,) = wire.get("/contacts")["contacts"]
    assert list(row) == [*LISTING_KEYS, "business"]


def test_custom_fields_show_with_null_for_blank(wire: Wire) -> None:
    wire.sandbox.seed(custom_fields=[{"privateName": "color"}, {"privateName": "size"}])
    wire.contact(color="red")
    (row,) = wire.get("/contacts")["contacts"]
    assert list(row) == [*LISTING_KEYS, "color", "size"]
    assert (row["color"], row["size"]) == ("red", None)


def test_custom_fields_are_searched_only_on_request(
    wire: Wire, quirky: Callable[..., Wire]
) -> None:
    for each, warned in ((wire, True), (quirky(search_custom_fields=True), False)):
        each.sandbox.seed(custom_fields=[{"privateName": "fav.{color}"}])
        each.contact("ann@example.com", **{"fav.{color}": "red"})
        each.contact("bob@example.com", **{"fav.{color}": "blue"})
        answer = each.get("/contacts?" + quote("fav.{color}") + "=Red")
        assert ("warnings" in answer) is warned
        assert answer["total"] == (2 if warned else 1)


def test_an_empty_listing_can_be_null(wire: Wire, quirky: Callable[..., Wire]) -> None:
    assert wire.get("/contacts")["contacts"] == []
    assert quirky(null_for_empty=True).get("/contacts")["contacts"] is None
