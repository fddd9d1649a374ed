"""Generic rows become iContact's contact fields: names, transforms, and an account of both."""

from __future__ import annotations

from icontact.mapping.addresses import clean_email
from icontact.mapping.mapper import ContactMapper, SourceLike
from icontact.mapping.options import LongState
from icontact.mapping.personal_names import NamePart
from icontact.mapping.result import Explanation, FieldExplanation, MappedContact, Outcome
from icontact.mapping.source import Default, Key, Row, RowLike, Source
from icontact.mapping.states import state_code
from icontact.mapping.values import is_blank

__all__ = [
    "ContactMapper",
    "Default",
    "Explanation",
    "FieldExplanation",
    "Key",
    "LongState",
    "MappedContact",
    "NamePart",
    "Outcome",
    "Row",
    "RowLike",
    "Source",
    "SourceLike",
    "clean_email",
    "is_blank",
    "state_code",
]
