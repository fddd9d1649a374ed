"""iContact's JSON and our models, both directions.

Two defaults of cattrs would corrupt this data (``bool("0")`` is true, ``None`` as text is
``"None"``), so every scalar has a rule of its own here.
"""

from typing import TYPE_CHECKING

from icontact import _lazy

if TYPE_CHECKING:
    from icontact.wire._decoding import camel as camel
    from icontact.wire._decoding import decode as decode
    from icontact.wire._decoding import decode_member as decode_member
    from icontact.wire._decoding import decode_rows as decode_rows
    from icontact.wire._decoding import wire_names as wire_names
    from icontact.wire._encoding import EasternOffset as EasternOffset
    from icontact.wire._encoding import encode_fields as encode_fields
    from icontact.wire._encoding import encode_filters as encode_filters
    from icontact.wire._encoding import encode_order as encode_order
    from icontact.wire._encoding import encode_scheduled as encode_scheduled
    from icontact.wire._encoding import nearest as nearest
    from icontact.wire._encoding import whole_number as whole_number
    from icontact.wire._scalars import EASTERN_TIME as EASTERN_TIME
    from icontact.wire._settings import setting_names as setting_names
    from icontact.wire._settings import structure_settings as structure_settings

    __all__: list[str]

if not TYPE_CHECKING:
    # cattrs is imported when something is first read or written.
    __getattr__, __all__ = _lazy.lazy_package(
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
