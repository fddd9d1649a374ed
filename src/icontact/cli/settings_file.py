"""The text of ``icontact.toml``, with a word on every line, and how it gets into the file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import attrs

from icontact.cli.output import clean
from icontact.mapping import ContactMapper, toml
from icontact.models import ContactList, CustomField
from icontact.push import PushPolicy, PushSettings

__all__ = ["Answers", "text_of", "write"]

_CREDENTIALS = """\
# Settings of icontact. Check them:  icontact doctor --settings {name}
# Credentials never stand here. They come from the environment: ICONTACT_APP_ID,
# ICONTACT_USERNAME and ICONTACT_PASSWORD (the application's password, not the login's).
"""

_TRIGGERS = """\

# For integrations: what makes a contact be pushed, with a list and a mapping of its own if wanted.
# Without any, everybody is pushed who becomes known or changes.
# [[triggers]]
# on = "form_submitted"         # identified, saved, segment_added, segment_removed, manual
# list = "From forms"
#
# [[triggers]]
# on = "points"
# minimum = 100
"""

_PLACE_OF_COMMENT = 32


@attrs.frozen(kw_only=True)
class Answers:
    """All that goes into the file.

    Attributes:
        list: The list.
        list_is_unique: Whether its name says which one it is.
        mapper: The mapping.
        policy: What a push may do.
        account: Id and name of the account, where there is a choice.
        folder: Id and name of the client folder, where there is a choice.
        custom_fields: What the folder has, for the comments.
        file: The contacts' file, if the mapping is of its columns.
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
    """Return the text of the file.

    Args:
        answers: What was answered.
        name: The file's name, for the comment on how to check it.
    """
    policy = answers.policy
    lines = [_CREDENTIALS.format(name=clean(name)), *_place(answers)]
    lines += [
        _line("push_contacts", policy.push_contacts, "false stops every push"),
        _line(
            "existing", policy.existing, "merge: write what differs; keep; replace: wipe the rest"
        ),
        _line("subscription_status", policy.subscription_status, "or pending: confirmed opt-in"),
    ]
    if policy.confirmation_message_id is not None:
        lines.append(
            _line("confirmation_message_id", policy.confirmation_message_id, "mailed to confirm")
        )
    lines += [
        '# duplicates = "last"           # which of several rows with one address: last or first',
        '# allow_statuses = ["bounced"]  # whom to push in spite of such a status',
        "# follow_unsubscribes = true    # for integrations: who leaves there leaves here, too",
        "",
        _mapping(answers),
    ]
    return "\n".join(lines) + _TRIGGERS


def _place(answers: Answers) -> Sequence[str]:
    found = answers.list
    lines = [
        _line("list", found.name, f"id {found.list_id}")
        if answers.list_is_unique
        else _line("list", found.list_id, f"one of several named {found.name!r}")
    ]
    for name, place in (("account_id", answers.account), ("client_folder_id", answers.folder)):
        if place is not None:
            lines.append(_line(name, *place))
    return lines


def _line(name: str, value: object, comment: str) -> str:
    return f"{f'{name} = {toml.literal(value)}':<{_PLACE_OF_COMMENT - 1}} # {clean(comment)}"


def _mapping(answers: Answers) -> str:
    text = answers.mapper.to_toml()
    text = text.replace("[mapping]\n", "[mapping]  # iContact's field = the source's key\n", 1)
    mapped = answers.mapper.custom_fields
    left = [
        f"#   {clean(one.private_name)} ({clean(one.field_type)})"
        for one in answers.custom_fields
        if one.private_name not in mapped
    ]
    if not left:
        return text
    return "\n".join(
        [text, "# Custom fields that nothing fills, for [mapping.custom_fields]:", *left, ""]
    )


def write(path: Path, text: str) -> None:
    """Put the text into the file, as a whole or not at all, once it can be read as settings.

    Raises:
        ConfigError, MappingError: If it cannot be read back.
        OSError: If it cannot be written.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    fresh = Path(name)
    try:
        os.close(handle)
        fresh.write_text(text, encoding="utf-8", newline="\n")
        PushSettings.from_toml(fresh)
        # It holds no secret: as readable as any other file that this user makes.
        fresh.chmod(0o666 & ~_umask())
        fresh.replace(path)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
