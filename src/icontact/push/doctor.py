"""Checks everything that a push needs, from the settings to a test push, and yields the steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import attrs

from icontact.auth import Credentials
from icontact.client import ENVIRONMENT, Client, Folder
from icontact.errors import AuthenticationError, ConfigError, IContactError
from icontact.mapping import ContactMapper
from icontact.models import CustomField
from icontact.push.diagnosis import FieldCheck, Step
from icontact.push.list_push import check_confirmation, find_list
from icontact.push.policy import PolicyOptions
from icontact.push.probing import probe
from icontact.push.settings import PushSettings, switched_off_in
from icontact.sources import BadRow, read_rows
from icontact.transport import DEFAULT_BASE_URL, RetryPolicy

#: The advice for a step, if its own message does not say what to do.
_ADVICE = {
    "settings": "Correct the settings file; the documentation lists its keys.",
    "credentials": "Set the variables ICONTACT_APP_ID, ICONTACT_USERNAME and ICONTACT_PASSWORD.",
    "server": "Check the network, the proxy, and ICONTACT_BASE_URL if it is set.",
    "account": "Choose with --account-id; `icontact folders` shows what there is.",
    "folder": "Choose with --client-folder-id; `icontact folders` shows what there is.",
    "list": "`icontact lists` shows what there is.",
    "confirmation": "Make a message of the type confirmation in iContact, and set its id.",
    "custom fields": "Try again; if that does not help, ask iContact's support.",
    "mapping": "`icontact fields` shows the custom fields there are.",
    "triggers": "Correct this [[triggers]] table; see `icontact lists` and `icontact fields`.",
    "sample file": "Give a file of contacts as `icontact push` takes it.",
    "test push": "Give a list and a mapping: with --settings, or with --list and --map.",
}
_WRONG_KEY = (
    "Compare the credentials with Settings and Billing > iContact Integrations > Custom API "
    "Integrations."
)


class _NotAskedError(Exception):
    """A step that was not asked for."""


@attrs.define(kw_only=True)
class Doctor:
    """Checks everything that a push needs; a failed check skips those that need it.

    The credentials come from the environment. Nothing is written, unless a test push is asked for.

    Attributes:
        settings_file: A TOML file to check, too.
        read_settings: How it is read.
        list: A list's name or id, in place of the settings'.
        choose_mapper: Returns the mapping to check; the settings' by default.
        check_triggers: Checks the triggers of the settings, with the folder and its custom fields.
        account_id: The account.
        client_folder_id: The client folder.
        test_push: An address to push one contact with; see :func:`icontact.push.probe`.
        sample_file: A file whose first row is pushed in place of an invented one.
        existing_ok: Whether the address may be in iContact; then nothing is written.
        fields: After a test push: what became of each row of the mapping.
    """

    settings_file: str | None = None
    read_settings: Callable[[str], PushSettings] = PushSettings.from_toml
    list: str | int | None = None
    choose_mapper: Callable[[PushSettings | None], ContactMapper | None] = attrs.field(
        default=lambda settings: settings and settings.mapper
    )
    check_triggers: Callable[[PushSettings, Folder, Sequence[CustomField]], str] | None = None
    account_id: int | None = None
    client_folder_id: int | None = None
    test_push: str | None = attrs.field(default=None, repr=False)
    sample_file: str | None = None
    existing_ok: bool = False
    fields: Sequence[FieldCheck] = attrs.field(default=(), init=False)
    _settings: PushSettings | None = attrs.field(default=None, init=False)
    _client: Client = attrs.field(init=False)
    _account: int = attrs.field(init=False)
    _folder: Folder = attrs.field(init=False)
    _list_id: int | None = attrs.field(default=None, init=False)
    _custom_fields: Sequence[CustomField] = attrs.field(default=(), init=False)
    _mapper: ContactMapper | None = attrs.field(default=None, init=False)
    _sample: Mapping[str, Any] | None = attrs.field(default=None, init=False, repr=False)
    _stack: ExitStack = attrs.field(factory=ExitStack, init=False, repr=False)

    def run(self) -> Iterator[Step]:
        """Check each step, and yield it as soon as it is done."""
        broken: list[str] = []
        with self._stack:
            for name, needs, check in self._checks():
                missing = next((one for one in needs if one in broken), None)
                try:
                    if missing is not None:
                        step = Step(name=name, status="skipped", detail=f"needs: {missing}")
                    else:
                        step = Step(name=name, status="ok", detail=check())
                except _NotAskedError as unasked:
                    step = Step(name=name, status="-", detail=str(unasked))
                except IContactError as error:
                    step = _failed(name, error)
                if step.status in ("failed", "skipped"):
                    broken.append(name)
                yield step
            if self.test_push and broken:
                yield Step(name="test push", status="skipped", detail=f"needs: {broken[0]}")
            elif self.test_push:
                yield from self._run_test_push(self.test_push)

    def _checks(self) -> Iterator[tuple[str, Sequence[str], Callable[[], str]]]:
        """Yield each step, the steps that it needs, and its check."""
        yield "settings", (), self._check_settings
        yield "credentials", (), self._check_credentials
        yield "server", (), self._check_server
        yield "account", ("credentials", "server"), self._check_account
        yield "folder", ("account",), self._check_folder
        yield "list", ("settings", "folder"), self._check_list
        settings = self._settings
        if settings is not None and settings.confirmation_message_id is not None:
            message = settings.confirmation_message_id
            yield (
                "confirmation",
                ("settings", "folder"),
                lambda: self._check_confirmation(message),
            )
        yield "custom fields", ("folder",), self._check_custom_fields
        if self.sample_file is not None:
            yield "sample file", (), self._check_sample
        yield "mapping", ("settings", "custom fields", "sample file"), self._check_mapping
        if settings is not None and settings.triggers and (check := self.check_triggers):
            needs = ("settings", "list", "custom fields")
            yield "triggers", needs, lambda: check(settings, self._folder, self._custom_fields)

    def _check_settings(self) -> str:
        stop = switched_off_in(os.environ)
        if self.settings_file is not None:
            self._settings = self.read_settings(self.settings_file)
            stop = " and ".join(self._settings.stopped_by)
        if stop:
            raise ConfigError(f"push_contacts = false stops every push ({stop}); set it to true")
        if self.settings_file is None:
            raise _NotAskedError("none given: --settings FILE")
        return f"{self.settings_file} can be used"

    def _check_credentials(self) -> str:
        Credentials.from_env()
        return "app id, username and password are set and well formed"

    def _check_server(self) -> str:
        url = os.environ.get(ENVIRONMENT["base_url"]) or DEFAULT_BASE_URL
        # The clock needs no valid credentials, so this step can pass when those are wrong.
        anyone = Credentials(app_id="-", username="-", password="-")  # noqa: S106 - not a password
        with Client(anyone, base_url=url, retry=RetryPolicy.never()) as client:
            return f"{url} answers; its clock says {client.time().time:%Y-%m-%d %H:%M:%S %z}"

    def _check_account(self) -> str:
        self._client = self._stack.enter_context(Client.from_env(retry=RetryPolicy.never()))
        accounts = (one for one in self._client.accounts.list() if one.enabled is not False)
        found = {one.account_id: one.company_name for one in accounts}
        self._account, detail = self._choose("account_id", found, "enabled account")
        return detail

    def _check_folder(self) -> str:
        folders = self._client.account(self._account).client_folders.list()
        found = {one.client_folder_id: one.name for one in folders}
        folder_id, detail = self._choose("client_folder_id", found, "client folder")
        self._folder = self._client.folder(account_id=self._account, client_folder_id=folder_id)
        return detail

    def _choose(self, name: str, found: Mapping[int, str | None], what: str) -> tuple[int, str]:
        """Return the id that is asked for, or the only one, with its name."""
        labels = {number: f"{number} ({label or 'no name'})" for number, label in found.items()}
        there = ", ".join(labels.values()) or "none"
        wanted = getattr(self, name) or getattr(self._settings, name, None)
        if wanted is None:
            wanted = int(os.environ.get(ENVIRONMENT[name]) or 0)
        if wanted and wanted not in labels:
            raise ConfigError(f"there is no {what} {wanted}; there are: {there}")
        if not wanted and len(labels) != 1:
            raise ConfigError(f"choose one {what}; there are: {there}")
        chosen = wanted or next(iter(labels))
        return chosen, labels[chosen]

    def _check_list(self) -> str:
        wanted = self.list
        if wanted is None and self._settings is not None:
            wanted = self._settings.list
        if wanted is None:
            raise _NotAskedError("none given: --list LIST")
        found = find_list(self._folder, wanted)
        self._list_id = found.list_id
        return f"{found.name!r} ({found.list_id})"

    def _check_confirmation(self, message_id: int) -> str:
        check_confirmation(self._folder, message_id)
        return f"message {message_id} can ask people to confirm"

    def _check_custom_fields(self) -> str:
        self._custom_fields = self._folder.custom_fields.list().all()
        fields = (f"{one.private_name} ({one.field_type})" for one in self._custom_fields)
        return ", ".join(fields) or "none"

    def _check_sample(self) -> str:
        with read_rows(str(self.sample_file)) as rows:
            first = next(rows, None)
        if first is None or isinstance(first, BadRow):
            raise ConfigError(f"{self.sample_file}: its first row cannot be read, or is missing")
        self._sample = first
        return f"the first row of {self.sample_file} can be read"

    def _check_mapping(self) -> str:
        mapper = self.choose_mapper(self._settings)
        if mapper is None:
            raise _NotAskedError("none given: `push` guesses it from the file's header")
        self._mapper = mapper.checked(self._custom_fields)
        return ", ".join(
            f"{one.target.removeprefix('custom_fields.')}={' or '.join(map(str, one.sources))}"
            for one in self._mapper.explain({}).fields
        )

    def _run_test_push(self, email: str) -> Iterator[Step]:
        """Push one contact, and yield the steps of that."""
        policy = PolicyOptions() if self._settings is None else self._settings.policy
        try:
            if self._list_id is None or self._mapper is None:
                missing = "list" if self._list_id is None else "mapping"
                raise ConfigError(f"a test push needs a {missing}, and none is given")
            found = probe(
                self._folder,
                self._list_id,
                mapper=self._mapper,
                email=email,
                sample=self._sample,
                existing_ok=self.existing_ok,
                **policy,
            )
        except IContactError as error:
            yield _failed("test push", error)
            return
        self.fields = found.fields
        yield from found.steps


def _failed(name: str, error: IContactError) -> Step:
    advice = _WRONG_KEY if isinstance(error, AuthenticationError) else _ADVICE[name]
    return Step(name=name, status="failed", detail=str(error), advice=advice, error=error)
