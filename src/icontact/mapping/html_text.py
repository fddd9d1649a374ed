"""HTML in values: Mautic stores what people pasted into its forms."""

from __future__ import annotations

import re

from icontact.mapping.values import TransformResult, trimmed

#: Elements that end a line or a paragraph; without them two words would run together.
_BLOCKS = (
    "address article aside blockquote br dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol option p pre section select table tbody td tfoot th thead tr ul"
)
_INLINE = (
    "a abbr acronym b bdo big body center cite code del dfn em font head html i iframe img input "
    "ins kbd label link mark meta q s samp script small span strike strong style sub sup textarea "
    "title tt u var wbr"
)

_OPEN = "(?:<|&(?:lt|#0*60|#[xX]0*3[cC]);)"
_CLOSE = "(?:>|&(?:gt|#0*62|#[xX]0*3[eE]);)"
_NAMES = "|".join(sorted([*_BLOCKS.split(), *_INLINE.split()], key=len, reverse=True))

# Only what HTML knows is a tag: "<jo@example.com>", "a < b" and "I <3 you" stay as they are. The
# attributes may hold no bracket, so that no search goes further than one tag.
_TAG = re.compile(rf"{_OPEN}/?(?P<name>{_NAMES})(?:[\s/][^<>]{{0,2000}}?)?{_CLOSE}", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)

_SPACES = re.compile(r" {2,}")

_IS_BLOCK = frozenset(_BLOCKS.split())


def without_tags(text: str) -> TransformResult:
    """Return a text without HTML's tags and comments, whose text stays.

    Tags count also where their brackets are written as entities, which Mautic does. What else is
    an entity is left to the field's own transform, so that nothing is decoded twice.

    >>> without_tags("<p>Fish &amp; <b>Chips</b></p>").value
    'Fish &amp; Chips'
    """
    bare = _TAG.sub(
        lambda tag: " " if tag["name"].lower() in _IS_BLOCK else "", _COMMENT.sub("", text)
    )
    if bare == text:
        return TransformResult(text)
    return TransformResult(trimmed(_SPACES.sub(" ", bare)) or None, ("HTML tags removed",))
