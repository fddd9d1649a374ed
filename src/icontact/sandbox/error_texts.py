"""The sentences of the server: recorded ones word for word, the others in their style (API 4)."""

from __future__ import annotations

from collections.abc import Iterable

UNKNOWN_USER = "Api username invalid"
WRONG_PASSWORD = "The password you provided was not recognized."  # noqa: S105  (a sentence)
UNKNOWN_APPLICATION = (
    "The application was not recognized.  Possible reasons are: the Api-AppId was entered"
    " incorrectly; the application is not registered for that user."
)
NOT_IMPLEMENTED = "Resource Or Version Not Implemented"
NOT_FOUND = "Not Found"
FORBIDDEN = "Forbidden"
METHOD_NOT_ALLOWED = "Method Not Allowed"
NOT_ACCEPTABLE = "Not Acceptable"
UNSUPPORTED_MEDIA_TYPE = "Unsupported Media Type"
BODY_TOO_LARGE = "Request Entity Too Large"
INTERNAL_ERROR = "Internal Server Error"
NO_CHANGES = "No Changes Made"
TOO_MANY_REQUESTS = "The request limit of your account was exceeded. Please try again later"
TOO_MANY_ITEMS = "You provided too many records. Please provide at most {most} records"
PAST_DUE = "Your account is past due. Please update your billing information"
UNREADABLE_BODY = "The data you provided could not be parsed. Please provide valid JSON"
NESTED_TOO_DEEPLY = "The data you provided was nested too deeply. Please provide valid JSON"
WRONG_SHAPE = "The data you provided was not valid. Please provide an object or an array of objects"

UPDATE_STATUS = (
    "The status value you provided was not valid. status can be either donotcontact or normal."
    " Please provide a valid status"
)
"""Recorded: what a write of any other status to an existing contact answers (API 4, 6.3)."""

SPAM = (
    "The message you provided has a spam score of {score}. Messages that score 5.0 or more can not"
    " be sent. Please change the message"
)
NO_RECIPIENTS = (
    "You did not provide an includeListIds or an includeSegmentIds field, but one is required."
    " Please provide an includeListIds or an includeSegmentIds field"
)
ALREADY_RELEASED = "The send you provided has been released or cancelled, and can not be cancelled"
UPLOAD_DONE = "The upload you provided has received its data, and can not be changed any more"

_UNRECOGNISED_TERMS = (
    "The data you received may not be what you expected. This happened because your request"
    " contained terms which could not be recognized and so were ignored ({names}).\n"
    "You can do either of the following: ignore this warning and continue, or make a new request"
    " using terms listed in the API documentation."
)


def ignored_terms(names: Iterable[str]) -> str:
    """Return the recorded warning about search terms that were ignored (API 2.6)."""
    return _UNRECOGNISED_TERMS.format(names=", ".join(names))


def required(field: str) -> str:
    """Return the recorded sentence for a field that is missing (API 4)."""
    named = _named(field)
    return f"You did not provide {named}, which is required. Please provide {named}"


def not_valid(field: str, because: str = "") -> str:
    """Return the sentence for a value that a field does not take (API 4)."""
    reason = f" {because}." if because else ""
    return f"The {field} value you provided was not valid.{reason} Please provide a valid {field}"


def not_recognised(field: str) -> str:
    """Return the sentence for an id that names nothing; "a accountId" is recorded (API 4)."""
    return f"You provided a {field} that we did not recognise. Please provide a valid {field}."


def not_allowed(field: str) -> str:
    """Return the sentence for a field that must not be given here."""
    removed = f"which is not allowed here. Please remove the {field} field"
    return f"You provided {_named(field)}, {removed}"


def unchanged(fields: Iterable[str]) -> str:
    """Return the warning about fields that a call cannot change (API 8.2, PUT)."""
    return f"The following fields can not be changed here and so were ignored ({', '.join(fields)})"


def _named(field: str) -> str:
    return f"{'an' if field[:1].lower() in 'aeiou' else 'a'} {field} field"
