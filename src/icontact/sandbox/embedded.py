"""An embedded iContact without a server: its state, its time, its rules and its faults."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable
from datetime import datetime, timedelta

from icontact.sandbox.app import App
from icontact.sandbox.exchange import MAX_BODY_BYTES
from icontact.sandbox.faults import Faults
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.recipients import Recipients
from icontact.sandbox.request_log import RequestLog
from icontact.sandbox.seeding import Seeding
from icontact.sandbox.state import State
from icontact.sandbox.webhook_sender import WebhookSender


class Snapshot:
    """The whole state of a sandbox at one moment, for :meth:`icontact.sandbox.Sandbox.restore`.

    It is held in memory, also if the sandbox has a file.
    """

    def __init__(self, copied: sqlite3.Connection, ahead: timedelta) -> None:
        self._copied, self._ahead = copied, ahead
        # Newer Pythons complain about a database that is not closed.
        weakref.finalize(self, copied.close)

    def __repr__(self) -> str:
        return "<Snapshot of a sandbox>"


class EmbeddedIContact(Seeding):
    """What a sandbox is without its servers. Threads may share it."""

    def __init__(
        self,
        db: str | os.PathLike[str] | None,
        quirks: Quirks | None,
        clock: Callable[[], datetime] | None,
        recipients: Recipients | None,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        super().__init__(db, clock)
        self._first_quirks = quirks or Quirks()
        self.recipients: Recipients = recipients or Recipients()
        self._app = App(
            self._store, self._first_quirks, lambda: self.now, self.recipients, max_body_bytes
        )
        self._state = State(self._store)

    def advance(
        self,
        by: timedelta = timedelta(0),
        /,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> datetime:
        """Move the time of the sandbox forward, do what is due by then, and return the new time.

        Scheduled sends are released, recipients react, uploads are completed.

        Raises:
            ValueError: The time would go back, or beyond the year 9999.
        """
        now = self.now
        try:
            step = by + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
            then = now + step
        except OverflowError:
            raise ValueError("The sandbox cannot go beyond the years 1 to 9999") from None
        if then < now:
            raise ValueError(f"The sandbox cannot go back in time, by {-step}")
        self._ahead += step
        self._app.run_due()
        return self.now

    def snapshot(self) -> Snapshot:
        """Return a copy of the whole state: all that is stored, and how far time was advanced.

        The copy holds neither the request log nor the faults. Other threads may go on meanwhile: a
        request is in the copy as a whole, or not at all.
        """
        return Snapshot(copied=self._store.copy(), ahead=self._ahead)

    def restore(self, snapshot: Snapshot) -> None:
        """Put the state of a snapshot back, of this sandbox or of another one, any number of times.

        :attr:`requests` stays as it is.
        """
        self._store.replace(snapshot._copied)
        self._ahead = snapshot._ahead
        self._look_up_ids()

    def reset(self) -> None:
        """Make the sandbox as new: what is stored, also in its file, the time and the quirks.

        Faults, logged requests and deliveries to web hooks are forgotten.
        """
        pristine = EmbeddedIContact(None, None, self._clock, None)
        self.restore(pristine.snapshot())
        pristine.close()
        self.quirks = self._first_quirks
        self.faults.clear()
        self.requests.clear()
        self.webhooks.clear()

    @property
    def state(self) -> State:
        """What the sandbox holds now. What is due has happened, such as the end of an upload."""
        self._app.run_due()
        return self._state

    @property
    def quirks(self) -> Quirks:
        """The switches for what is not known of iContact; other ones may be set at any time."""
        return self._app.quirks

    @quirks.setter
    def quirks(self, quirks: Quirks) -> None:
        """Set other switches."""
        self._app.quirks = quirks

    @property
    def faults(self) -> Faults:
        """The faults to come."""
        return self._app.faults

    @property
    def requests(self) -> RequestLog:
        """The requests that arrived, in order, through any server."""
        return self._app.requests

    @property
    def webhooks(self) -> WebhookSender:
        """What was delivered to web hooks."""
        return self._app.webhook_sender

    def close(self) -> None:
        """Close the database. Without a file its content is gone then."""
        self._store.close()
