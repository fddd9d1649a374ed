"""Rows for a push, and people who are there beforehand. Imports nothing of the sandbox."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import attrs

from icontact import ContactMapper
from icontact.client import Folder
from icontact.push import ListPush

if TYPE_CHECKING:
    from icontact.sandbox import Sandbox

MAPPING: dict[str, Any] = {
    "email": "email",
    "first_name": "firstname",
    "city": "city",
    "status": "status",
    "custom_fields": {"score": "points"},
}

#: The statuses of people that a push must not touch, and how many of a hundred rows have them.
_LEFT_ALONE = ("unsubscribed", "donotcontact", "bounced", "pending", "invitable")


@attrs.frozen
class Scene:
    """What is there beforehand, and what is pushed."""

    contacts: list[dict[str, Any]]
    subscriptions: list[dict[str, Any]]
    rows: list[Any]
    #: The addresses of the people that a push must not touch.
    hands_off: frozenset[str]

    def furnish(self, sandbox: Sandbox) -> None:
        """Let a sandbox know these people."""
        sandbox.seed(custom_fields=[{"privateName": "score", "fieldType": "number"}])
        sandbox.seed(messages=[{"messageId": "1", "messageType": "confirmation"}])
        sandbox.seed(contacts=self.contacts)
        sandbox.seed(subscriptions=self.subscriptions)


def scene(number: int, seed: int) -> Scene:
    """Make up rows of every kind that a push has to tell apart."""
    dice = random.Random(f"scene {seed}")
    contacts: list[dict[str, Any]] = []
    subscriptions: list[dict[str, Any]] = []
    rows: list[Any] = []
    hands_off: set[str] = set()

    def there(email: str, status: str = "normal", on_list: str | None = "normal") -> None:
        contacts.append(
            {"email": email, "firstName": "Jo", "city": "Durham", "score": "5", "status": status}
        )
        if on_list is not None:
            subscriptions.append({"email": email, "status": on_list})

    for place in range(number):
        email = f"person{place}@example.com"
        row: Any = {"email": email, "firstname": "Jo", "city": "Durham", "points": 5}
        kind = dice.randrange(100)
        if kind < 12:
            there(email)
        elif kind < 22:
            there(email)
            row["city"] = "Cary"
        elif kind < 28:
            there(email, on_list=None)
            row["points"] = dice.choice([5, 7])
        elif kind < 31:
            there(email, on_list="pending")
        elif kind < 41:
            mark = _LEFT_ALONE[kind % len(_LEFT_ALONE)]
            hands_off.add(email)
            row["city"] = "Cary"
            if mark == "unsubscribed":
                there(email, on_list=mark)
            else:
                there(email, mark, dice.choice([None, "normal"]))
        elif kind < 44:
            row["status"] = dice.choice(["donotcontact", "bounced"])
        elif kind < 48 and rows:
            row = _again(dice.choice(rows), dice)
        elif kind < 51:
            row = dice.choice(
                [{}, {"email": "no-address"}, None, ["list"], {"email": email, "points": "many"}]
            )
        rows.append(row)
    return Scene(contacts, subscriptions, rows, frozenset(hands_off))


def _again(row: Any, dice: random.Random) -> Any:
    """Return a row with the same address, spelled in another way."""
    if not isinstance(row, dict) or "email" not in row:
        return row
    spelled = dice.choice([row["email"], row["email"].upper(), f"  {row['email']} "])
    return {**row, "email": spelled, "city": dice.choice(["Durham", "Apex"])}


def push_of(folder: Folder, **policy: Any) -> ListPush:
    """Return a push of such rows."""
    return ListPush(folder, "Newsletter", mapper=ContactMapper(MAPPING), **policy)
