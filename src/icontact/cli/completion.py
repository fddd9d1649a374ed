"""``icontact completion``, and what it completes: lists, fields, and the columns of a file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from icontact._files import written_as_a_whole
from icontact.auth import ENVIRONMENT as CREDENTIALS
from icontact.cli.output import echo
from icontact.client import ENVIRONMENT, Client
from icontact.mapping.contact_fields import FIELDS
from icontact.sources import read_rows
from icontact.transport import RetryPolicy

#: A shell waits this many seconds for names, and keeps them for this many.
_PATIENCE = 2.0
_KEPT = 300.0

_NEEDS_QUOTES = re.compile(r"[^\w.@%+=:,/-]")

_SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Print the script for shell completion.")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    r"""Print the script that completes commands, options, files, list names and fields in a shell.

    \b
    bash  icontact completion bash > ~/.local/share/bash-completion/completions/icontact
    zsh   icontact completion zsh > ~/.zfunc/_icontact       (with ~/.zfunc in fpath)
    fish  icontact completion fish > ~/.config/fish/completions/icontact.fish

    To try it in the running shell: eval "$(icontact completion bash)"

    List names and custom fields are asked of iContact with the credentials of the environment and
    kept for five minutes in the cache folder. Without an answer in two seconds there are none.
    """
    kind = get_completion_class(shell)
    if kind is not None:
        echo(kind(ctx.find_root().command, {}, "icontact", "_ICONTACT_COMPLETE").source())


def complete_lists(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the lists whose name or id begins with a text."""
    found = []
    for list_id, name in _names(ctx)["lists"]:
        if not name.startswith(incomplete) and not str(list_id).startswith(incomplete):
            continue
        # Not every shell quotes a name that needs it; the id means the same list.
        plain = name.startswith(incomplete) and not _NEEDS_QUOTES.search(name)
        plain = plain and not name.isdecimal()
        found.append(CompletionItem(name if plain else str(list_id), help=name))
    return found


def complete_pairs(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return fields with an equals sign, and behind it the columns of the file."""
    field, equals, column = incomplete.partition("=")
    if equals:
        return [CompletionItem(f"{field}={one}") for one in _columns(ctx) if one.startswith(column)]
    names = (*FIELDS, *_names(ctx)["fields"])
    return [CompletionItem(f"{name}=") for name in names if name.startswith(incomplete)]


def complete_columns(
    ctx: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the columns of the file that begin with a text."""
    return [CompletionItem(one) for one in _columns(ctx) if one.startswith(incomplete)]


def _columns(ctx: click.Context) -> Sequence[str]:
    # While an option lacks its value, click leaves the arguments before it unread.
    names = (ctx.params.get("file"), ctx.params.get("columns"), *ctx.args)
    path = next((name for name in names if name and Path(name).is_file()), None)
    if path is None:
        return ()

    def read() -> Sequence[str]:
        with read_rows(path) as rows:
            return rows.columns

    return _quickly(read) or ()


def _names(ctx: click.Context) -> Mapping[str, Any]:
    """Return the lists and custom fields of the folder: from the cache, or from iContact."""
    names = ("account_id", "client_folder_id")
    places = {name: ctx.params[name] for name in names if ctx.params.get(name) is not None}
    return _quickly(lambda: _cached(places)) or {"lists": [], "fields": []}


def _quickly(work: Callable[[], Any]) -> Any:
    """Return what some work finds, or ``None`` if it fails or takes too long."""
    found = []

    def run() -> None:
        try:
            found.append(work())
        except Exception:  # noqa: BLE001  # a shell must never see an error of its completion
            return

    # The process may end while a request still waits.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return found[0] if found else None


def _cached(places: Mapping[str, Any]) -> Mapping[str, Any]:
    # The file's name does not show the credentials that it is for.
    variables = [name for name in CREDENTIALS.values() if name != CREDENTIALS["password"]]
    values = [os.environ.get(name, "") for name in (*variables, *ENVIRONMENT.values())]
    digest = hashlib.sha256(json.dumps([values, sorted(places.items())]).encode()).hexdigest()
    folder_of_caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(folder_of_caches) / "icontact" / f"names-{digest[:16]}.json"
    try:
        if time.time() - path.stat().st_mtime < _KEPT:
            kept: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
            return kept
    except (OSError, ValueError):
        pass  # there is no usable cache: ask
    with Client.from_env(retry=RetryPolicy.never(), timeout=(1, 2), **places) as client:
        folder = client.folder()
        found = {
            "lists": [[one.list_id, one.name] for one in folder.lists.list()],
            "fields": [one.private_name for one in folder.custom_fields.list()],
        }
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with written_as_a_whole(path) as file:
        json.dump(found, file)
    return found
