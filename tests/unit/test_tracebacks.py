"""What an error tracker stores of our frames when a mistake is made: nothing that is private."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import icontact
from icontact import Credentials
from icontact.errors import ConfigError
from icontact.resources import Contacts
from icontact.transport import Call
from tests.unit.support import CREDENTIALS, FOLDER, Script, shown

PACKAGE = str(Path(icontact.__file__).parent)
ADDRESS = "canary.person@private.example"
PASSWORD = "canary-s3cret"
ENVIRONMENT = {
    "ICONTACT_APP_ID": "canary-app",
    "ICONTACT_USERNAME": "canary@owner.example",
    "ICONTACT_PASSWORD": PASSWORD,
}


def ours(error: BaseException) -> Iterator[tuple[str, dict[str, Any]]]:
    for frame, _ in traceback.walk_tb(error.__traceback__):
        made = frame.f_code.co_filename.startswith("<attrs") and "icontact" in str(
            frame.f_globals.get("__name__", frame.f_code.co_filename)
        )
        if made or frame.f_code.co_filename.startswith(PACKAGE):
            yield frame.f_code.co_name, dict(frame.f_locals)


def leaks(error: BaseException) -> list[str]:
    """Name the locals of our frames that show what is planted."""
    found = [f"{kind}" for kind in (str(error), repr(error)) if "canary" in kind.lower()]
    seen = 0
    for function, variables in ours(error):
        seen += 1
        shown = {name: repr(value) for name, value in variables.items()}
        found += [f"{function}.{name}" for name, text in shown.items() if "canary" in text.lower()]
    assert seen > 0, "no frame of ours was looked at"
    return found


# Credentials


def from_the_environment(change: dict[str, str], how: Callable[..., Any]) -> BaseException:
    with pytest.raises(ConfigError) as caught:
        how({**ENVIRONMENT, **change})
    return caught.value


@pytest.mark.parametrize(
    ("how", "change"),
    [
        (icontact.Client.from_env, {"ICONTACT_ACCOUNT_ID": "oops"}),
        (icontact.Client.from_env, {"ICONTACT_BASE_URL": "https://canary:canary@x.example"}),
        (icontact.Client.from_env, {"ICONTACT_PASSWORD": f"{PASSWORD}\n"}),
        (icontact.Client.from_env, {"ICONTACT_APP_ID": ""}),
        (Credentials.from_env, {"ICONTACT_PASSWORD": f"{PASSWORD}\n"}),
        (Credentials.from_env, {"ICONTACT_USERNAME": ""}),
    ],
)
def test_a_mistake_in_the_environment_shows_no_credential(
    how: Callable[..., Any], change: dict[str, str]
) -> None:
    assert leaks(from_the_environment(change, how)) == []


def test_a_mistake_in_the_environment_of_the_process_shows_no_credential(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**ENVIRONMENT, "ICONTACT_ACCOUNT_ID": "oops"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match="ICONTACT_ACCOUNT_ID") as caught:
        icontact.Client.from_env()
    assert leaks(caught.value) == []


@pytest.mark.parametrize("password", [f"{PASSWORD}\n", PASSWORD.encode(), [PASSWORD]])
def test_credentials_that_cannot_be_used_are_not_shown(password: Any) -> None:
    with pytest.raises(ConfigError, match="password") as caught:
        Credentials(app_id="canary-app", username="canary@owner.example", password=password)
    assert leaks(caught.value) == []


def test_a_report_with_locals_survives_what_failed_in_the_making() -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        icontact.Client(CREDENTIALS, base_url="http://x/")
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "must be" in "".join(report.format())


# Texts


@pytest.mark.parametrize("value", [object(), float("nan"), {("a", "b"): 1}])
def test_a_body_that_is_not_json_is_not_quoted(value: Any) -> None:
    client = icontact.Client(CREDENTIALS)
    call = Call("POST", "a/1/c/2/contacts", body=[{"email": ADDRESS, "x": value}])
    with pytest.raises((TypeError, ValueError), match="body") as caught:
        client.send(call)
    assert ADDRESS not in shown(caught.value)


@pytest.mark.parametrize(
    "path", [f"a/1/contacts/{ADDRESS} x", f"a//{ADDRESS}", f"https://{ADDRESS}"]
)
def test_a_path_that_is_refused_is_not_quoted(path: str) -> None:
    with pytest.raises(ValueError, match="path") as caught:
        Call("POST", path, params=[("email", ADDRESS)], body=[{"email": ADDRESS}])
    assert ADDRESS not in shown(caught.value)


MISTAKES: dict[str, Callable[[Contacts], Any]] = {
    "create, field": lambda contacts: contacts.create(email=ADDRESS, frist_name="canary"),  # type: ignore[call-arg]  # the mistake
    "create, value": lambda contacts: contacts.create(email=ADDRESS, city={"canary": 1}),  # type: ignore[arg-type]  # the mistake
    "update, id": lambda contacts: contacts.update(ADDRESS),  # type: ignore[arg-type]  # the mistake
    "rows, value": lambda contacts: contacts.create_many([{"email": ADDRESS, "city": object()}]),  # type: ignore[typeddict-item]  # the mistake
    "rows, text": lambda contacts: contacts.create_many([ADDRESS]),  # type: ignore[list-item]  # the mistake
    "list, comma": lambda contacts: contacts.list(email=f"{ADDRESS},x"),
    "list, letters": lambda contacts: contacts.list(email=f"{ADDRESS}\udcff"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_message_about_a_mistake_in_a_call_quotes_no_address(mistake: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        MISTAKES[mistake](Contacts(Script(), FOLDER))
    assert ADDRESS not in f"{caught.value}{caught.value!r}"
