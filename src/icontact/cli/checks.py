"""The links of the chain from the credentials to the mapping, each with its check."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, cast

import attrs

from icontact.auth import Credentials, Private
from icontact.cli.choose_mapping import choose, pairs_of, stated
from icontact.cli.connection import list_named, settings_from
from icontact.cli.exit_codes import NO_ANSWER, SOME_FAILED, describe_error, exit_code_for
from icontact.client import ENVIRONMENT, Client
from icontact.errors import AuthenticationError, ConfigError, IContactError, MappingError
from icontact.integrations.configured import rules_of
from icontact.mapping import ContactMapper
from icontact.models import CustomField
from icontact.push import FieldCheck, Probe, ProbeStep, PushSettings, find_list, probe
from icontact.push.destination import check_confirmation
from icontact.push.settings import PolicyOptions, switched_off_in
from icontact.sources import BadRow, read_rows
from icontact.transport import DEFAULT_BASE_URL, RetryPolicy

__all__ = ["FAILED", "NOT_ASKED", "OK", "SKIPPED", "Check", "Doctor"]

OK = "ok"
FAILED = "failed"
SKIPPED = "skipped"
NOT_ASKED = "-"

_WHERE = "Settings and Billing > iContact Integrations > Custom API Integrations"

#: Link -> what to do if it is at fault and its own message does not say it.
_ADVICE = {
    "settings": "Mend the settings file; the documentation lists its keys.",
    "credentials": "Set the variables ICONTACT_APP_ID, ICONTACT_USERNAME and ICONTACT_PASSWORD.",
    "server": "Look at the network, the proxy, and ICONTACT_BASE_URL if it is set.",
    "account": "Choose with --account-id; `icontact folders` shows what there is.",
    "folder": "Choose with --client-folder-id; `icontact folders` shows what there is.",
    "list": "`icontact lists` shows what there is.",
    "confirmation": "Make a message of the type confirmation in iContact, and set its id.",
    "custom fields": "Try again; if it stays, ask iContact's support.",
    "mapping": "`icontact fields` shows the custom fields there are.",
    "triggers": "Mend this [[triggers]] table; `icontact lists` and `icontact fields` show names.",
    "sample file": "Give a file of contacts as `icontact push` takes it.",
    "test push": "Give a list and a mapping: with --settings, or with --list and --map.",
}


@attrs.frozen(kw_only=True)
class Check:
    """What became of one link.

    Attributes:
        link: Its name.
        status: ``ok``, ``failed``, ``skipped`` since another one failed, or ``-`` if nobody asked.
        detail: What was found, or what is wrong.
        advice: The way to mend it.
        code: The exit code that it means.
    """

    link: str
    status: str
    detail: str = ""
    advice: str = ""
    code: int = 0


class NotAskedError(Exception):
    """A link that nobody asked about."""


class Doctor:
    """Looks at one link after the other, and leaves out what cannot hold any more.

    Args:
        settings_file: A TOML file to check too.
        list: A list's name or id.
        pairs: The mapping as ``field=column`` pairs.
        preset: A mapping's name.
        account_id: The account.
        client_folder_id: The client folder.
        test_push: An address to push one contact with; see :func:`icontact.push.probe`.
        sample: A file whose first row is pushed in place of an invented one.
        existing_ok: Whether the address may be in iContact; then nothing is written.

    Attributes:
        fields: What became of each row of the mapping in a test push.
    """

    def __init__(
        self,
        *,
        settings_file: str | None = None,
        list: str | None = None,
        pairs: Sequence[str] = (),
        preset: str | None = None,
        account_id: int | None = None,
        client_folder_id: int | None = None,
        test_push: str | None = None,
        sample: str | None = None,
        existing_ok: bool = False,
    ) -> None:
        self.fields: Sequence[FieldCheck] = ()
        self._address, self._existing_ok = Private(test_push or ""), existing_ok
        self._sample_file = sample
        self._sample: Mapping[str, Any] | None = None
        self._found_list: int | None = None
        self._mapper: ContactMapper | None = None
        self._settings_file, self._list = settings_file, list
        self._pairs, self._preset = pairs, preset
        self._wanted = {"account_id": account_id, "client_folder_id": client_folder_id}
        self._settings: PushSettings | None = None
        self._fields: Sequence[CustomField] = ()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def checks(self) -> Sequence[Check]:
        """Check every link."""
        done: dict[str, Check] = {}
        for link, needs, check in self._links():
            broken = [name for name in needs if done[name].status in (FAILED, SKIPPED)]
            done[link] = _skipped(link, broken[0]) if broken else _checked(link, check)
        if self._address:
            done |= self._probed(done)
        return tuple(done.values())

    def _links(self) -> Iterator[tuple[str, Sequence[str], Callable[[], str]]]:
        yield from (
            ("settings", (), self._check_settings),
            ("credentials", (), self._check_credentials),
            ("server", (), self._check_server),
            ("account", ("credentials", "server"), self._check_account),
            ("folder", ("account",), self._check_folder),
            ("list", ("settings", "folder"), self._check_list),
        )
        if self._settings is not None and self._settings.confirmation_message_id is not None:
            yield "confirmation", ("settings", "folder"), self._check_confirmation
        yield "custom fields", ("folder",), self._check_custom_fields
        if self._sample_file is not None:
            yield "sample file", (), self._check_sample
            yield "mapping", ("settings", "custom fields", "sample file"), self._check_mapping
        else:
            yield "mapping", ("settings", "custom fields"), self._check_mapping
        if self._settings is not None and self._settings.triggers:
            yield "triggers", ("settings", "list", "custom fields"), self._check_triggers

    def _check_settings(self) -> str:
        stop = switched_off_in(os.environ)
        if self._settings_file is not None:
            self._settings = settings_from(self._settings_file)
            stop = " and ".join(self._settings.stopped_by)
        if stop:
            raise ConfigError(f"push_contacts = false stops every push ({stop}); set it to true")
        if self._settings_file is None:
            raise NotAskedError("none given: --settings FILE")
        return f"{self._settings_file} can be used"

    def _check_credentials(self) -> str:
        Credentials.from_env()
        return "app id, username and password are set and well formed"

    def _check_server(self) -> str:
        url = os.environ.get(ENVIRONMENT["base_url"]) or DEFAULT_BASE_URL
        # The clock is read without credentials, so that this link can hold when those do not.
        nobody = Credentials(app_id="-", username="-", password="-")  # noqa: S106 - nobody's password
        with Client(nobody, base_url=url, retry=RetryPolicy.never()) as client:
            return f"{url} answers; its clock says {client.time().time:%Y-%m-%d %H:%M:%S %z}"

    def _check_account(self) -> str:
        client = self._client = self._stack.enter_context(
            Client.from_env(retry=RetryPolicy.never())
        )
        found = {
            one.account_id: f"{one.account_id} ({one.company_name or 'no name'})"
            for one in client.accounts.list()
            if one.enabled is not False
        }
        self._account_id = self._choice("account_id", found, "enabled account")
        return found[self._account_id]

    def _check_folder(self) -> str:
        folders = self._client.account(self._account_id).client_folders.list()
        found = {
            one.client_folder_id: f"{one.client_folder_id} ({one.name or 'no name'})"
            for one in folders
        }
        folder_id = self._choice("client_folder_id", found, "client folder")
        self._folder = self._client.folder(account_id=self._account_id, client_folder_id=folder_id)
        return found[folder_id]

    def _choice(self, name: str, found: dict[int, str], what: str) -> int:
        there = ", ".join(found.values()) or "none"
        wanted = self._wanted[name] or (self._settings and getattr(self._settings, name))
        if wanted is None:
            wanted = int(os.environ.get(ENVIRONMENT[name]) or 0)
        if wanted and wanted not in found:
            raise ConfigError(f"there is no {what} {wanted}; there are: {there}")
        if not wanted and len(found) != 1:
            raise ConfigError(f"no {what} is named, and there are: {there}")
        return wanted or next(iter(found))

    def _check_list(self) -> str:
        wanted = list_named(self._list, self._settings)
        if wanted is None:
            raise NotAskedError("none given: --list LIST")
        found = find_list(self._folder, wanted)
        self._found_list = found.list_id
        return f"{found.name!r} ({found.list_id})"

    def _check_confirmation(self) -> str:
        message_id = cast("int", cast("PushSettings", self._settings).confirmation_message_id)
        check_confirmation(self._folder, message_id)
        return f"message {message_id} can ask people to confirm"

    def _check_custom_fields(self) -> str:
        self._fields = self._folder.custom_fields.list().all()
        return ", ".join(f"{one.private_name} ({one.field_type})" for one in self._fields) or "none"

    def _check_sample(self) -> str:
        with read_rows(str(self._sample_file)) as rows:
            first = next(rows, None)
        self._sample = None if isinstance(first, BadRow) else first
        del first  # error trackers print the locals of every frame on the way
        if self._sample is None:
            raise ConfigError(f"{self._sample_file}: its first row cannot be read, or is missing")
        return f"the first row of {self._sample_file} can be read"

    def _check_mapping(self) -> str:
        if self._sample_file is not None:
            with read_rows(self._sample_file) as rows:
                mapper: ContactMapper | None = choose(
                    rows, self._settings, self._preset, self._pairs
                ).mapper
        else:
            mapper = stated(self._settings, self._preset, self._pairs)
        if mapper is None:
            raise NotAskedError("none given: `push` guesses it from the file's header")
        self._mapper = mapper.checked(self._fields)
        return ", ".join(pairs_of(self._mapper))

    def _check_triggers(self) -> str:
        """See that triggers can be rules, with the lists and mappings that they have."""
        settings = cast("PushSettings", self._settings)
        rules = rules_of(settings)
        for number, rule in enumerate(rules, start=1):
            try:
                if rule.list is not None:
                    find_list(self._folder, rule.list)
                if rule.mapper is not None:
                    rule.mapper.checked(self._fields)
            except (ConfigError, MappingError) as error:
                raise ConfigError(f"trigger {number} ({rule.label}): {error}") from None
        return ", ".join(rule.label for rule in rules)

    def _probed(self, done: Mapping[str, Check]) -> Mapping[str, Check]:
        """Push one contact, and say what came of it, a check for each step."""
        broken = [one.link for one in done.values() if one.status in (FAILED, SKIPPED)]
        if broken:
            return {"test push": _skipped("test push", broken[0])}
        found: list[Probe] = []

        def push() -> None:
            found.append(self._probe())

        check = _checked("test push", push)
        if not found:
            return {"test push": check}
        self.fields = found[0].fields
        return {step.name: _step(step) for step in found[0].steps}

    def _probe(self) -> Probe:
        if self._found_list is None or self._mapper is None:
            missing = "list" if self._found_list is None else "mapping"
            raise ConfigError(f"a test push needs a {missing}, and none is given")
        policy = PolicyOptions() if self._settings is None else self._settings.policy
        return probe(
            self._folder,
            self._found_list,
            mapper=self._mapper,
            email=self._address,
            sample=self._sample,
            existing_ok=self._existing_ok,
            **policy,
        )


def _checked(link: str, check: Callable[[], Any]) -> Check:
    try:
        return Check(link=link, status=OK, detail=check())
    except NotAskedError as unasked:
        return Check(link=link, status=NOT_ASKED, detail=str(unasked))
    except IContactError as error:
        wrong_key = isinstance(error, AuthenticationError)
        return Check(
            link=link,
            status=FAILED,
            detail=describe_error(error),
            advice=f"Compare the credentials with {_WHERE}." if wrong_key else _ADVICE[link],
            code=NO_ANSWER if exit_code_for(error) == NO_ANSWER else SOME_FAILED,
        )


def _step(step: ProbeStep) -> Check:
    status = {"ok": OK, "failed": FAILED}.get(step.status, SKIPPED)
    silent = step.error is not None and exit_code_for(step.error) == NO_ANSWER
    code = 0 if status != FAILED else NO_ANSWER if silent else SOME_FAILED
    return Check(link=step.name, status=status, detail=step.detail, advice=step.advice, code=code)


def _skipped(link: str, broken: str) -> Check:
    return Check(link=link, status=SKIPPED, detail=f"needs: {broken}")
