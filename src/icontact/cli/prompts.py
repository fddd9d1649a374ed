"""What ``icontact init`` asks, and what it takes for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import attrs
import click

from icontact.cli.exit_codes import CommandError, InterruptedCommand
from icontact.cli.output import clean, print_table
from icontact.mapping.contact_fields import closest, shown
from icontact.models import ContactList

__all__ = ["Prompter", "list_from"]

T = TypeVar("T")

#: A screen shows so many; `icontact lists` shows all.
_SHOWN = 40


@attrs.frozen(kw_only=True)
class Prompter:
    """Asks, unless the answer was given with the command, or nobody is to be asked.

    Attributes:
        silent: Whether the defaults are taken (``--yes``).
    """

    silent: bool

    def say(self, text: str) -> None:
        """Say something that belongs to the questions."""
        if not self.silent:
            click.echo(text)

    def show(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Show what there is to choose from."""
        if self.silent:
            return
        print_table(columns, rows[:_SHOWN])
        if len(rows) > _SHOWN:
            click.echo(f"and {len(rows) - _SHOWN} more")

    def text(
        self,
        question: str,
        read: Callable[[str], T],
        *,
        option: str,
        given: str | None = None,
        default: str | None = None,
    ) -> T:
        """Return the answer to a question.

        Args:
            question: What to ask.
            read: Makes of a text what is wanted; raises `click.UsageError` to be asked again.
            option: The option that answers it, too.
            given: Its value.
            default: What to take if nothing is said.

        Raises:
            CommandError: If the option's value cannot be used, or --yes forbids the question and
                there is no default.
        """
        if given is None and self.silent:
            if default is None:
                raise CommandError(f"{option} has no default: with --yes it must be given")
            given = default
        if given is None:
            return self._asked(question, read, option, default)
        try:
            return read(given)
        except click.UsageError as problem:
            said = problem.message
        raise CommandError(f"{option}: {said}")

    def _asked(
        self, question: str, read: Callable[[str], T], option: str, default: str | None
    ) -> T:
        def read_something(text: str) -> T:
            if not text.strip():
                raise click.UsageError("an answer is needed; Ctrl-C ends this")
            return read(text)

        with _answerable(question, option):
            # Told of no default, click asks again without a word.
            answer: T = click.prompt(
                question,
                value_proc=read_something,
                default=default or "",
                show_default=default is not None,
            )
        return answer

    def choice(
        self, question: str, choices: Sequence[str], *, option: str, given: str | None, default: str
    ) -> str:
        """Return one of a few words."""

        def read(text: str) -> str:
            if text.strip() in choices:
                return text.strip()
            raise click.UsageError(f"one of {', '.join(choices)}")

        asked = f"{question} ({', '.join(choices)})"
        return self.text(asked, read, option=option, given=given, default=default)

    def number(self, question: str, *, option: str, given: int | None) -> int:
        """Return an id."""

        def read(text: str) -> int:
            if text.strip().isascii() and text.strip().isdecimal() and int(text) > 0:
                return int(text)
            raise click.UsageError("a whole number, from 1 on")

        return self.text(question, read, option=option, given=None if given is None else str(given))

    def confirm(self, question: str, *, given: bool | None = None, default: bool) -> bool:
        """Return a yes or no."""
        if given is not None:
            return given
        if self.silent:
            return default
        with _answerable(question, "--yes"):
            return click.confirm(question, default=default)

    def place(
        self, what: str, found: Mapping[int, str], *, option: str, given: int | None
    ) -> tuple[int, bool]:
        """Return the id of an account or a client folder, and whether there was a choice.

        Raises:
            CommandError: If there is none, or not the one that was given.
        """
        if not found:
            raise CommandError(f"there is no {what} that these credentials open")
        if given is None and len(found) == 1:
            return next(iter(found)), False
        if given is None:
            self.show(("id", "name"), list(found.items()))

        def read(text: str) -> int:
            if text.strip() in map(str, found):
                return int(text)
            there = ", ".join(f"{number} ({name})" for number, name in found.items())
            raise click.UsageError(f"there is no {what} {shown(clean(text))}; there are: {there}")

        asked = f"Which {what} (its id)"
        return self.text(
            asked, read, option=option, given=None if given is None else str(given)
        ), True


@contextmanager
def _answerable(question: str, option: str) -> Iterator[None]:
    """Say what is missing where no answer comes any more."""
    try:
        yield
    except click.Abort as abort:
        pressed = isinstance(abort.__context__, KeyboardInterrupt)
    else:
        return
    if pressed:
        raise InterruptedCommand("stopped: nothing was written")
    raise CommandError(
        f"the input ended before an answer to {clean(question)!r}: {option} gives it, and nothing "
        "was written"
    )


def list_from(lists: Sequence[ContactList]) -> Callable[[str], ContactList]:
    """Return what finds a list by its exact name or its id."""

    def read(text: str) -> ContactList:
        named = [one for one in lists if one.name == text]
        if len(named) > 1:
            ids = ", ".join(str(one.list_id) for one in named)
            raise click.UsageError(f"several lists have this name; give one's id: {ids}")
        found = named or [one for one in lists if str(one.list_id) == text.strip()]
        if found:
            return found[0]
        near = closest(text, [one.name for one in lists])
        hint = f": did you mean {clean(near)!r}?" if near else ""
        raise click.UsageError(f"there is no list {shown(clean(text))}{hint}")

    return read
