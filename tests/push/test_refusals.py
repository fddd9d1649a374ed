"""Whatever a row says beside it: a person who said no is not on the list afterwards."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from icontact import ContactMapper
from icontact.errors import ConsentError
from icontact.mapping.consent_reading import NOT_MAILABLE
from icontact.push import ListPush
from icontact.sandbox import Sandbox

#: A column, and what refuses in it for certain.
REFUSALS = st.sampled_from(
    [
        ("Opt Out", "Yes"),
        ("doNotEmail", 1),
        ("Unsubscribed At", "2024-05-01"),
        ("Accepts Marketing", "no"),
        ("Email Consent", False),
        ("Abgemeldet", "ja"),
        ("Consentement e-mail", "non"),
        *(("status", word) for word in sorted(NOT_MAILABLE)),
        *(("Subscription Status", word.upper()) for word in sorted(NOT_MAILABLE)),
    ]
)
OTHERS = st.dictionaries(
    st.sampled_from(["Name", "Newsletter", "Opt In", "Tags", "Permission", "City", "phone"]),
    st.one_of(st.none(), st.booleans(), st.text(max_size=12), st.sampled_from(["yes", "no", "x"])),
)


@settings(max_examples=60)
@given(refusal=REFUSALS, others=OTHERS, twice=st.booleans(), known=st.booleans())
def test_a_person_who_said_no_is_not_on_the_list_afterwards(
    refusal: tuple[str, Any], others: dict[str, Any], twice: bool, known: bool
) -> None:
    column, word = refusal
    row = {"email": "ada@example.com", **others, column: word}
    rows: list[dict[str, Any]] = [row, {"email": "ADA@example.com"}][: 1 + twice]
    with Sandbox() as sandbox:
        if known:
            sandbox.seed(contacts=[{"email": "ada@example.com"}])
        folder = sandbox.client().folder()
        # A mapping that knows nothing of the columns, and one that was guessed from them.
        for mapper in (ContactMapper({"email": "email"}), ContactMapper.guess(row, [row])):
            try:
                ListPush(folder, "Newsletter", mapper=mapper).run(rows)
            except ConsentError:
                continue

        assert sandbox.state.subscriptions() == []
