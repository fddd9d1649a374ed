"""Where calls of ``requests`` are caught, beside whatever else catches them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any, Protocol

import requests
import responses
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

_LOOPBACK = re.compile(r"https?://(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:[/?#]|$)", re.I)

Send = Callable[..., requests.Response]


class Door(Protocol):
    """A way into a sandbox."""

    def leads(self, request: requests.PreparedRequest) -> bool:
        """Say whether a request goes through this door."""
        ...

    def answer(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request, or fail as its fault says."""
        ...


class MockRegistry(responses.BaseResponse):
    """The one response that serves every verb and path, by whichever door is open.

    While a door is open, mocks of the same library that belong to the user work on. What they have
    an answer for is theirs if they were started later, as the inner one of two; what is under a
    sandbox's URL is answered by the sandbox; loopback passes; and all else is refused, or treated
    as the user's mock treats it.
    """

    def __init__(self) -> None:
        super().__init__("*", re.compile(""))
        self._lock = threading.Lock()
        self._doors: list[Door] = []
        self._mock = _Mock(self)
        self._find_match = responses.RequestsMock._find_match

    @property
    def is_open(self) -> bool:
        """Whether any door is open."""
        return bool(self._doors)

    def add(self, door: Door) -> None:
        """Open a door; the first one starts the catching."""
        with self._lock:
            self._doors.append(door)
            if len(self._doors) == 1:
                self._mock.add_passthru(_LOOPBACK)
                self._mock.add(self)
                self._mock.underneath = HTTPAdapter.send
                self._mock.start()
                self._hook(self._with_doors())

    def remove(self, door: Door) -> None:
        """Close a door; the last one ends the catching."""
        with self._lock:
            self._doors.remove(door)
            if not self._doors:
                self._hook(self._find_match)
                self._mock.stop(allow_assert=False)
                self._mock.reset()

    def matches(self, request: requests.PreparedRequest) -> tuple[bool, str]:
        """Say whether a door leads where a request goes, whatever its verb."""
        if self._door_for(request) is None:
            return False, "URL is not under the base URL of a sandbox"
        return True, ""

    def get_response(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request by the newest door that leads to it."""
        # The library keeps every request for ever, with the credentials in its headers.
        self._mock.calls.reset()
        self.calls.reset()
        door = self._door_for(request)
        if door is None:
            raise requests.exceptions.ConnectionError("The sandbox was just left", request=request)
        return door.answer(request)

    def _door_for(self, request: requests.PreparedRequest) -> Door | None:
        with self._lock:
            return next((door for door in reversed(self._doors) if door.leads(request)), None)

    @staticmethod
    def _hook(find_match: Callable[..., Any]) -> None:
        # A mock that was started after ours is asked first, and knows nothing of ours. The library
        # has no public place to tell it.
        responses.RequestsMock._find_match = find_match  # type: ignore[method-assign]  # see above

    def _with_doors(self) -> Callable[..., Any]:
        find_match = self._find_match

        def find(mock: responses.RequestsMock, request: requests.PreparedRequest) -> Any:
            found, reasons = find_match(mock, request)
            if found is not None or isinstance(mock, _Mock):
                return found, reasons
            if self._door_for(request) is not None:
                return self, []
            if _LOOPBACK.match(str(request.url)):
                return responses.PassthroughResponse(str(request.method), str(request.url)), []
            return found, reasons

        return find


class _Mock(responses.RequestsMock):
    """Ours, which leaves to a mock that was there before what no door leads to."""

    def __init__(self, board: MockRegistry) -> None:
        super().__init__(assert_all_requests_are_fired=False)
        self._board = board
        self.underneath: Send = responses._real_send

    def _on_request(self, adapter: Any, request: Any, **kwargs: Any) -> Any:
        if not self._board.is_open:
            # Somebody's mock that ended after ours has put ours back.
            return responses._real_send(adapter, request, **kwargs)
        # Only to a mock of this library: what else may stand there leads out to the network.
        mocked = self.underneath.__module__ == responses.__name__
        if mocked and not self._board.matches(request)[0]:
            return self.underneath(adapter, request, **kwargs)
        return super()._on_request(adapter, request, **kwargs)


mock_registry: MockRegistry = MockRegistry()
"""The one of this process."""
