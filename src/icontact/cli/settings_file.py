"""Writes ``icontact.toml``, with a comment on every line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import attrs
import tomlkit

from icontact._files import written_as_a_whole
from icontact.cli.output import clean
from icontact.mapping import ContactMapper
from icontact.models import ContactList, CustomField
from icontact.push import PushPolicy, PushSettings

_HEAD = """\
# Settings of icontact. Check them:  icontact doctor --settings {name}
# Credentials are not in this file. They come from the environment: ICONTACT_APP_ID,
# ICONTACT_USERNAME and ICONTACT_PASSWORD (the application's password, not the login's).
"""

_MORE_RULES = """\
# duplicates = "last"           # which of several rows with one address: last or first
# allow_statuses = ["bounced"]  # contacts to push in spite of such a status
# follow_unsubscribes = true    # for integrations: an unsubscribe there is one here, too

"""

_TRIGGERS = """\

# For integrations: which events push a contact, if wanted with a list and a mapping of their own.
# Without triggers every contact is pushed that becomes known or changes.
# [[triggers]]
# on = "form_submitted"         # identified, saved, segment_added, segment_removed, manual
# list = "From forms"
#
# [[triggers]]
# on = "points"
# minimum = 100
"""

_COMMENTS_AT = 32


@attrs.frozen(kw_only=True)
class Answers:
    """All that goes into the file.

    An account or a folder is there, with id and name, where there is a choice; the file of the
    contacts, if the mapping is of its columns.
    """

    list: ContactList
    list_is_unique: bool = True
    mapper: ContactMapper
    policy: PushPolicy
    account: tuple[int, str] | None = None
    folder: tuple[int, str] | None = None
    custom_fields: Sequence[CustomField] = ()
    file: str | None = None


def text_of(answers: Answers, name: str) -> str:
    """Return the text of the file; its name is for the comment on how to check it."""
    chosen, policy = answers.list, answers.policy
    rules = tomlkit.document()

    def add(key: str, value: object, comment: str) -> None:
        item = tomlkit.item(value)
        item.comment(clean(comment))
        item.trivia.comment_ws = " " * max(_COMMENTS_AT - len(f"{key} = {item.as_string()}"), 1)
        rules.add(key, item)

    if answers.list_is_unique:
        add("list", chosen.name, f"id {chosen.list_id}")
    else:
        add("list", chosen.list_id, f"one of several named {chosen.name!r}")
    for key, place in (("account_id", answers.account), ("client_folder_id", answers.folder)):
        if place is not None:
            add(key, *place)
    add("push_contacts", policy.push_contacts, "false stops every push")
    add("existing", policy.existing, "merge: write what differs; keep; replace: clear the rest")
    add("subscription_status", policy.subscription_status, "or pending: confirmed opt-in")
    if policy.confirmation_message_id is not None:
        add("confirmation_message_id", policy.confirmation_message_id, "the mail to confirm")
    head = _HEAD.format(name=clean(name))
    mapping = tomlkit.parse(answers.mapper.to_toml())
    mapping["mapping"].comment("iContact's field = the source's key")
    text = head + tomlkit.dumps(rules) + _MORE_RULES + tomlkit.dumps(mapping)
    unused = [
        f"#   {clean(one.private_name)} ({clean(one.field_type)})\n"
        for one in answers.custom_fields
        if one.private_name not in answers.mapper.custom_fields
    ]
    if unused:
        text += "\n# Custom fields that nothing fills, for [mapping.custom_fields]:\n"
    return text + "".join(unused) + _TRIGGERS


def write(path: Path, text: str) -> None:
    """Write the file as a whole or not at all, once it can be read as settings."""
    with tempfile.TemporaryDirectory() as folder:
        attempt = Path(folder, path.name)
        attempt.write_text(text, encoding="utf-8")
        PushSettings.from_toml(attempt)
    with written_as_a_whole(path) as file:
        file.write(text)
    # It holds no secret: as readable as any other file that this user makes.
    mask = os.umask(0o077)
    os.umask(mask)
    if path.is_file():  # a pipe or a device keeps its rights
        path.chmod(0o666 & ~mask)
