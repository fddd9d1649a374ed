"""A person who refuses, in any spelling, is not on the list afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import attrs
from hypothesis import strategies as st

from icontact import ContactMapper
from icontact.errors import ConsentError
from icontact.mapping.consent_reading import NOT_MAILABLE
from icontact.push import ListPush
from icontact.sandbox import Sandbox, Snapshot
from tests.fuzz.targets import fuzzed, tally

#: A column, and answers in it that refuse for certain.
REFUSALS: dict[str, list[Any]] = {
    "Opt Out": ["Yes", "true", "x", "1", 1, 1.0, Decimal(1), True, "✓", "opted out"],
    "do not email": ["yes", "Y", "TRUE", "on", 1, True, "unsubscribed"],
    "do not contact": ["yes", "1", 1, 3, "bounced", "do not contact"],
    "has opted out of email": ["true", True, "1", "t"],
    "email bounced": ["yes", "true", True],
    "unsubscribed at": ["2024-05-01", "2024-05-01T10:00:00Z", "05/01/2024", "1 May 2024"],
    "unsubscribe reason": ["too many mails", "spam", "x"],
    "accepts marketing": ["no", "false", False, 0, "0", "never", "N"],
    "email consent": ["no", False, "refused", "withdrawn", "revoked", "0"],
    "newsletter opt in": ["no", "unsubscribed", 0, False, "not given"],
    "subscription status": ["unsubscribed", "bounced", "cleaned", "complained", "suppressed"],
    "email status": ["unsubscribed", "hard bounce", "blocked", "spam complaint"],
    "mauticContactIsContactableByEmail": [1, "1"],
    "abgemeldet": ["ja", "wahr", "x"],
    "keine werbung": ["ja", "1"],
    "newsletter abonniert": ["nein", "falsch", "0"],
    "consentement e-mail": ["non", "faux", "0"],
    "désabonné": ["oui", "vrai", "1"],
    "consentimiento de correo": ["no", "falso"],
    "dado de baja": ["sí", "si", "1"],
    "consenso email": ["no", "falso"],
    "uitgeschreven": ["ja", "waar"],
    "отписан": ["да", "1"],
    "odhlášen": ["ano", "1"],
}
PHRASES = ["Do not contact", "do not email", "DO NOT MAIL", "unsubscribed", "opted out"]


def camel(text: str) -> str:
    first, *rest = text.split(" ")
    return first + "".join(word.capitalize() for word in rest)


#: How programs and people spell a header.
HEADER_SPELLINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.lower,
    str.title,
    lambda text: text.replace(" ", "_"),
    lambda text: text.replace(" ", "-"),
    lambda text: text.replace(" ", "."),
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.upper().replace(" ", "_"),
    camel,
    lambda text: f" {text}\t",
    lambda text: f"{text}?",
    lambda text: f"{text}:",
    lambda text: f"[{text}]",
    lambda text: f'"{text}"',
    lambda text: f"{text}__c",
    lambda text: f"\ufeff{text}",
    lambda text: f"{text[0]}\u200b{text[1:]}",
    lambda text: f"{text[0]}\u00ad{text[1:]}",
    lambda text: text.replace(" ", "\n"),
    lambda text: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text),
]
#: How an answer is spelled.
VALUE_SPELLINGS: list[Callable[[str], Any]] = [
    str,
    str.upper,
    str.lower,
    str.title,
    str.swapcase,
    lambda text: f"  {text} ",
    lambda text: f"\u00a0{text}\u00a0",
    lambda text: f"{text}\r\n",
    lambda text: f"\t{text}",
    lambda text: f"{text}.",
    lambda text: f"{text}!",
    lambda text: f'"{text}"',
    lambda text: f"'{text}'",
    lambda text: f"'{text}",
    lambda text: f"({text})",
    lambda text: f"[{text}]",
    lambda text: f"\ufeff{text}",
    lambda text: f"\u200b{text}",
    lambda text: f"{text[0]}\u00ad{text[1:]}",
    lambda text: text.replace(" ", "_"),
    lambda text: text.replace(" ", "-"),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text),
    lambda text: text.encode(),
    lambda text: [text],
    lambda text: (text,),
    lambda text: json.dumps([text]),
]
#: How the address of the same person is spelled in another row.
ADDRESSES = [
    "ada@example.com",
    "ADA@example.com",
    " ada@example.com ",
    "Ada@Example.COM",
    "Ada Lovelace <ada@example.com>",
    "mailto:ada@example.com",
    "ada@example.com\u200b",
    "ada@example.com,",
    "<ada@example.com>",
]
OTHERS = st.dictionaries(
    st.sampled_from(
        "Name Newsletter Tags Permission City phone Status subscribed confirmed active".split()
    )
    | st.sampled_from(["Opt In", "Accepts Marketing", "SMS opt out", "Email Status", "notes"])
    | st.text(max_size=8),
    st.none()
    | st.booleans()
    | st.text(max_size=10)
    | st.sampled_from(["yes", "no", "x", "subscribed", "normal", "1", "0", 1, 0]),
    max_size=4,
)


@attrs.frozen
class Refusal:
    """A column, and a value that refuses in it."""

    column: str
    value: Any


@st.composite
def refusals(draw: st.DrawFn) -> Refusal:
    column = draw(st.sampled_from(sorted(REFUSALS)))
    value = draw(st.sampled_from(REFUSALS[column]))
    if draw(st.integers(0, 3)) == 3:
        column = draw(st.sampled_from(["status", "subscription status", "email status"]))
        value = draw(st.sampled_from(sorted(NOT_MAILABLE)))
    elif draw(st.integers(0, 7)) == 7:
        column, value = (
            draw(st.sampled_from(["notes", "tags", "x"])),
            draw(st.sampled_from(PHRASES)),
        )
    if column != "mauticContactIsContactableByEmail":
        column = draw(st.sampled_from(HEADER_SPELLINGS))(column)
    if isinstance(value, str):
        spelled = draw(st.sampled_from(VALUE_SPELLINGS))(value)
        # A list of numbers may be a list of ids.
        value = value if spelled == f"[{value}]" and value.isdecimal() else spelled
    return Refusal(column, value)


@cache
def scene() -> tuple[Sandbox, Snapshot, Snapshot]:
    """Return a sandbox, its state without the person, and with the person on no list."""
    sandbox = Sandbox()
    empty = sandbox.snapshot()
    sandbox.seed(contacts=[{"email": "ada@example.com"}])
    return sandbox, empty, sandbox.snapshot()


@fuzzed(
    refusal=refusals(),
    others=OTHERS,
    again=st.none() | st.sampled_from(ADDRESSES),
    is_first=st.booleans(),
    is_known=st.booleans(),
)
def test_a_person_who_refuses_in_any_spelling_is_not_on_the_list(
    refusal: Refusal, others: dict[str, Any], again: str | None, is_first: bool, is_known: bool
) -> None:
    sandbox, empty, known = scene()
    folder = sandbox.client().folder(
        account_id=sandbox.account_id, client_folder_id=sandbox.client_folder_id
    )
    row = {"email": "ada@example.com", **others, refusal.column: refusal.value}
    rows: list[dict[str, Any]] = [row]
    if again is not None:
        rows.insert(0 if is_first else 1, {**row, "email": again, refusal.column: None})
    # A mapping that knows nothing of the columns, and one that was guessed from them.
    for is_guessed in (False, True):
        sandbox.restore(known if is_known else empty)
        mapper = ContactMapper.guess(row, rows) if is_guessed else ContactMapper({"email": "email"})
        try:
            with sandbox:
                report = ListPush(folder, "Newsletter", mapper=mapper).run(rows)
        except ConsentError:
            tally["refused as a whole"] += 1
        else:
            tally["pushed"] += 1
            assert len(report.outcomes) == len(rows)
        assert sandbox.state.subscriptions() == [], "guessed" if is_guessed else "given"
