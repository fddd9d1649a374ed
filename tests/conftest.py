"""What tests of every part may use: an embedded iContact, and clients that never wait."""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator, Iterator

import hypothesis
import pytest
import responses

import icontact
from icontact.push import workers
from icontact.sandbox import Sandbox
from icontact.transport import Transport
from tests.unit.support import Clock, patient_client, transport_to

# Two busy cores are slow now and then, and a run must leave nothing in the checkout.
hypothesis.settings.register_profile(
    "icontact",
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("icontact")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect garbage among what the tests make only.

    All that was imported stays for the whole run, and to look through it takes a large part of a
    second each time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage in property tests: the tracer doubles the time of their many cases.

    Other tests reach nearly every line that they reach.
    """
    for item in items:
        if getattr(getattr(item, "function", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> Iterator[None]:
    """Ctrl-C works: what a shell starts in the background ignores it, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True, scope="session")
def steady_workers() -> Iterator[None]:
    """A busy machine does not look like a slow server: pushes send one request at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "_SLOW_ANSWER", 100.0)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
    sandbox.close()


@pytest.fixture
def client(sandbox: Sandbox, clock: Clock) -> icontact.Client:
    return patient_client(sandbox, clock)


@pytest.fixture
def folder(client: icontact.Client, sandbox: Sandbox) -> icontact.Folder:
    return client.folder(account_id=sandbox.account_id, client_folder_id=sandbox.client_folder_id)


@pytest.fixture
def answers() -> Iterator[responses.RequestsMock]:
    """Hand-made answers; other requests are refused."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def transport(clock: Clock) -> Transport:
    """Sends to where ``answers`` answers."""
    return transport_to(clock)
