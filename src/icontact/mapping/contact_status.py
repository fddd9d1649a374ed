"""The status of a contact, also in the words of other systems."""

from __future__ import annotations

from icontact.errors import DoNotContact, MappingError
from icontact.mapping.consent_reading import read
from icontact.mapping.values import TransformResult, clean_text

#: iContact's own (API 6.3). ``unsubscribed`` is one of a subscription, not of a contact.
STATUSES = ("normal", "donotcontact", "bounced", "pending", "invitable", "deleted")


def clean_status(value: object) -> TransformResult:
    """Return a contact's status: iContact's own as it is, another system's word as what it means.

    Raises:
        DoNotContact: The word says that the person must not be mailed.
        MappingError: The word is not known.
    """
    result = clean_text(value)
    if result.value is None:
        return result
    if (own := result.value.lower()) in STATUSES:
        return TransformResult(own, result.notes)
    answer = read(result.value, "yes")
    if answer == "mail":
        return TransformResult("normal", result.notes)
    if answer == "no_mail":
        raise DoNotContact("opted out: the status says that this person must not be mailed")
    if answer == "blank":
        return TransformResult(None, result.notes)
    raise MappingError(
        f"not a status that is known. iContact has {', '.join(STATUSES)}; of other systems' words, "
        "such as subscribed and unsubscribed are read, too"
    )
