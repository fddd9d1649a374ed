"""iContact's JSON and our models, both directions.

Two defaults of cattrs would corrupt this data (``bool("0")`` is true, ``None`` as text is
``"None"``), so every scalar has a rule of its own here.
"""

from typing import TYPE_CHECKING

from icontact import _lazy

if TYPE_CHECKING:
    from icontact.wire._decoding import camel, decode, decode_member, decode_rows, wire_names
    from icontact.wire._encoding import (
        EasternOffset,
        encode_fields,
        encode_filters,
        encode_order,
        encode_scheduled,
        nearest,
        whole_number,
    )
    from icontact.wire._scalars import EASTERN_TIME
    from icontact.wire._settings import setting_names, structure_settings

__all__ = [
    "EASTERN_TIME",
    "EasternOffset",
    "camel",
    "decode",
    "decode_member",
    "decode_rows",
    "encode_fields",
    "encode_filters",
    "encode_order",
    "encode_scheduled",
    "nearest",
    "setting_names",
    "structure_settings",
    "whole_number",
    "wire_names",
]

if not TYPE_CHECKING:
    # cattrs is imported when something is first read or written.
    __getattr__ = _lazy.lazy_import(
        __name__,
        {
            "_decoding": "camel decode decode_member decode_rows wire_names",
            "_encoding": (
                "EasternOffset encode_fields encode_filters encode_order encode_scheduled nearest "
                "whole_number"
            ),
            "_scalars": "EASTERN_TIME",
            "_settings": "setting_names structure_settings",
        },
    )
