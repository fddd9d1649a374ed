"""Where calls of ``requests`` are caught, beside the user's own mocks."""

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


class _Server(Protocol):
    """What answers requests in process."""

    def serves(self, request: requests.PreparedRequest) -> bool:
        """Say whether a request is for this server."""
        ...

    def answer(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request."""
        ...


class MockRegistry(responses.BaseResponse):
    """The one mock for every verb and path, which the open servers answer.

    While a server is open, the user's mocks of the same library stay in force. A mock that was
    started later is asked first, as the inner one of two. Then a request to a sandbox's URL is
    answered by the sandbox, and a request to loopback passes. All others are refused, or handled as
    the user's mock handles them.
    """

    def __init__(self) -> None:
        super().__init__("*", re.compile(""))
        self._lock = threading.Lock()
        self._servers: list[_Server] = []
        self._mock = _Mock(self)
        self._find_match = responses.RequestsMock._find_match

    @property
    def is_open(self) -> bool:
        """Whether a server is open."""
        return bool(self._servers)

    def add(self, server: _Server) -> None:
        """Open a server; the first one starts the mock."""
        with self._lock:
            self._servers.append(server)
            if len(self._servers) == 1:
                self._mock.add_passthru(_LOOPBACK)
                self._mock.add(self)
                self._mock.underneath = HTTPAdapter.send
                self._mock.start()
                self._hook(self._with_servers())

    def remove(self, server: _Server) -> None:
        """Close a server; the last one stops the mock."""
        with self._lock:
            self._servers.remove(server)
            if not self._servers:
                self._hook(self._find_match)
                self._mock.stop(allow_assert=False)
                self._mock.reset()

    def matches(self, request: requests.PreparedRequest) -> tuple[bool, str]:
        """Say whether a server answers a request, and why not."""
        if self._server_for(request) is None:
            return False, "URL is not under the base URL of a sandbox"
        return True, ""

    def get_response(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request by the newest server for it."""
        # The library keeps every request, with the credentials in its headers.
        self._mock.calls.reset()
        self.calls.reset()
        server = self._server_for(request)
        if server is None:
            raise requests.exceptions.ConnectionError("The sandbox was just left", request=request)
        return server.answer(request)

    def _server_for(self, request: requests.PreparedRequest) -> _Server | None:
        with self._lock:
            return next((each for each in reversed(self._servers) if each.serves(request)), None)

    @staticmethod
    def _hook(find_match: Callable[..., Any]) -> None:
        # A mock that was started after ours is asked first, and does not know ours. The library has
        # no public way to change that.
        responses.RequestsMock._find_match = find_match  # type: ignore[method-assign]  # see above

    def _with_servers(self) -> Callable[..., Any]:
        find_match = self._find_match

        def find(mock: responses.RequestsMock, request: requests.PreparedRequest) -> Any:
            found, reasons = find_match(mock, request)
            if found is not None or isinstance(mock, _Mock):
                return found, reasons
            if self._server_for(request) is not None:
                return self, []
            if _LOOPBACK.match(str(request.url)):
                return responses.PassthroughResponse(str(request.method), str(request.url)), []
            return found, reasons

        return find


class _Mock(responses.RequestsMock):
    """Our mock, which leaves to an earlier mock what no server answers."""

    def __init__(self, registry: MockRegistry) -> None:
        super().__init__(assert_all_requests_are_fired=False)
        self._served = registry
        self.underneath: Send = responses._real_send

    def _on_request(self, adapter: Any, request: Any, **kwargs: Any) -> Any:
        if not self._served.is_open:
            # A mock that ended after ours has put ours back.
            return responses._real_send(adapter, request, **kwargs)
        # Only to a mock of this library: anything else leads out to the network.
        mocked = self.underneath.__module__ == responses.__name__
        if mocked and not self._served.matches(request)[0]:
            return self.underneath(adapter, request, **kwargs)
        return super()._on_request(adapter, request, **kwargs)


mock_registry: MockRegistry = MockRegistry()
"""The registry of this process."""
