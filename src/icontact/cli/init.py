"""``icontact init``: asks what a push has to know, and writes a file with the answers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import click

from icontact.auth import ENVIRONMENT, Credentials, pick
from icontact.cli.choose_mapping import pairs_of
from icontact.cli.connection import connect
from icontact.cli.exit_codes import CommandError
from icontact.cli.init_mapping import mapping_of, source_of
from icontact.cli.options import (
    client_options,
    existing_option,
    file_option,
    list_option,
    map_option,
    preset_option,
)
from icontact.cli.output import clean, echo, print_json, print_table, work_done
from icontact.cli.prompts import Prompter
from icontact.cli.report_file import refuse_unwritable
from icontact.cli.settings_file import Answers, text_of, write
from icontact.client import Client, Folder
from icontact.mapping.contact_fields import closest, shown
from icontact.models import ContactList
from icontact.push import PushPolicy
from icontact.push.list_push import check_confirmation
from icontact.push.policy import Existing


@click.command(short_help="Ask questions, and write icontact.toml.")
@file_option(
    "--output",
    default="icontact.toml",
    show_default=True,
    help="The file to write.",
)
@list_option()
@file_option("--columns", help="Guess the mapping from this file's header.")
@preset_option()
@file_option("--from-mautic", help="Take Mautic's field mapping over (JSON).")
@map_option("Fill a field from a column or key; changes single fields of the above.")
@existing_option
@click.option(
    "--subscription-status",
    type=click.Choice(["normal", "pending"]),
    help="normal, or pending for confirmed opt-in.",
)
@click.option(
    "--confirmation-message-id",
    type=click.IntRange(1),
    metavar="ID",
    help="With pending: the message that asks people to confirm.",
)
@click.option(
    "--push-contacts/--no-push-contacts",
    default=None,
    help="Whether anything is pushed at all.",
)
@click.option("--yes", "-y", is_flag=True, help="Ask nothing; take defaults.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@client_options
def init(as_json: bool, **options: Any) -> None:
    r"""Ask what a push has to know, and write it to a commented icontact.toml.

    It offers the lists and custom fields that exist. Every question has an option that answers it;
    with --yes nothing is asked, and what is not given has its default. Credentials are neither
    asked for nor written: they stay in the environment.

    \b
    icontact init
    icontact init --columns people.csv
    icontact init --from-mautic mautic.json --list Newsletter --yes

    --from-mautic takes over the field mapping of Mautic's iContact plugin: a JSON file with
    featureSettings.leadFields, such as {"email": "email", "firstName": "firstname", "cf_color":
    "x"}.
    """
    given = SimpleNamespace(**options)
    if as_json and not given.yes:
        raise CommandError("--json needs --yes: questions would stand before the document")
    prompter, path = Prompter(silent=given.yes), Path(given.output)
    _require_credentials()
    if path.is_dir() or not path.parent.is_dir():
        raise CommandError(f"--output {path}: a file in a folder that exists is needed")
    if path.exists() and not given.overwrite:
        if prompter.silent:
            raise CommandError(f"{path} exists; --overwrite replaces it")
        if not prompter.confirm(f"{clean(path)} exists. Replace it?", default=False):
            raise CommandError(f"{path} was left as it is; --output FILE writes another")
    refuse_unwritable("--output", given.output)
    with connect(given.account_id, given.client_folder_id) as client:
        answers = _answers(client, given, prompter)
    write(path, text_of(answers, given.output))
    with work_done(f"written to {given.output}"):
        _show(answers, given, as_json=as_json)


def _show(answers: Answers, given: SimpleNamespace, *, as_json: bool) -> None:
    pairs = [pair.split("=", 1) for pair in pairs_of(answers.mapper)]
    if as_json:
        chosen = {"list_id": answers.list.list_id, "name": answers.list.name}
        print_json({"file": given.output, "list": chosen, "mapping": dict(pairs)})
        return
    print_table(("iContact's field", "comes from"), pairs)
    name = shlex.quote(clean(given.output))
    people = shlex.quote(clean(answers.file or "people.csv"))
    echo(f"Written to {clean(given.output)}. Next:")
    echo(f"  icontact doctor --settings {name} --test-push you@example.com")
    echo(f"  icontact push {people} --settings {name} --dry-run")


def _require_credentials() -> None:
    """Say how to set the credentials that are missing. A password is never asked for."""
    set_already = pick(None, ENVIRONMENT.values())
    missing = [variable for variable in ENVIRONMENT.values() if variable not in set_already]
    if not missing:
        Credentials.from_env()  # which says what else may be wrong with them
        return
    echo("iContact shows the values under Settings and Billing > iContact Integrations >")
    echo("Custom API Integrations. The password is the application's, not the login's.")
    echo("Set them in this terminal, then call `icontact init` again:\n")
    for variable in missing:
        secret = variable == ENVIRONMENT["password"]
        # Typed behind a prompt, it stays out of the shell's history.
        line = f"read -rs {variable} && export {variable}" if secret else f"export {variable}='…'"
        echo(f"  {line}")
    raise CommandError(f"not set in the environment: {', '.join(missing)}")


def _answers(client: Client, given: SimpleNamespace, prompter: Prompter) -> Answers:
    accounts = {
        one.account_id: one.company_name or "no name"
        for one in client.accounts.list()
        if one.enabled is not False
    }
    account_id, account = prompter.place(
        "enabled account", accounts, option="--account-id", given=given.account_id
    )
    folders = {
        one.client_folder_id: one.name or "no name"
        for one in client.account(account_id).client_folders.list()
    }
    folder_id, place = prompter.place(
        "client folder", folders, option="--client-folder-id", given=given.client_folder_id
    )
    folder = client.folder(account_id=account_id, client_folder_id=folder_id)
    source = source_of(
        columns=given.columns, preset=given.preset, from_mautic=given.from_mautic, pairs=given.map
    )
    lists = folder.lists.list().all()
    chosen = _list(lists, given.list, prompter, source.suggested_list)
    fields = folder.custom_fields.list().all()
    mapper, source = mapping_of(source, fields, prompter)
    return Answers(
        list=chosen,
        list_is_unique=[one.name for one in lists].count(chosen.name) == 1,
        mapper=mapper,
        policy=_policy(folder, given, prompter),
        account=account,
        folder=place,
        custom_fields=fields,
        file=source.file,
    )


def _list(
    lists: Sequence[ContactList], given: str | None, prompter: Prompter, suggested: str | int | None
) -> ContactList:
    if not lists:
        raise CommandError("this client folder has no list: icontact lists create NAME makes one")

    def read(text: str) -> ContactList:
        named = [one for one in lists if one.name == text]
        if len(named) > 1:
            ids = ", ".join(str(one.list_id) for one in named)
            raise click.UsageError(f"several lists have this name; give one's id: {ids}")
        found = named or [one for one in lists if str(one.list_id) == text.strip()]
        if found:
            return found[0]
        near = closest(text, [one.name for one in lists])
        hint = f": did you mean {clean(near)!r}?" if near else ""
        raise click.UsageError(f"there is no list {shown(clean(text))}{hint}")

    if given is None:
        prompter.show(("list_id", "name"), [(one.list_id, one.name) for one in lists])
    if suggested is None and len(lists) == 1:
        suggested = lists[0].list_id
    default = None if suggested is None else str(suggested)
    question = "Which list (its name or id)"
    return prompter.text(question, read, option="--list", given=given, default=default)


def _policy(folder: Folder, given: SimpleNamespace, prompter: Prompter) -> PushPolicy:
    existing = prompter.choice(
        "Contacts that are in iContact already",
        ("merge", "keep", "replace"),
        option="--existing",
        given=given.existing,
        default="merge",
    )
    status = prompter.choice(
        "Put people on the list as",
        ("normal", "pending"),
        option="--subscription-status",
        given=given.subscription_status,
        default="normal",
    )

    def read(text: str) -> int:
        if text.strip().isascii() and text.strip().isdecimal() and int(text) > 0:
            return int(text)
        raise click.UsageError("a whole number, from 1 on")

    message = given.confirmation_message_id
    if status == "pending":
        question, option = (
            "Which message asks them to confirm (its id)",
            "--confirmation-message-id",
        )
        message = prompter.text(question, read, option=option, given=message)
        check_confirmation(folder, message)
    return PushPolicy(
        push_contacts=prompter.confirm("Push contacts?", given=given.push_contacts, default=True),
        confirmation_message_id=message,
        existing=cast("Existing", existing),
        subscription_status=cast('Literal["normal", "pending"]', status),
    )
