"""Shows on stderr what a command is doing: its phase, a bar, and why it waits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from icontact._wording import number_of
from icontact.cli.output import is_terminal, print_note
from icontact.limits import AdaptiveLimiter
from icontact.push import Lookup, Progress
from icontact.transport import Event

_LIMITING = (429, 503)

_PLAIN = "{desc}"
_WITH_BAR = "{desc} |{bar}| {remaining} left"

#: A wait below this many seconds is not worth a change of the line.
_NOTICED = 1.0


class ProgressDisplay:
    """Draws one line on a terminal; elsewhere it only notes that requests are repeated.

    Args:
        phase: What the command does first.
        shown: Whether a terminal may show a line at all.
    """

    def __init__(self, phase: str, *, shown: bool = True) -> None:
        self.last: Progress | None = None
        self._requests = 0
        self._expected: Lookup | None = None
        self._limited = self._noted = False
        self._bar: Any = None
        self._phase = self._text = phase
        if shown and is_terminal(sys.stderr):
            from tqdm import tqdm

            self._bar = tqdm(
                file=sys.stderr, leave=False, dynamic_ncols=True, desc=phase, bar_format=_PLAIN
            )
            self._draw(phase)

    def __enter__(self) -> ProgressDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def on_event(self, event: Event) -> None:
        """Count requests while nothing better is known, and say why a request is repeated."""
        if event.kind == "retry":
            limiting, silent = "iContact is limiting requests", "iContact is not answering"
            why = limiting if self._limited else silent
            text = f"waiting {max(event.seconds, 1):.0f} s: {why}"
            if self._bar is not None:
                self._draw(text)
            elif is_terminal(sys.stderr):
                print_note(text)
            elif not self._noted:
                self._noted = True
                print_note(
                    "iContact is not answering or is limiting requests; retrying more slowly"
                )
        elif event.kind == "wait" and self._bar is not None:
            self._draw(self._text)
        elif event.kind == "request":
            self._requests += 1
            self._limited = event.status in _LIMITING
            if not self._phase.startswith("reading") or self._bar is None:
                return
            if (lookup := self._expected) is not None:
                # Some pages are asked for again, and a listing may grow meanwhile.
                done = min(self._requests, lookup.requests)
                self.count(self._phase, done, lookup.requests, lookup.how)
            else:
                self._text = f"{self._phase} ({number_of(self._requests, 'request')})"
                self._draw(self._text)

    def on_limit(self, seconds: float) -> None:
        """Show that the limiter is about to hold a request back."""
        if self._bar is not None:
            self._draw(f"waiting {seconds:.0f} s: iContact is limiting requests")

    def on_lookup(self, lookup: Lookup) -> None:
        """Show how many requests a listing takes; the first one has been answered."""
        self._expected, self._requests = lookup, 1
        self.count(f"reading {lookup.what}:", 1, lookup.requests, lookup.how)

    def on_push(self, progress: Progress) -> None:
        """Show how many rows have their outcome."""
        self.last = progress
        self.count("writing", progress.done, progress.total, "rows", before=progress.before)

    def count(
        self, phase: str, done: int, total: int | None, unit: str, *, before: int = 0
    ) -> None:
        """Show how many units of a phase are done, of how many, and how many were before it."""
        if self._bar is None:
            return
        of = "" if total is None else f" of {total:,}"
        self._text = f"{phase} {done:,}{of} {unit}"
        if phase != self._phase:
            self._phase = phase
            self._bar.set_description_str(self._text, refresh=False)
            self._bar.reset(total)
        self._bar.n, self._bar.initial, self._bar.total = done, before, total
        self._draw(self._text)

    def _draw(self, text: str) -> None:
        self._bar.bar_format = _WITH_BAR if self._bar.total else _PLAIN
        self._bar.set_description_str(text)


class LimiterWithDisplay(AdaptiveLimiter):
    """Finds the rate that iContact allows, and has a wait shown before it begins.

    Args:
        show: Called with the seconds.
        timing: As for :class:`AdaptiveLimiter`.
    """

    def __init__(self, show: Callable[[float], None], **timing: Any) -> None:
        super().__init__(**timing)
        self._show = show

    def acquire(self, cost: int = 1) -> float:
        """Wait until a request may go out, and return the seconds waited."""
        if (seconds := self.seconds_until(cost)) >= _NOTICED:
            self._show(seconds)
        return super().acquire(cost)
