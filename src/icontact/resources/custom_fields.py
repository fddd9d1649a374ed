"""Custom fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from icontact.models import CustomField, CustomFieldFields
from icontact.paging import Pager, PageSize
from icontact.resources._base import Resource
from icontact.resources.batches import BatchResult
from icontact.transport import Safety


class CustomFields(Resource[CustomField]):
    """The custom fields of one client folder: ``/a/{accountId}/c/{clientFolderId}/customfields``.

    A field's id is its private name.

    Documentation: "Custom Fields".
    """

    _model = CustomField
    _plural = "customfields"
    _identity = "custom_field_id"
    _named = True
    _writable = frozenset(CustomFieldFields.__annotations__)

    def list(
        self, *, page_size: PageSize = "auto", max_items: int | None = None, workers: int = 1
    ) -> Pager[CustomField]:
        """List the custom fields."""
        return self._list({}, page_size=page_size, max_items=max_items, workers=workers)

    def get(self, custom_field_id: str, /) -> CustomField:
        """Read one custom field."""
        return self._item("GET", custom_field_id)

    def create(self, **fields: Unpack[CustomFieldFields]) -> CustomField:
        """Create a custom field. Not repeated after a lost answer.

        Args:
            **fields: ``private_name``, ``field_type`` and ``display_to_user`` are required.
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[CustomFieldFields], /) -> BatchResult[CustomField]:
        """Create custom fields in one request, matched by private name.

        Not repeated after a lost answer.
        """
        return self._create_many(
            self._bodies(rows),
            Safety.ONCE,
            lambda body: str(body.get("privateName")).casefold(),
            lambda field: field.private_name.casefold(),
        )

    def update(self, custom_field_id: str, /, **fields: Unpack[CustomFieldFields]) -> CustomField:
        """Change the given properties of a custom field and keep the others. Safe to repeat."""
        ids = (custom_field_id, str(fields.get("private_name")))
        return self._item("POST", custom_field_id, self._body(fields), ids=ids)

    def replace(self, custom_field_id: str, /, **fields: Unpack[CustomFieldFields]) -> CustomField:
        """Wipe every property that is not given, and set the given ones (PUT). Safe to repeat.

        Args:
            custom_field_id: Which field.
            **fields: ``private_name``, ``field_type`` and ``display_to_user`` are required.
        """
        ids = (custom_field_id, str(fields.get("private_name")))
        return self._item("PUT", custom_field_id, self._body(fields), ids=ids)

    def delete(self, custom_field_id: str, /) -> None:
        """Delete a custom field, and with it what contacts hold in it. Safe to repeat."""
        self._delete(custom_field_id)
