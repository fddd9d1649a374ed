"""Which columns of other systems' files say who may be mailed, by their headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import accumulate, dropwhile
from typing import Literal, TypeAlias

from icontact.mapping.mautic import DO_NOT_CONTACT as MAUTIC_DO_NOT_CONTACT
from icontact.mapping.normalize import header_words, read_data, unaccented

#: The kinds of headers. ``no`` and ``yes``: what its plain yes means. ``left``: it
#: dates or explains an unsubscribe, so that any entry is a no. ``status``: it holds a mail tool's
#: words. ``maybe``: its values must show whether it is about consent. ``unsure``: no value can
#: show what it is about.
HeaderKind: TypeAlias = Literal["no", "yes", "left", "status", "maybe", "unsure"]

_DATA = read_data("consent_headers.toml")


@cache
def _words(name: str) -> frozenset[str]:
    """Return the words of a table; some are read when they are first needed."""
    return frozenset(unaccented(_DATA[name]).split())


_DATES = _words("dating") | _words("origin")
_DETAILS = _DATES | _words("beside") | _words("other_things")

#: Headers about the status of many things.
GENERAL_STATUS = frozenset(
    "status state statut estado stato stav tila статус durum ステータス 状態 memberstatus "
    "subscribertype".split()
)

#: Headers about many things whose plain yes is a no: "Deleted".
PLAIN_NO = _words("plain_no")

#: Headers about many things whose plain no is a doubt: "Confirmed".
PLAIN_DOUBT = _words("plain_doubt")

#: Words for e-mails, and for lists of people.
MAIL_WORDS = _words("mail_words")
LIST_WORDS = _words("lists")

#: A longer header is a text of its own; questions of forms are shorter.
_LONGEST = 1_000

#: A header with more words is a sentence, and may say two things.
_SHORT = 6

#: The most words of a short note; words that belong together are as near as that.
NOTE = 7

#: A question such as "Please invite?" has at most three words.
_SHORTEST = 3

#: The letters of the shortest part of a compound that is continued by the next word.
_SHORTEST_PART = 4

#: A header whose first word names what has the field: "Person - Newsletter", "contact.newsletter".
_PREFIXED = re.compile(r"\s*\w+\s*(?:[.:/>\[]|\s[-–]\s)")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Compile a pattern when it is first used: it takes as long as many an import."""
    # It goes through the same function as the headers, which writes some letters in two parts.
    return re.compile("|".join(unaccented(_DATA[name]).split()))


@cache
def _answers() -> re.Pattern[str]:
    """Compile the pattern of two answers that a header offers, as in "Newsletter (yes/no)"."""
    # Some pairs may be separated by a space alone; "si no desea …" begins a sentence.
    spaced = ("yes/no", "ja/nein", "oui/non")
    return re.compile(
        "|".join(
            rf"(?<![^\W_]){first}(?:\s*[/|,_\-–]\s*|\s+(?:or|oder|ou|o|of|lub|eller|tai|nebo|или)\s+"
            rf"{'|[ ]+' if pair in spaced else ''}){second}(?![^\W_])"
            for pair in _DATA["answers"].split()
            for first, second in (pair.split("/"), pair.split("/")[::-1])
        ),
        re.IGNORECASE,
    )


# Rows of most sources have the same keys; those of a hostile one do not fill the memory.
@lru_cache(maxsize=10_000)
def kind_of(header: object) -> HeaderKind | None:
    """Return the kind of a header about e-mail consent; ``None`` if it is about something else."""
    if not isinstance(header, str) or len(header) > _LONGEST:
        return None
    if header == MAUTIC_DO_NOT_CONTACT:
        return "no"  # in spite of its name
    words = header_words(_answers().sub(" ", re.sub(r"n['’´]t\b", "nt", header)))
    if not words or is_other_channel(words) or _is_other_consent(words):
        return None
    kind = _kind(words) or _kind_without_prefix(words, _PREFIXED.match(header) is not None)
    if kind is None and plain_status(header) is not None:
        return "maybe"
    details = _DETAILS.intersection(words[1:] if words[0] == "user" else words)
    # In a sentence some words say nothing more: *by* in "May we write by e-mail?".
    if len(words) > 3:
        details -= _words("prepositions").intersection(words[:-1])
    if _has(words, "data_use"):
        details -= {"data"}
    if "byemail" in "".join(words):
        details -= {"by"}
    if "consenso" in words:
        details -= {"dato"}  # "given" in Italian, a date in Danish
    if kind is None or not details:
        return "left" if kind == "no" and _finds("left", words) else kind
    if kind == "unsure" or len(words) > _SHORT:
        return kind if kind in ("status", "maybe") else "unsure"
    if kind == "no":
        if details & _words("beside"):
            return None
        # What dates or explains an unsubscribe has an entry only for people who did.
        return "left" if details & _DATES else "no"
    # A date of opting in is evidence, and not a column that every row has to fill.
    return "yes" if kind == "yes" and not details & (_words("beside") | _DATES) else None


@lru_cache(maxsize=10_000)
def plain_status(header: str) -> str | None:
    """Return the one word of a header such as ``is_deleted``, if it is a contact's state."""
    plain = header_words(_answers().sub(" ", header))
    words = [word for word in plain if word not in _words("fillers") and not word.isdigit()]
    name, rest = "".join(words), "".join(_without_prefix(words))
    if name in _words("plain_status") | PLAIN_NO | PLAIN_DOUBT:
        return name
    return rest if rest in PLAIN_NO | PLAIN_DOUBT else None


def is_restriction(header: str) -> bool:
    """Return whether a header is one in doubt whose yes alone restricts: "Do not mail"."""
    words = header_words(_answers().sub(" ", header))
    return _pattern("restrictions").fullmatch("".join(words)) is not None


def may_ask(header: str) -> bool:
    """Return whether a no below a header may be about e-mails: "Mail?", "E-Mail-Versand"."""
    words = header_words(_answers().sub(" ", header))
    if _finds("topic_flags", words):
        return True
    others = (_DETAILS | _words("not_asking")) - _words("prepositions")
    if not words or not others.isdisjoint(words) or is_other_channel(words):
        return False
    is_question = header.rstrip().endswith(("?", "？"))
    if is_about_email(words) or any(map(_is_mail_word, words)):
        asks = _has(words, "asking") or _has(words, "by_mail") or _has(words, "subscription")
        names_address = words[-1] in _words("addresses") and not is_about_email(words[:-1])
        return is_question or asks or not names_address
    is_short_question = is_question and len(words) <= _SHORTEST and not _has(words, "asked_for")
    if _has(words, "asking") and (is_short_question or _has(words, "us")):
        return True
    is_choice = _has(words, "choosing") and _finds("contacts", words)
    return is_choice or words[-1] in _words("offers")


def offers_choice(words: Sequence[str]) -> bool:
    """Return whether a header is of a choice between ways of contact: "Preferred channel"."""
    return _finds("choices", words) and not is_other_channel(words)


def _is_mail_word(word: str) -> bool:
    return word in MAIL_WORDS or _finds_word("mail_compounds", [word])


def is_about_something_else(words: Sequence[str]) -> bool:
    """Return whether a note is about an address or a message: "No reply to my e-mail"."""
    return _has(words, "not_refusing") and not _has(words, "wanting")


def words_against_mail(words: Sequence[str]) -> list[str]:
    """Return the words with which a note asks for no e-mails: "take *off* the mailing *list*".

    In a long note they have to be near each other, the *no* before the e-mails, and it has to say
    what a person wants.
    """
    is_plain_word = len(words) == 1 and words[0].isascii()
    is_wanted = _has(words, "wanting")
    if is_plain_word or is_about_something_else(words) or (len(words) > NOTE and not is_wanted):
        return []
    about, noes = set(filter(_is_for_mail, words)), set(filter(_is_against, words))
    if is_wanted:
        about |= _words("contact_words").intersection(words)
    if about:
        noes |= (_words("negations") | _words("leading_negations")).intersection(words)
        noes |= {"t"} if _has(words, "cut_off") else set()
    elif not _has(words, "other_lists"):
        about |= _words("lists")
    late = noes if len(words) <= NOTE else noes & _words("late_negations")
    are_near = (
        (one in about and not noes.isdisjoint(words[max(at - NOTE + 1, 0) : at + 1]))
        or (one in late and not about.isdisjoint(words[max(at - NOTE + 1, 0) : at + 1]))
        for at, one in enumerate(words)
    )
    return [_shown(one) for one in words if one in noes or one in about] if any(are_near) else []


#: Tables of whole words; the words of others are found by a part.
_WHOLE = ("mail_words", "contact_words", "lists", "removals", "negations", "leading_negations")


def _shown(word: str) -> str:
    """Return what a message may show of a word in a note: the rest may be a name or an address."""
    if word == "t" or any(word in _words(table) for table in _WHOLE):
        return word
    for_mail = _pattern("email").search(word) or _pattern("mail_compounds").search(word)
    return " ".join(one[0] for one in (for_mail, _pattern("negation").search(word)) if one)


# Notes have the same words again and again.
@lru_cache(maxsize=10_000)
def _is_for_mail(word: str) -> bool:
    return is_about_email([word]) or _is_mail_word(word)


@lru_cache(maxsize=10_000)
def _is_against(word: str) -> bool:
    return _finds_word("negation", [word]) or word in _words("removals")


def sorts_people(words: Sequence[str]) -> bool:
    """Return whether a column has tags, notes or the like: "Segment", "Lead status"."""
    is_sorting = _has(words, "sorting") or _finds_word("sorting_ends", words)
    return is_sorting and not _has(words, "other_matters")


def is_other_text(words: Sequence[str]) -> bool:
    """Return whether a column has texts on something else than the person: "Campaign"."""
    return _has(words, "other_texts") and not _has(words, "notes")


def is_other_channel(words: Sequence[str]) -> bool:
    """Return whether the words of a header are about text messages, calls, or post."""
    is_other = _has(words, "other_channel_words") or _finds("other_channel", words)
    return is_other and not is_about_email(words)


def _is_other_consent(words: Sequence[str]) -> bool:
    return _pattern("other_consents").fullmatch("".join(words)) is not None


def is_about_email(words: Sequence[str]) -> bool:
    """Return whether the words of a header have one for e-mail or a newsletter."""
    return _finds("email", words)


def says_no(words: Sequence[str]) -> bool:
    """Return whether the words of a file's name say no, whatever is beside those that do."""
    beside = None if is_other_channel(words) else _beside_no(words)
    if beside is None:
        return kind_of(" ".join(words)) == "no"
    before = next((at for at, word in enumerate(beside) if word != words[at]), len(beside))
    return before == 0 or words[before - 1] not in _words("leaving_out")


def is_negated(words: Sequence[str]) -> bool:
    """Return whether words such as *not*, *missing*, *refused* are among some."""
    return _has(words, "negations") or _finds_word("negation", words)


def _has(words: Sequence[str], table: str) -> bool:
    return not _words(table).isdisjoint(words)


def _finds(pattern: str, words: Sequence[str]) -> bool:
    return _pattern(pattern).search("".join(words)) is not None


def _finds_word(pattern: str, words: Sequence[str]) -> bool:
    return any(map(_pattern(pattern).search, words))


def _without_prefix(words: Sequence[str]) -> list[str]:
    """Return a header's words without what a system writes before its fields: "x_studio_"."""
    prefixes = _words("prefixes") | _words("people")
    return list(dropwhile(lambda word: word in prefixes or word.isdigit(), words))


def _kind_without_prefix(words: Sequence[str], is_prefixed: bool) -> HeaderKind | None:
    rest = _without_prefix(words)
    kind = _kind(rest) if rest and len(rest) < len(words) else None
    # "Customer offers" may be about anything; "Customer blocked" and "customer.offers" may not.
    is_certain = is_prefixed or words[0] in _words("prefixes")
    return kind if kind == "no" or is_certain else None


def _kind(words: Sequence[str]) -> HeaderKind | None:
    if _pattern("unsure").fullmatch("".join(words)):
        return "unsure"
    is_short = len(words) <= _SHORT
    if (beside := _beside_no(words)) is not None:
        # "Not unsubscribed", and "Yes, mail me, I can unsubscribe at any time".
        others = [word for word in beside if word != "ne"]  # a part of "ne … pas"
        is_double = is_negated(others) or _has(others, "leading_negations")
        return "unsure" if is_double or (not is_short and _wanted(beside)) else "no"
    kind: HeaderKind | None = "status" if _finds("status", words) else _wanted(words)
    if kind is None and _has(words, "subscription") and _finds_word("confirmation", words):
        kind = "maybe"
    if kind in ("yes", "maybe") and is_short and _is_doubtful(words, kind):
        return "unsure"
    # "No. of e-mails" is a number of things.
    is_count = len(words) > 1 and words[1] in ("of", "de", "di")
    is_no = is_negated(words) or (words[0] in _words("leading_negations") and not is_count)
    if kind is None:
        # "Marketing suspended"; but "Email not opened" may be a count.
        if not is_short or not (is_no or _has(words, "leading_negations")):
            return None
        if _finds("marketing", words):
            return "no" if is_no else "unsure"
        about_mail = _finds("email", words) or _has(words, "subscription")
        return "unsure" if is_no and about_mail else None
    if is_no or _has_negating_prefix(words):
        return "no" if is_short and kind != "status" else "unsure"
    # "Newsletter No." may be its number, and "inscrito no boletim" is in it.
    return "unsure" if _has(words, "leading_negations") else kind


def _is_doubtful(words: Sequence[str], kind: HeaderKind) -> bool:
    """Return whether consent is not there yet, or no longer: "Consent requested"."""
    if _finds_word("doubt", words):
        return True
    # The date of a request says nothing of the answer.
    is_dated = not _DATES.isdisjoint(words)
    return kind == "yes" and not is_dated and _finds_word("consent_doubt", words)


def _wanted(words: Sequence[str]) -> Literal["yes", "maybe"] | None:
    if _finds("yes", words) or _has(words, "yes_words"):
        return "yes"
    return "maybe" if _finds("maybe", words) else None


def _beside_no(words: Sequence[str]) -> list[str] | None:
    """Return the words beside those that say no; ``None`` if none says it."""
    ends = list(accumulate(map(len, words), initial=0))
    squeezed = "".join(words)
    spans = []
    for match in _pattern("no").finditer(squeezed):
        start = max(end for end in ends if end <= match.start())
        before = squeezed[start : match.start()]
        crosses = match.end() > min(end for end in ends if end > match.start())
        # "Sun subscribers" has no "unsub", and "Kundenwerbung gesperrt" has "Werbung gesperrt".
        if not crosses or before in ("", "e") or len(before) >= _SHORTEST_PART:
            spans.append(match.span())
    # A number of bounces says nothing for sure: iContact's own exports have it.
    is_bounce = "bounce" in words and not (_DATES - {"count", "counts"}).isdisjoint(words)
    if not spans and not _has(words, "no_words") and not is_bounce:
        return None
    return [
        word
        for word, end in zip(words, ends[1:], strict=True)
        if word not in _words("no_words")
        and not any(end - len(word) < last and first < end for first, last in spans)
    ]


def _has_negating_prefix(words: Sequence[str]) -> bool:
    """Return whether a word negates by its beginning: *Unmailable*, *Nesouhlas*."""
    squeezed = "".join(words)
    starts = list(accumulate(map(len, words), initial=0))
    for pattern in (_pattern("yes"), _pattern("maybe")):
        for match in pattern.finditer(squeezed):
            begin = max(start for start in starts if start <= match.start())
            if squeezed[begin : match.start()] in _words("negating_prefixes"):
                return True
    return False
