"""Gathers the commands."""

from __future__ import annotations

import click

from icontact._version import __version__
from icontact.cli.completion import completion
from icontact.cli.demo import demo
from icontact.cli.doctor import doctor
from icontact.cli.exit_codes import CommandGroup
from icontact.cli.export import export
from icontact.cli.init import init
from icontact.cli.listings import fields, folders, lists
from icontact.cli.people import show, unsubscribe
from icontact.cli.push import push
from icontact.cli.queue import queue
from icontact.cli.sandbox import sandbox
from icontact.cli.suppressed import suppressed


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="icontact")
def commands() -> None:
    """Push contacts into iContact: every row of a file ends with an outcome and a reason.

    Begin with `icontact demo`: it needs no account and no network. For your own account, set
    ICONTACT_APP_ID, ICONTACT_USERNAME and ICONTACT_PASSWORD (in iContact: Settings and Billing >
    iContact Integrations > Custom API Integrations; the password is the application's, not the
    one you log in with), then let `icontact doctor` check each step.

    ICONTACT_BASE_URL names another server, such as `icontact sandbox`. ICONTACT_ACCOUNT_ID and
    ICONTACT_CLIENT_FOLDER_ID choose where there are several. ICONTACT_DEBUG=1 shows tracebacks.
    NO_COLOR=1 prints without colors.
    """


for _command in (
    demo,
    init,
    doctor,
    lists,
    fields,
    folders,
    push,
    show,
    unsubscribe,
    export,
    suppressed,
    queue,
    sandbox,
    completion,
):
    commands.add_command(_command)
