"""``icontact init``: the questions that a push needs answered, and a file with the answers."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from icontact.auth import ENVIRONMENT, Credentials, pick
from icontact.cli.choose_mapping import pairs_of
from icontact.cli.connection import connect
from icontact.cli.exit_codes import CommandError
from icontact.cli.init_mapping import MappingOptions, mapping_of
from icontact.cli.options import place_options
from icontact.cli.output import clean, print_table
from icontact.cli.prompts import Prompter, list_from
from icontact.cli.settings_file import Answers, text_of, write
from icontact.client import Client, Folder
from icontact.models import ContactList
from icontact.push import PushPolicy
from icontact.push.destination import check_confirmation

__all__ = ["init"]

_HELP = """\
Ask what a push needs to know, and write it to a commented icontact.toml.

Offers the lists and custom fields that there are. Every question has an option that answers it;
with --yes nothing is asked, and what is not given has its default. Credentials are neither asked
for nor written: they stay in the environment.

\b
icontact init
icontact init --columns people.csv
icontact init --from-mautic mautic.json --list Newsletter --yes

--from-mautic takes over the field mapping of Mautic's iContact plugin: a JSON file with
featureSettings.leadFields, such as {"email": "email", "firstName": "firstname", "cf_color": "x"}.
"""


@attrs.frozen(kw_only=True)
class _Options:
    output: str
    list: str | None
    columns: str | None
    preset: str | None
    from_mautic: str | None
    pairs: tuple[str, ...]
    existing: str | None
    subscription_status: str | None
    confirmation_message_id: int | None
    push_contacts: bool | None
    yes: bool
    overwrite: bool
    account_id: int | None
    client_folder_id: int | None


@click.command(help=_HELP, short_help="Ask questions, and write icontact.toml.")
@click.option(
    "--output",
    default="icontact.toml",
    show_default=True,
    metavar="FILE",
    help="The file to write.",
)
@click.option("--list", "list", metavar="LIST", help="The list: its exact name, or its id.")
@click.option("--columns", metavar="FILE", help="Guess the mapping from this file's header.")
@click.option("--preset", metavar="NAME", help="A mapping with a name: mautic.")
@click.option("--from-mautic", metavar="FILE", help="Take Mautic's field mapping over (JSON).")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Fill a field from a column or key; changes single fields of the above.",
)
@click.option("--existing", type=click.Choice(["keep", "merge", "replace"]), help="As of `push`.")
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
@place_options
def init(**options: Any) -> None:
    """Ask questions, and write icontact.toml."""
    given = _Options(**options)
    prompter = Prompter(silent=given.yes)
    _need_credentials()
    path = _free_path(given, prompter)
    with connect(given.account_id, given.client_folder_id) as client:
        answers = _answers(client, given, prompter)
    write(path, text_of(answers, given.output))
    _say_what_next(given.output, answers)


def _need_credentials() -> None:
    """Say how to set the credentials that are missing. A password is never asked for."""
    set_already = pick(None, ENVIRONMENT.values())
    missing = [variable for variable in ENVIRONMENT.values() if variable not in set_already]
    if not missing:
        Credentials.from_env()  # which says what else may be wrong with them
        return
    click.echo("iContact shows the values under Settings and Billing > iContact Integrations >")
    click.echo("Custom API Integrations. The password is the application's, not the login's.")
    click.echo("Set them in this terminal, then call `icontact init` again:\n")
    for variable in missing:
        secret = variable == ENVIRONMENT["password"]
        # Typed behind a prompt, it stays out of the shell's history.
        line = f"read -rs {variable} && export {variable}" if secret else f"export {variable}='…'"
        click.echo(f"  {line}")
    raise CommandError(f"not set in the environment: {', '.join(missing)}")


def _free_path(given: _Options, prompter: Prompter) -> Path:
    path = Path(given.output)
    if path.is_dir() or not path.parent.is_dir():
        raise CommandError(f"--output {given.output}: a file in a folder that exists is needed")
    if path.exists() and not given.overwrite:
        if prompter.silent:
            raise CommandError(f"{given.output} exists; --overwrite replaces it")
        if not prompter.confirm(f"{clean(given.output)} exists. Replace it?", default=False):
            raise CommandError(f"{given.output} was left as it is; --output FILE writes another")
    return path


def _answers(client: Client, given: _Options, prompter: Prompter) -> Answers:
    account, folder_place = _places(client, given, prompter)
    folder = client.folder(account_id=account[0], client_folder_id=folder_place[0])
    options = MappingOptions(
        columns=given.columns,
        preset=given.preset,
        from_mautic=given.from_mautic,
        pairs=given.pairs,
    ).read()
    lists = folder.lists.list().all()
    chosen = _list(lists, given, prompter, options.suggested_list)
    fields = folder.custom_fields.list().all()
    mapper, options = mapping_of(options, fields, prompter)
    return Answers(
        list=chosen,
        list_is_unique=[one.name for one in lists].count(chosen.name) == 1,
        mapper=mapper,
        policy=_policy(folder, given, prompter),
        account=(account[0], account[1]) if account[2] else None,
        folder=(folder_place[0], folder_place[1]) if folder_place[2] else None,
        custom_fields=fields,
        file=options.file,
    )


_Place = tuple[int, str, bool]


def _places(client: Client, given: _Options, prompter: Prompter) -> tuple[_Place, _Place]:
    """Return account and client folder: id, name, and whether it belongs into the file."""
    accounts = {
        one.account_id: one.company_name or "no name"
        for one in client.accounts.list()
        if one.enabled is not False
    }
    account, chosen = prompter.place(
        "enabled account", accounts, option="--account-id", given=given.account_id
    )
    folders = {
        one.client_folder_id: one.name or "no name"
        for one in client.account(account).client_folders.list()
    }
    folder, folder_chosen = prompter.place(
        "client folder", folders, option="--client-folder-id", given=given.client_folder_id
    )
    return (account, accounts[account], chosen), (folder, folders[folder], folder_chosen)


def _list(
    lists: Sequence[ContactList], given: _Options, prompter: Prompter, suggested: str | int | None
) -> ContactList:
    if not lists:
        raise CommandError("this client folder has no list: make one in iContact first")
    if given.list is None:
        prompter.show(("list_id", "name"), [(one.list_id, one.name) for one in lists])
    default = None if suggested is None else str(suggested)
    if default is None and len(lists) == 1:
        default = str(lists[0].list_id)
    return prompter.text(
        "Which list (its name or id)",
        list_from(lists),
        option="--list",
        given=given.list,
        default=default,
    )


def _policy(folder: Folder, given: _Options, prompter: Prompter) -> PushPolicy:
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
    message = given.confirmation_message_id
    if status == "pending":
        message = prompter.number(
            "Which message asks them to confirm (its id)",
            option="--confirmation-message-id",
            given=message,
        )
        check_confirmation(folder, message)
    switch = prompter.confirm("Push contacts?", given=given.push_contacts, default=True)
    policy: Mapping[str, Any] = {"existing": existing, "subscription_status": status}
    return PushPolicy(push_contacts=switch, confirmation_message_id=message, **policy)


def _say_what_next(output: str, answers: Answers) -> None:
    rows = [pair.split("=", 1) for pair in pairs_of(answers.mapper)]
    print_table(("iContact's field", "comes from"), rows)
    name = shlex.quote(clean(output))
    click.echo(f"Written to {clean(output)}. Next:")
    click.echo(f"  icontact doctor --settings {name} --test-push you@example.com")
    people = shlex.quote(clean(answers.file or "people.csv"))
    click.echo(f"  icontact push {people} --settings {name} --dry-run")
