"""Which encoding a file is in, and which of its text was not."""

# ruff: noqa: RUF001  (the letters and signs of Windows-1252 that look like others are meant)

from __future__ import annotations

import codecs
import io
import re
from contextlib import suppress
from typing import BinaryIO

import attrs

from icontact.errors import ConfigError
from icontact.sources.rows import BadRow, DoubtfulRow, EncodingMismatch

# The longer marks first: UTF-32's begins with UTF-16's.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: What people hand over in good faith, by its first bytes.
_NO_TEXT = (
    (b"%PDF", "a PDF: export the contacts as CSV (UTF-8)"),
    (b"BEGIN:VCARD", "a file of vCards: export the contacts as CSV (UTF-8)"),
    (b"SQLite format 3", "an SQLite database: push a cursor of a query"),
    (b"PAR1", "a Parquet file: read it with pandas or polars, and push the frame"),
    (b"\x1f\x8b", "compressed twice: unpack it once"),
    (b"\xfd7zXZ", "compressed in a way other than gzip: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed in a way other than gzip: unpack it first"),
)

#: How web pages and XML begin, which some programs save under the name of a workbook.
_PAGES = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<style")

_ACCENTED = "À-ÖØ-öø-ÿŠšŽžŒœŸ"
_SIGNS = "ƒˆ˜‰†‡¢£¤¥¦§¨©¬®¯±²³µ¶¸¹¼½¾"
_SMALL = "[a-zß-öø-ÿ]"
_LETTER = f"[A-Za-z{_ACCENTED}]"
_ENDS = r',;|\t\r\n"'
#: Where a word begins that is not just umlauts: people write "äöü" to try something out.
_WORD = r"(?<!\w)(?![äöüõßåøæÄÖÜÕÅØÆ]+(?!\w))"

#: What no text in Windows-1252 has, and texts in other encodings have when they are read as such.
_GARBLED = re.compile(
    "|".join(
        (
            # Words in other scripts have no ASCII letter: a word of three accented letters or more,
            rf"{_WORD}[{_ACCENTED}]{{3,}}(?!\w)",
            # a cell of two different ones,
            rf"{_WORD}(?<![^{_ENDS}])(?P<letter>[{_ACCENTED}³])(?!(?P=letter))[{_ACCENTED}³](?![^{_ENDS}])",
            # or a word that begins with four accented letters or signs.
            rf"{_WORD}(?:(?P<mark>[{_ACCENTED}{_SIGNS}´¿¡])(?!(?P=mark))){{4}}",
            # Signs stand beside accented letters.
            rf"[{_SIGNS}][{_ACCENTED}]{{2}}",
            rf"[{_ACCENTED}][÷×][{_ACCENTED}]",
            "¤[¡-ÿ]|‚[¢-¾]",
            "[¢¤¥¦¨¬¯][ß-öø-ÿ]|[ß-öø-ÿ][¢¤¥¦§¨¬¯]",
            # Capital letters, signs or quotation marks stand within a word.
            "[A-Za-z][ŠŒŽŸ][a-z]|[a-z](?:[ŠŒŽŸ]|Æ[a-z])",
            rf"{_LETTER}[‚ƒˆ˜‰]",
            rf"^[^“„”]*{_SMALL}”{_SMALL}",
            rf"{_LETTER}(?:[†‡„‹¢£¤¥¦§¨¬¯±¶¸¹¼½¾¿¡]|(?<!m)[²³])+{_SMALL}",
            "£[a-z]{3}",
        )
    )
)

_MARKING = "icontact-marking"
#: What is in the text in place of bytes that do not fit.
MARK = "\udcff"


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Put a lone surrogate, which no text holds, where bytes make no sense."""
    if isinstance(error, UnicodeDecodeError):
        return MARK, error.end
    raise error


codecs.register_error(_MARKING, _mark)


@attrs.frozen(kw_only=True)
class Encoding:
    """How a file's bytes become text.

    Attributes:
        name: Python's name for it.
        given: Whether it was given; bytes that do not fit are then an error of the whole file.
        note: What to say about it.
    """

    name: str
    given: bool = False
    note: str | None = None

    def fault(self, text: str) -> BadRow | None:
        """Say what is wrong with a row as it stands in the file, or None."""
        try:
            text.encode()  # several times as fast as a search for marks, and refuses just these
        except UnicodeEncodeError:
            known = {"cp1252": "Windows-1252", "utf-8-sig": "UTF-8"}
            label = known.get(self.name, self.name.upper())
            reason = f"the row has bytes that are not {label}"
            return EncodingMismatch(reason) if self.given else BadRow(reason)
        if "\0" in text:
            return BadRow("the row has NUL characters, which are not text")
        if not text.isascii() and self.name == "cp1252" and not self.given:
            with suppress(UnicodeError):
                text.encode("cp1252").decode("utf-8")
                return BadRow("the row is in UTF-8, and most of the file is in Windows-1252")
            if _GARBLED.search(text) is not None:
                return DoubtfulRow(
                    "the letters look wrong in Windows-1252, as which the file was read: give its "
                    "encoding, such as cp1251 or mac_roman; if they are right, give cp1252"
                )
        return None


def named_encoding(name: str) -> Encoding:
    """Return the encoding of a name."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name)
        return Encoding(name=codecs.lookup(name).name, given=True)
    except (LookupError, ValueError):
        pass
    raise ConfigError(f"there is no text encoding {name!r}; usual ones: utf-8, cp1252, utf-16")


def recognised_encoding(stream: BinaryIO, name: str) -> Encoding:
    """Find out a file's encoding: by its byte order mark, or by looking through all of it."""
    head = stream.read(64)
    stream.seek(0)
    if head.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_PAGES):
        raise ConfigError(
            f"{name} is a web page or XML: open it in Excel or another spreadsheet, and save it as "
            ".xlsx or CSV (UTF-8)"
        )
    for magic, what in _NO_TEXT:
        if head.startswith(magic):
            raise ConfigError(f"{name} is {what}")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return Encoding(name=encoding)
    if b"\0" in head[:4]:
        likely = "utf-16-be" if head.startswith(b"\0") else "utf-16-le"
        raise ConfigError(
            f"{name} begins with NUL bytes: if it is text in UTF-16, give the encoding {likely}"
        )
    # UTF-8 differs from Windows-1252 by the lines that are not ASCII.
    fitting = others = 0
    for line in stream:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            others += 1
        else:
            fitting += 1
    stream.seek(0)
    if others > fitting:
        note = (
            "the file is not in UTF-8 and was read as Windows-1252 (Latin-1): if accents look "
            "wrong, give its encoding"
        )
        return Encoding(name="cp1252", note=note)
    return Encoding(name="utf-8")


def open_text(stream: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    """Return the file as text, its line ends untouched, with marks where bytes make no sense."""
    return io.TextIOWrapper(stream, encoding=encoding.name, errors=_MARKING, newline="")
