"""Uploads: files of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import attrs

from icontact.models._base import OpenEnum, OpenModel


class UploadAction(OpenEnum):
    """What happens to the rows of a file. There may be more than is known (API 14)."""

    ADD = "add"


class UploadStatus(OpenEnum):
    """How far an upload has come. There are others, which are not documented (API 14)."""

    RECEIVING = "receiving"
    COMPLETE = "complete"


@attrs.frozen(kw_only=True)
class Upload(OpenModel):
    """A file of contacts on its way into lists.

    Attributes:
        upload_id: Primary key.
        action: What happens to its rows.
        list_ids: The lists that they are added to.
        status: How far it has come.

    Documentation: "Uploads".
    """

    upload_id: int
    action: UploadAction | str = ""
    list_ids: tuple[int, ...] = ()
    status: UploadStatus | str = ""


class UploadFields(TypedDict, total=False):
    """What may be written of an upload. Both are needed on creation."""

    action: UploadAction | str
    list_ids: Sequence[int]
