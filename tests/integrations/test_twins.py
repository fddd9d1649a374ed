"""Several contacts with one address: a refusal counts for the address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact.errors import RejectedError
from icontact.integrations import triggers
from icontact.mapping.mautic import CONTACT_ID
from icontact.resources import Subscriptions
from icontact.sandbox import Sandbox
from tests.integrations.conftest import MakeIntegration
from tests.integrations.support import event


def writes(sandbox: Sandbox) -> list[str]:
    return [one.path for one in sandbox.requests if one.method == "POST"]


def twin(number: int, at: float, *, kind: str = "saved", **more: Any) -> Any:
    return event(kind, number, at, row={"email": more.pop("email", "Pat@Example.com")}, **more)


def no(number: int, at: float, **more: Any) -> Any:
    return twin(number, at, do_not_contact=True, do_not_contact_reason="unsubscribed", **more)


def test_a_refusal_stops_the_push_of_another_contact_with_the_address(
    make: MakeIntegration, sandbox: Sandbox, store: Path
) -> None:
    integration = make()
    integration.handle(no(1, 0))
    # The refusal is remembered, and not its address.
    integration.inbox.prune(payloads=-1, identities=-1)
    integration.close()
    assert not any(b"pat@" in one.read_bytes().lower() for one in store.parent.iterdir())
    integration = make()
    outcome = integration.handle(twin(2, 5, email="pat@example.COM"))
    assert outcome is not None
    assert (outcome.status, outcome.reason) == (
        "skipped",
        "another contact with this address must not be mailed",
    )
    assert writes(sandbox) == []
    # It is remembered, also after a restart and after the contact was deleted.
    integration.handle(twin(1, 6, kind="deleted"))
    outcome = make().handle(twin(2, 7, do_not_contact=False))
    assert outcome is not None
    assert outcome.status == "skipped"


@pytest.mark.parametrize(
    "afterwards", [twin(1, 6, do_not_contact=False), twin(1, 6, email="new@example.com")]
)
def test_a_refusal_ends_when_its_contact_may_be_mailed_or_has_another_address(
    make: MakeIntegration, afterwards: Any
) -> None:
    integration = make()
    integration.handle(no(1, 0))
    integration.handle(afterwards)
    outcome = integration.handle(twin(2, 7))
    assert outcome is not None
    assert outcome.status in {"created", "unchanged"}


def test_a_refusal_follows_its_contact_to_another_address(make: MakeIntegration) -> None:
    integration = make()
    integration.handle(no(1, 0))
    integration.handle(twin(1, 6, email="new@example.com"))
    outcome = integration.handle(twin(2, 7, email="new@example.com"))
    assert outcome is not None
    assert outcome.status == "skipped"


def test_a_refusal_without_an_address_counts_for_the_last_one(make: MakeIntegration) -> None:
    integration = make()
    integration.handle(twin(1, 0))
    said = triggers.ContactEvent(
        type="subscription_changed",
        contact=dict[str, Any]({CONTACT_ID: 1}),
        contact_id=1,
        do_not_contact=True,
    )
    integration.handle(said)
    outcome = integration.handle(twin(2, 7))
    assert outcome is not None
    assert outcome.status == "skipped"


def test_a_refusal_counts_from_its_arrival(make: MakeIntegration, sandbox: Sandbox) -> None:
    integration = make()
    # The refusal comes last, and its contact has its turn last.
    integration.accept([twin(2, 0), no(1, 1)])
    integration.work()
    assert writes(sandbox) == []


def test_a_refusal_that_could_not_be_followed_counts(
    make: MakeIntegration, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = make(follow_unsubscribes=True)
    integration.handle(twin(1, 0))

    def refused(self: Subscriptions, **where: Any) -> object:
        raise RejectedError(["no"])

    monkeypatch.setattr(Subscriptions, "unsubscribe", refused)
    integration.handle(no(1, 5))
    outcome = integration.handle(twin(2, 7))
    assert outcome is not None
    assert outcome.status == "skipped"


def test_a_refusal_of_a_contact_without_id_stops_contacts_with_one(make: MakeIntegration) -> None:
    integration = make()
    integration.handle(attrs.evolve(no(1, 0), contact_id=None))
    outcome = integration.handle(twin(2, 7))
    assert outcome is not None
    assert outcome.status == "skipped"
