"""Answers that are almost right, for every verb: a right result, or an error of the right class."""

from __future__ import annotations

import json
import logging
import os
import pickle
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import Phase, example, given, settings

from icontact import errors
from icontact.client import Client
from icontact.sandbox import Sandbox
from icontact.transport import RetryPolicy
from tests.transport.hostile import (
    ALWAYS_PLAYED,
    HostileServer,
    Script,
    certain_error,
    hostile_server,
    scripts,
)
from tests.transport.verbs import JO, NEW, OTHERS, VERBS, Verb, World, furnish
from tests.unit.support import Clock, transport_to

#: How many scripts each verb meets. ICONTACT_HOSTILE=2000 takes hours.
EXAMPLES = int(os.environ.get("ICONTACT_HOSTILE", "4"))
THOROUGH = EXAMPLES >= 1_000

PHASES = (Phase.explicit, Phase.generate, Phase.shrink)

#: What a call may raise, whatever the server answers.
EXPECTED = (
    errors.CallError,
    errors.PagingError,
    errors.UnknownContact,
    errors.ConfigError,  # a list or an account is not there
)
#: What no error and no log may show.
SECRETS = ("sandbox@example.com", "sandbox-password", "sandbox-app", JO, *NEW, *OTHERS)

MOST_REQUESTS = 400
MOST_SECONDS = 30


class Heard(logging.Handler):
    """Notes every line that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Stage:
    """A sandbox with a hostile server before it, as new for each script."""

    def __init__(self, sandbox: Sandbox, server: HostileServer) -> None:
        self.sandbox, self.server = sandbox, server
        self.ids = furnish(sandbox)
        self.snapshot = sandbox.snapshot()
        self.others = self.state_of_others()

    def world(self, script: Script) -> World:
        self.sandbox.restore(self.snapshot)
        self.server.play(script)
        clock = Clock()
        client = Client(self.sandbox.credentials, base_url=self.server.url)
        client._transport = transport_to(
            clock,
            self.server.url,
            self.sandbox.credentials,
            retry=RetryPolicy(attempts=2, base=0, cap=0, throttled_pause=0),
            timeout=(5, 0.05) if script.has("hangs") else (5, 30),
        )
        folder = client.folder(
            account_id=self.sandbox.account_id, client_folder_id=self.sandbox.client_folder_id
        )
        folder.uploads._sleep, folder.uploads._clock = clock.sleep, clock
        return World(sandbox=self.sandbox, client=client, folder=folder, **self.ids)

    def state_of_others(self) -> list[str]:
        """Return all that the sandbox holds of the people that a call does not concern."""
        people = {
            one["contactId"]: {**one, "score": "", "color": ""}
            for one in self.sandbox.state.contacts()
            if one["email"] in OTHERS
        }
        listed = [one for one in self.sandbox.state.subscriptions() if one["contactId"] in people]
        return sorted(json.dumps(one, sort_keys=True) for one in [*people.values(), *listed])


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Listen to the logs of the client, and of what it sends with."""
    handler, loggers = Heard(), [logging.getLogger(name) for name in ("icontact", "urllib3")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.addHandler(handler)
        one.setLevel(logging.DEBUG)
    yield handler
    for one, level in zip(loggers, levels, strict=True):
        one.removeHandler(handler)
        one.setLevel(level)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    sandbox = Sandbox()
    with hostile_server(sandbox) as server:
        yield Stage(sandbox, server)
    sandbox.close()


@pytest.mark.parametrize("name", VERBS)
def test_a_true_answer_gives_a_right_result(name: str, stage: Stage) -> None:
    world = stage.world(Script(((),), lasts=False))
    result = VERBS[name].call(world)
    world.client.close()
    assert VERBS[name].is_right(world, result)
    assert stage.state_of_others() == stage.others


@pytest.mark.no_cover
@pytest.mark.parametrize("name", VERBS)
def test_an_answer_that_is_almost_right_is_an_error_or_a_right_result(
    name: str, stage: Stage, heard: Heard
) -> None:
    verb = VERBS[name]

    @settings(max_examples=EXAMPLES, derandomize=not THOROUGH, phases=PHASES)
    @given(script=scripts(slow=THOROUGH))
    def met(script: Script) -> None:
        heard.lines.clear()
        world = stage.world(script)
        began = time.monotonic()
        try:
            check_call(verb, world, script)
        finally:
            world.client.close()
        assert time.monotonic() - began < MOST_SECONDS
        assert stage.server.requests < MOST_REQUESTS
        assert stage.state_of_others() == stage.others
        assert not secrets_in("\n".join(heard.lines))

    for trick in ALWAYS_PLAYED:
        met = example(script=Script(((trick,),), lasts=True))(met)
    met()


def check_call(verb: Verb, world: World, script: Script) -> None:
    certain: tuple[type[errors.IContactError], ...] = ()
    always = script.always
    if always is not None and (always.kind == "status" or not verb.proves_itself):
        certain = certain_error(always)
    try:
        result = verb.call(world)
    except EXPECTED as error:
        check_error(error)
        assert not certain or isinstance(error, certain), error
    else:
        is_absence = verb.may_be_absent and certain == (errors.NotFound,) and result is None
        assert not certain or is_absence, result
        assert verb.is_right(world, result), result


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text or secret in unquote(text)]


def check_error(error: errors.IContactError) -> None:
    assert "\n" not in str(error)
    assert len(str(error)) < 20_000
    assert not secrets_in(f"{error} {error!r} {vars(error)}")
    again: Any = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
