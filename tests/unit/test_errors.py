from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from icontact import errors
from icontact.errors import CallSummary, class_for_status

CALL = CallSummary("POST", "a/1/c/2/lists", ("status", "email"))

ONE_OF_EACH: list[errors.IContactError] = [
    errors.IContactError("anything"),
    errors.ConfigError("app_id is empty"),
    errors.MappingError("no address", field="email", row=3),
    errors.DoNotContact("must not be mailed", field="do_not_contact", row=3),
    errors.PagingError("the same page twice"),
    errors.ListingShifted("the total went from 5 to 4"),
    errors.ConsentError("a column is not read", columns=("Opt out",)),
    errors.NoConsent("blank", field="consent"),
    errors.CallError("odd", call=CALL, attempts=2, elapsed=1.5, maybe_applied=True),
    errors.TransportError("the connection broke", call=CALL, attempts=3, maybe_applied=True),
    errors.ConnectError("no connection", call=CALL),
    errors.RequestTimeout("no answer in time", call=CALL, elapsed=30.0),
    errors.RedirectRefused("302", call=CALL),
    errors.APIError(418, ["teapot"], warnings=["past due"], call=CALL, elapsed=2.0),
    errors.BadRequest(400, ["No Changes Made"], call=CALL),
    errors.AuthenticationError(401, ["Api username invalid"]),
    errors.PaymentRequired(402),
    errors.PermissionDenied(403, ["Forbidden"]),
    errors.NotFound(404, ["Not Found"], maybe_applied=True),
    errors.MethodNotAllowed(405),
    errors.StorageFull(507),
    errors.Throttled(503, ["slow down"], warnings=["w"], call=CALL, retry_after=7.5, attempts=5),
    errors.ServerError(500, ["No"], call=CALL, maybe_applied=True),
    errors.RejectedError(["You did not provide an email field"], call=CALL, attempts=2),
    errors.AlreadyScheduled(["already scheduled"], send_id=5, message_id=9, call=CALL),
    errors.DecodeError(["contact.contactId: missing", "b"], call=CALL, attempts=2, elapsed=1.0),
    errors.IncompleteListing("9 of 10 rows", announced=10, received=9),
    errors.RepeatedRows("none is new"),
    errors.UnknownContact("no contact of this folder has this address"),
    errors.UnknownCustomField(["color"], contact_id=7, call=CALL),
    errors.JournalError("another push is using it"),
    errors.LimitReached("no request for 3 h", seconds=10_800.0),
    errors.LimitUnavailable("the limit file x cannot be used: No such file"),
]


def test_there_is_one_of_each() -> None:
    public = {getattr(errors, name) for name in errors.__all__} - {CallSummary, class_for_status}
    assert {type(error) for error in ONE_OF_EACH} == public


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling(error: errors.IContactError, protocol: int) -> None:
    error.add_note("seen in the night run")
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert again.args == error.args
    assert str(again) == str(error)
    assert vars(copy.copy(error)) == vars(error)


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=lambda error: type(error).__name__)
def test_an_error_is_one_line(error: errors.IContactError) -> None:
    assert len(str(error).splitlines()) == 1
    assert str(error)


@pytest.mark.parametrize(
    "error",
    [
        errors.ConfigError("one\ntwo"),
        errors.RejectedError(["were ignored (unlisted).\nYou can do either", "b\r\nc\u2028d"]),
        errors.BadRequest(400, ["one\n\n  two"], call=CALL),
        errors.RequestTimeout("a\tb\x0cc"),
    ],
)
def test_what_the_server_says_in_several_lines_becomes_one(error: errors.IContactError) -> None:
    assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.AuthenticationError),
        (402, errors.PaymentRequired),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (405, errors.MethodNotAllowed),
        (406, errors.APIError),
        (415, errors.APIError),
        (429, errors.Throttled),
        (500, errors.ServerError),
        (501, errors.ServerError),
        (502, errors.ServerError),
        (503, errors.Throttled),
        (504, errors.ServerError),
        (507, errors.StorageFull),
    ],
)
def test_each_status_has_its_class(status: int, kind: type[errors.APIError]) -> None:
    assert class_for_status(status) is kind


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (errors.ConfigError, ValueError),
        (errors.MappingError, ValueError),
        (errors.DoNotContact, errors.MappingError),
        (errors.DecodeError, ValueError),
        (errors.NotFound, LookupError),
        (errors.RequestTimeout, TimeoutError),
        (errors.RequestTimeout, errors.TransportError),
        (errors.ConnectError, errors.TransportError),
        (errors.RedirectRefused, errors.TransportError),
        (errors.Throttled, errors.APIError),
    ],
)
def test_python_s_own_classes_catch_ours(
    kind: type[BaseException], base: type[BaseException]
) -> None:
    assert issubclass(kind, base)
    assert issubclass(kind, errors.IContactError)


def test_a_message_tells_what_was_asked_what_came_and_what_to_do() -> None:
    error = errors.AuthenticationError(401, ["Api username invalid"], call=CALL)
    assert str(error) == (
        "POST a/1/c/2/lists?status=…&email=…: 401: Api username invalid (check App ID, username "
        "and the application password, which is not the login password)"
    )


def test_an_error_without_a_text_says_so() -> None:
    assert str(errors.ServerError(500)) == "500: no text"
    assert str(errors.RejectedError()) == "nothing was stored: iContact gave no reason"


def test_several_attempts_are_told() -> None:
    error = errors.TransportError("the connection broke", call=CALL, attempts=3, elapsed=2.25)
    assert str(error).endswith("the connection broke (3 attempts in 2.2 s)")


def test_a_lost_write_names_the_listing_to_look_at() -> None:
    error = errors.RequestTimeout(
        "no answer in time", call=CallSummary("POST", "a/1/c/2/lists"), maybe_applied=True
    )
    assert str(error).endswith(
        "It may have been applied: look at GET a/1/c/2/lists before repeating."
    )


def test_a_lost_read_asks_nobody_to_look() -> None:
    error = errors.RequestTimeout(
        "no answer in time", call=CallSummary("GET", "a"), maybe_applied=True
    )
    assert "applied" not in str(error)


def test_a_lost_write_without_a_call_asks_nobody_to_look() -> None:
    assert str(errors.TransportError("gone", maybe_applied=True)) == "gone"


def test_a_mapping_error_is_placed_in_the_input() -> None:
    error = errors.MappingError("the e-mail is empty", field="email")
    assert (error.row, str(error)) == (None, "the e-mail is empty")
    placed = errors.MappingError("the e-mail is empty", field="email", row=12)
    assert (placed.row, placed.field, str(placed)) == (12, "email", "row 12: the e-mail is empty")


def test_a_call_is_shown_without_the_values_of_its_query() -> None:
    assert str(CallSummary("GET", "a/1")) == "GET a/1"
    assert str(CALL) == "POST a/1/c/2/lists?status=…&email=…"


def test_a_long_list_of_bad_fields_is_cut_in_the_text_and_whole_in_the_attribute() -> None:
    problems = [f"contacts[{i}].contactId: missing" for i in range(500)]
    error = errors.DecodeError(problems)
    assert error.problems == tuple(problems)
    assert "contacts[0]" in str(error)
    assert "and 490 more" in str(error)
    assert len(str(error)) < 1000


def test_attributes_have_their_defaults() -> None:
    error: Any = errors.APIError(400)
    assert (error.errors, error.warnings, error.call, error.attempts) == ((), (), None, 1)
    assert (error.elapsed, error.maybe_applied) == (0.0, False)
    assert errors.Throttled(503).retry_after is None


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (errors.APIError(400, ["odd"] * 500), "errors"),
        (errors.RejectedError(["odd"] * 500), "warnings"),
        (errors.DecodeError(["odd"] * 500), "problems"),
    ],
)
def test_an_error_with_many_sentences_shows_the_first_ones_and_keeps_all(
    error: errors.CallError, kept: str
) -> None:
    assert str(error).count("odd") == 10
    assert str(error).endswith("and 490 more")
    assert len(getattr(error, kept)) == 500
