from __future__ import annotations

from typing import Any

import pytest

from icontact.transport import Answer, Call, Event, Safety


@pytest.mark.parametrize("path", ["a/1/c/2", "/a/1/c/2", "a/1/c/2/", "/a/1/c/2/"])
def test_a_path_stands_below_the_base_url(path: str) -> None:
    assert Call("GET", path).path == "a/1/c/2"


def test_a_query_may_stand_in_the_path() -> None:
    call = Call("GET", "a/1?email=a%40b&x=", params=(("y", "2"),))
    assert call.path == "a/1"
    assert call.params == (("email", "a@b"), ("x", ""), ("y", "2"))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "a//c",
        "a/./c",
        "a/../c",
        "..",
        "a/%2e%2e/c",
        "a/%2E/c",
        "?email=x",
        "https://elsewhere.example/a",
        "https:a",
        "a/1#top",
        "a/1\n/c",
        "a b",
        "a/1?x=1#top",
        "//evil/x",
        "a/1//",
        "a/%2F..%2Fb",
        "a/..%5Cb",
        "a/1%2Factions",
        "a/..;/b",
        "a/.;x=1/b",
        "a/;/b",
        "a/\u2028b",
        "a/\u202eb",
        "a/\u00a0b",
        "a/\udcffb",
        "a/b?email=\udcff",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="a call's path"):
        Call("GET", path)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ([("email", "jo\udcff")], "parameter 'email'"),
        ([("city", "x"), ("na\udcffme", "x")], r"parameter 'na\\udcffme'"),
    ],
)
def test_a_parameter_that_cannot_be_sent_is_named(params: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        Call("GET", "a", params=params)
    assert "jo" not in str(caught.value)
    assert not isinstance(caught.value, UnicodeError)


@pytest.mark.parametrize(
    "params",
    [{"id": 7}, {"email": "jo@example.com"}, [("listId", None)], [("status", ["normal"])], "id"],
)
def test_parameters_that_would_be_sent_in_another_way_or_not_at_all_are_refused(
    params: Any,
) -> None:
    with pytest.raises(TypeError, match="a call's params") as caught:
        Call("GET", "a", params=params)
    assert "jo@" not in str(caught.value)


def test_a_number_may_be_a_parameter() -> None:
    odd: Any = 5
    assert dict(Call("GET", "a", params=[("limit", odd)]).params) == {"limit": odd}


def test_letters_of_every_alphabet_may_stand_in_a_path() -> None:
    assert Call("GET", "a/größe;v=1").path == "a/größe;v=1"


@pytest.mark.parametrize("method", ["get", "PATCH", "HEAD", ""])
def test_an_unknown_verb_is_refused(method: str) -> None:
    with pytest.raises(ValueError, match="method"):
        Call(method, "a")


@pytest.mark.parametrize(
    ("method", "safety"),
    [
        ("GET", Safety.READ),
        ("POST", Safety.ONCE),
        ("PUT", Safety.REPEATABLE),
        ("DELETE", Safety.REPEATABLE),
    ],
)
def test_a_call_is_as_safe_as_its_verb_unless_it_says_otherwise(
    method: str, safety: Safety
) -> None:
    assert Call(method, "a").safety is safety
    assert Call(method, "a", safety=Safety.READ).safety is Safety.READ


def test_values_are_hidden() -> None:
    call = Call("POST", "a?email=jo@example.com", params=[("city", "Rome")], body=["secret"])
    for text in (repr(call), str(call.summary())):
        assert "email" in text
        assert "jo@" not in text
        assert "Rome" not in text
        assert "secret" not in text
    assert call.summary().query_names == ("email", "city")
    answer = Answer(status=200, payload={"email": "jo@example.com"}, call=call.summary())
    assert "jo@" not in repr(answer)


@pytest.mark.parametrize("segment", ["jo%40example.com", "jo@example.com"])
def test_an_address_in_the_path_is_hidden_in_the_summary(segment: str) -> None:
    assert Call("GET", f"a/1/contacts/{segment}").summary().path == "a/1/contacts/<address>"
    assert "jo" not in repr(Call("GET", f"a/1/contacts/{segment}"))


def test_an_event_has_defaults() -> None:
    event: Any = Event(kind="request", call=Call("GET", "a").summary())
    assert (event.attempt, event.status, event.seconds, event.texts) == (1, None, 0.0, ())
