"""The list of a push, and its message that asks for confirmation."""

from __future__ import annotations

from difflib import get_close_matches

from icontact.client import Folder
from icontact.errors import ConfigError, NotFound
from icontact.mapping.contact_fields import shown
from icontact.models import ContactList, MessageType
from icontact.push.policy import LARGEST_ID

__all__ = ["check_confirmation", "find_list"]

#: The most lists or messages that an error names.
_NAMED = 20


def find_list(folder: Folder, wanted: str | int) -> ContactList:
    """Return a list by its exact name or its id.

    Raises:
        ConfigError: If the list does not exist; it names the nearest one and the others.
    """
    if isinstance(wanted, int):
        if not 1 <= wanted <= LARGEST_ID:
            raise ConfigError(f"list must be a whole number from 1 to {LARGEST_ID}")
        try:
            return folder.lists.get(wanted)
        except NotFound:
            pass  # digits may be a name as well
    if (found := folder.lists.find(name=str(wanted))) is not None:
        return found
    lists = folder.lists.list().all()
    there = ", ".join(f"{one.name!r} ({one.list_id})" for one in lists[:_NAMED]) or "none"
    more = f" and {len(lists) - _NAMED} more" if len(lists) > _NAMED else ""
    close = get_close_matches(str(wanted), [one.name for one in lists], n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    name = shown(wanted) if isinstance(wanted, str) else wanted
    raise ConfigError(f"there is no list {name}; {hint}this folder's lists: {there}{more}")


def check_confirmation(folder: Folder, message_id: int) -> None:
    """Check that a message can ask people to confirm; takes one request.

    Raises:
        ConfigError: If the message does not exist or is of another type; it names usable ones.
    """
    try:
        kind = str(folder.messages.get(message_id).message_type)
    except NotFound:
        problem = f"there is no message {message_id}, as confirmation_message_id says"
    else:
        if kind == MessageType.CONFIRMATION:
            return
        problem = f"message {message_id} is of the type {kind}, and confirmation is needed"
    able = [
        f"{one.message_id} ({one.subject!r})"
        for one in folder.messages.list(message_type=MessageType.CONFIRMATION, max_items=1000)
        if one.message_type == MessageType.CONFIRMATION
    ]
    there = f"those that can be used: {', '.join(able[:_NAMED])}" if able else "there is none yet"
    raise ConfigError(
        f"{problem}; set confirmation_message_id to a message of the type confirmation ({there}), "
        'or subscription_status to "normal"'
    )
