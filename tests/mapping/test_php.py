"""Mautic's field mapping as it stands in its database, where PHP has serialized it."""

from __future__ import annotations

from pathlib import Path

import pytest

from icontact import ContactMapper
from icontact.errors import ConfigError
from icontact.mapping.mautic import unserialized

STORED = (
    'a:2:{s:13:"list_settings";a:1:{s:4:"list";s:6:"205303";}s:10:"leadFields";a:3:{'
    's:5:"email";s:5:"email";s:9:"firstName";s:9:"firstname";s:8:"cf_größe";s:5:"size1";}}'
).replace("s:8:", "s:10:")


def test_the_stored_mapping_is_read(tmp_path: Path) -> None:
    path = tmp_path / "feature_settings.txt"
    path.write_text(f"{STORED}\n", "utf-8")

    mapper = ContactMapper.from_mautic_file(path)

    assert mapper.targets == ("email", "first_name", "custom_fields.größe")


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"a:0:{}", []),
        (b'a:2:{i:0;s:1:"a";i:1;b:1;}', ["a", True]),
        (b"a:1:{i:5;N;}", {5: None}),
        (b'a:3:{s:1:"a";i:-7;s:1:"b";d:1.5;s:1:"c";d:1.0E+25;}', {"a": -7, "b": 1.5, "c": 1e25}),
        ('a:1:{s:1:"a";s:2:"ü";}'.encode(), {"a": "ü"}),
        (b's:3:"a";";', 'a";'),
    ],
)
def test_each_kind_of_value(data: bytes, value: object) -> None:
    assert unserialized(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b'O:8:"stdClass":0:{}',
        b'a:1:{s:5:"email";O:8:"stdClass":0:{}}',
        b'a:1:{s:9:"email";s:1:"a";}',
        b'a:2:{s:1:"a";s:1:"b";}',
        b'a:1:{s:1:"a";s:1:"b";}x',
        b'a:1:{b:1;s:1:"b";}',
        b'a:1:{s:1:"a";s:1:"b";]',
        b'a:1:{s:1:"a";s:1:"\xff";}',
        b"a:1:{i:0;" * 60 + b"N;" + b"}" * 60,
        b'a:1:{s:1:"a";s:2000000:"b";}',
    ],
)
def test_what_is_not_well_formed_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "feature_settings.txt"
    path.write_bytes(data)

    with pytest.raises(ConfigError, match="cannot read"):
        ContactMapper.from_mautic_file(path)


def test_what_is_longer_than_settings_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        unserialized(b"N;" + b" " * 1_000_001)
