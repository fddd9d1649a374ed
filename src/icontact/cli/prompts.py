"""Asks what ``icontact init`` has to know, unless an option has the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import attrs
import click

from icontact.cli.exit_codes import INTERRUPTED, CommandError
from icontact.cli.output import clean, echo, print_table
from icontact.mapping.contact_fields import shown

T = TypeVar("T")

#: A screen shows this many choices; `icontact lists` shows all.
_SHOWN = 40


@attrs.frozen(kw_only=True)
class Prompter:
    """Asks questions, or takes the defaults instead, if it is silent (``--yes``)."""

    silent: bool

    def say(self, text: str) -> None:
        """Print a text that belongs to the questions."""
        if not self.silent:
            echo(text)

    def show(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print the choices."""
        if self.silent:
            return
        print_table(columns, rows[:_SHOWN])
        if len(rows) > _SHOWN:
            echo(f"and {len(rows) - _SHOWN} more")

    def text(
        self,
        question: str,
        read: Callable[[str], T],
        *,
        option: str,
        given: object = None,
        default: str | None = None,
    ) -> T:
        """Return the answer to a question.

        Args:
            question: The question.
            read: Converts the text; raises `click.UsageError` to be asked again.
            option: The option that answers it, too.
            given: Its value.
            default: The answer if nothing is typed.

        Raises:
            CommandError: If the option's value cannot be used, or --yes forbids the question and
                there is no default.
        """
        if given is None and self.silent:
            if default is None:
                raise CommandError(f"{option} has no default: with --yes it must be given")
            given = default
        if given is not None:
            try:
                return read(str(given))
            except click.UsageError as problem:
                raise CommandError(f"{option}: {problem.message}") from None

        def read_typed(text: str) -> T:
            if not text.strip():
                raise click.UsageError("an answer is needed; Ctrl-C ends this")
            return read(text)

        with _needs_answer(question, option):
            # Without a default click would ask again without a message.
            answer: T = click.prompt(
                question,
                value_proc=read_typed,
                default=default or "",
                show_default=default is not None,
            )
        return answer

    def choice(
        self, question: str, choices: Sequence[str], *, option: str, given: str | None, default: str
    ) -> str:
        """Return one of a few words."""
        words = ", ".join(choices)

        def read(text: str) -> str:
            if text.strip() in choices:
                return text.strip()
            raise click.UsageError(f"one of {words}")

        return self.text(f"{question} ({words})", read, option=option, given=given, default=default)

    def confirm(self, question: str, *, given: bool | None = None, default: bool) -> bool:
        """Return a yes or no."""
        if given is not None or self.silent:
            return default if given is None else given
        with _needs_answer(question, "--yes"):
            return click.confirm(question, default=default)

    def place(
        self, what: str, found: Mapping[int, str], *, option: str, given: int | None
    ) -> tuple[int, tuple[int, str] | None]:
        """Return the id of an account or a client folder; with its name if there was a choice.

        Raises:
            CommandError: If there is none, or not the one that was given.
        """
        if not found:
            raise CommandError(f"there is no {what} that these credentials open")
        if given is None and len(found) == 1:
            return next(iter(found)), None
        if given is None:
            self.show(("id", "name"), list(found.items()))

        def read(text: str) -> int:
            if text.strip() in map(str, found):
                return int(text)
            there = ", ".join(f"{number} ({name})" for number, name in found.items())
            raise click.UsageError(f"there is no {what} {shown(clean(text))}; there are: {there}")

        chosen = self.text(f"Which {what} (its id)", read, option=option, given=given)
        return chosen, (chosen, found[chosen])


@contextmanager
def _needs_answer(question: str, option: str) -> Iterator[None]:
    """Report which option is missing where no answer comes any more."""
    try:
        yield
    except (click.Abort, RuntimeError) as ended:
        # The latter if standard input is closed.
        if isinstance(ended.__context__, KeyboardInterrupt):
            raise CommandError("stopped: nothing was written", INTERRUPTED) from None
        raise CommandError(
            f"the input ended before an answer to {clean(question)!r}: {option} gives it, and "
            "nothing was written"
        ) from None
