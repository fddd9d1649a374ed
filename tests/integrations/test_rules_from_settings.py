"""One ``icontact.toml`` says what is pushed, when and where to."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from icontact import Client, Folder
from icontact.errors import ConfigError, MappingError
from icontact.integrations import mautic
from icontact.integrations.receiver import receiver
from icontact.integrations.rules import rules_of
from icontact.integrations.triggers import ContactTrigger, PointTrigger, PushIntegration
from icontact.push import PushSettings
from icontact.sandbox import Sandbox
from tests.integrations.support import SECRET, encoded, event, hook, request, saved, submitted
from tests.unit.support import Clock

Configure = Callable[..., PushIntegration]

SETTINGS = """
list = "Newsletter"
{more}
[mapping]
email = "email"
first_name = "firstname"
"""

SIGNUP = '[[triggers]]\non = "form_submitted"\nform = "signup"\n'
LEAVING = '[[triggers]]\non = "segment_removed"\nsegment = "readers"\nthen = "unsubscribe"\n'
POINTS = """
[[triggers]]
on = "points"
minimum = 100
list = "VIP"
[triggers.mapping]
email = "email"
last_name = "firstname"
"""


def settings(tmp_path: Path, triggers: str = "", more: str = "") -> PushSettings:
    path = tmp_path / "icontact.toml"
    path.write_text(SETTINGS.format(more=more) + triggers, "utf-8")
    return PushSettings.from_toml(path)


@pytest.fixture
def configure(tmp_path: Path, client: Client, store: Path, clock: Clock) -> Iterator[Configure]:
    made = []

    def configured(triggers: str = "", more: str = "", **options: Any) -> PushIntegration:
        given = {"client": client, "store": store, "clock": clock, **options}
        made.append(PushIntegration.from_settings(settings(tmp_path, triggers, more), **given))
        return made[-1]

    yield configured
    for one in made:
        one.close()


@pytest.fixture
def lists(folder: Folder) -> dict[int, str]:
    folder.lists.create(name="VIP")
    return {one.list_id: str(one.name) for one in folder.lists.list()}


def subscriptions(folder: Folder, lists: dict[int, str], number: int = 1) -> dict[str, str]:
    found = folder.contacts.find(email=f"person{number}@example.com")
    assert found is not None
    every = folder.subscriptions.list(contact_id=found.contact_id)
    return {lists[one.list_id]: str(one.status) for one in every}


def result_of(outcome: Any) -> tuple[str, str]:
    return outcome.status.value, outcome.reason


LEFT: dict[str, Any] = {"segment_id": 3, "segment_alias": "readers"}
FORM: dict[str, Any] = {"form_id": 4, "form_alias": "signup"}


# From a file to a list


def test_without_triggers_every_new_or_changed_contact_is_pushed(
    configure: Configure, folder: Folder, lists: dict[int, str]
) -> None:
    integration = configure()
    for number, kind in enumerate(("identified", "saved", "manual"), start=1):
        assert result_of(integration.handle(event(kind, number)))[0] == "created"
        assert subscriptions(folder, lists, number) == {"Newsletter": "normal"}
    assert integration.handle(event("form_submitted", 4, **FORM)) is None


def test_only_the_form_that_is_named_pushes(configure: Configure, sandbox: Sandbox) -> None:
    integration = configure(SIGNUP)
    assert integration.handle(event("form_submitted", form_id=5, form_alias="survey")) is None
    assert integration.handle(event("saved", at=1)) is None
    assert result_of(integration.handle(event("form_submitted", at=2, **FORM)))[0] == "created"


def test_a_trigger_pushes_into_its_list_with_its_mapping(
    configure: Configure, folder: Folder, lists: dict[int, str]
) -> None:
    integration = configure(SIGNUP + POINTS)
    integration.handle(event("points_changed", old_points=5, new_points=100))
    assert subscriptions(folder, lists) == {"VIP": "normal"}
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert (found.first_name, found.last_name) == ("", "Jo")
    again = event("points_changed", at=1, old_points=5, new_points=100)
    assert integration.handle(again) is None


def test_points_that_are_there_already_push_on_request(
    configure: Configure, lists: dict[int, str]
) -> None:
    existing = POINTS.replace("minimum = 100", "minimum = 100\nfor_existing = true")
    assert result_of(configure(existing).handle(event("saved", new_points=120)))[0] == "created"


def test_a_contact_that_leaves_a_segment_is_unsubscribed(
    configure: Configure, folder: Folder, lists: dict[int, str]
) -> None:
    integration = configure(SIGNUP + LEAVING)
    integration.handle(event("form_submitted", **FORM))
    assert result_of(integration.handle(event("segment_removed", at=1, **LEFT))) == (
        "updated",
        "unsubscribed",
    )
    assert subscriptions(folder, lists) == {"Newsletter": "unsubscribed"}


@pytest.mark.parametrize(("follow", "status"), [("true", "unsubscribed"), ("false", "normal")])
def test_a_person_who_unsubscribes_leaves_every_list_if_the_file_says_so(
    configure: Configure, folder: Folder, lists: dict[int, str], follow: str, status: str
) -> None:
    integration = configure(SIGNUP + POINTS, f"follow_unsubscribes = {follow}")
    integration.handle(event("form_submitted", **FORM))
    integration.handle(event("points_changed", at=1, old_points=5, new_points=100))
    integration.handle(
        event("saved", at=2, do_not_contact=True, do_not_contact_reason="unsubscribed")
    )
    assert subscriptions(folder, lists) == {"Newsletter": status, "VIP": status}


def test_the_policy_of_the_file_holds_for_every_trigger(
    configure: Configure, folder: Folder, lists: dict[int, str]
) -> None:
    integration = configure(POINTS + SIGNUP, 'existing = "keep"')
    folder.contacts.create(email="person1@example.com", first_name="Joanna")
    integration.handle(event("form_submitted", **FORM))
    integration.handle(event("points_changed", at=1, old_points=5, new_points=100))
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert (found.first_name, found.last_name) == ("Joanna", "")
    assert subscriptions(folder, lists) == {"Newsletter": "normal", "VIP": "normal"}


def test_a_mapping_may_stand_at_the_triggers_alone(
    client: Client, store: Path, folder: Folder, lists: dict[int, str], tmp_path: Path
) -> None:
    path = tmp_path / "icontact.toml"
    path.write_text(f'list = "Newsletter"\n{POINTS}{LEAVING}', "utf-8")
    made = PushIntegration.from_settings(PushSettings.from_toml(path), client=client, store=store)
    made.handle(event("points_changed", old_points=5, new_points=100))
    assert subscriptions(folder, lists) == {"VIP": "normal"}
    made.close()


def test_to_unsubscribe_takes_no_mapping(
    client: Client, store: Path, folder: Folder, lists: dict[int, str], tmp_path: Path
) -> None:
    made = configured_without_mapping(tmp_path, LEAVING, client=client, store=store)
    contact = folder.contacts.create(email="person1@example.com")
    newsletter = next(number for number, name in lists.items() if name == "Newsletter")
    folder.subscriptions.subscribe(contact_id=contact.contact_id, list_id=newsletter)
    made.handle(event("segment_removed", **LEFT))
    assert subscriptions(folder, lists) == {"Newsletter": "unsubscribed"}
    made.close()


def configured_without_mapping(tmp_path: Path, triggers: str, **options: Any) -> PushIntegration:
    path = tmp_path / "icontact.toml"
    path.write_text(f'list = "Newsletter"\n{triggers}', "utf-8")
    return PushIntegration.from_settings(PushSettings.from_toml(path), **options)


# Switches


def test_the_switch_of_a_trigger_stops_this_one_alone(
    configure: Configure, folder: Folder, lists: dict[int, str]
) -> None:
    off = SIGNUP + "push_contacts = false\n"
    integration = configure(off + '[[triggers]]\non = "manual"\n')
    stopped = result_of(integration.handle(event("form_submitted", **FORM)))
    assert stopped == ("skipped", "the push is switched off (push_contacts = false)")
    assert result_of(integration.handle(event("manual", at=1)))[0] == "created"


def test_a_trigger_that_is_switched_off_is_not_spent(
    configure: Configure, folder: Folder, lists: dict[int, str]
) -> None:
    off = POINTS.replace("minimum", "push_contacts = false\nminimum")
    other = POINTS.replace("100", "50").replace("last_name", "first_name")
    points: dict[str, Any] = {"old_points": 5, "new_points": 100}
    configure(off).handle(event("points_changed", **points))
    # Neither its switch nor its place among the others changes what it is remembered by.
    on = configure(POINTS).handle(event("points_changed", at=1, **points))
    again = configure(other + POINTS).handle(event("points_changed", at=2, **points))
    last = configure(POINTS + other).handle(event("points_changed", at=3, **points))
    assert [result_of(one)[0] for one in (on, again)] == ["created", "updated"]
    assert last is None


def test_the_switch_for_all_stops_pushes_and_what_triggers_unsubscribe(
    configure: Configure, sandbox: Sandbox
) -> None:
    configure(LEAVING + SIGNUP).handle(event("form_submitted", **FORM))
    before = len(sandbox.requests)
    off = configure(LEAVING + SIGNUP, "push_contacts = false")
    pushed = off.handle(event("form_submitted", at=1, row={"firstname": "Sam"}, **FORM))
    left = off.handle(event("segment_removed", at=2, **LEFT))
    assert [result_of(one)[0] for one in (pushed, left)] == ["skipped", "skipped"]
    assert {one.method for one in sandbox.requests[before:]} == {"GET"}


def test_no_switch_keeps_a_wish_not_to_be_mailed_from_icontact(
    configure: Configure, folder: Folder, lists: dict[int, str]
) -> None:
    configure().handle(event())
    off = configure("", "push_contacts = false\nfollow_unsubscribes = true")
    off.handle(event(at=1, do_not_contact=True, do_not_contact_reason="unsubscribed"))
    assert subscriptions(folder, lists) == {"Newsletter": "unsubscribed"}


# The receiver


def test_a_receiver_made_of_the_file_starts_while_icontact_is_down(
    configure: Configure, sandbox: Sandbox, clock: Clock, folder: Folder, lists: dict[int, str]
) -> None:
    before = len(sandbox.requests)
    sandbox.faults.next(status=503, times=None)
    integration = configure(SIGNUP)
    application = receiver(integration, secret=SECRET, push=False)
    assert len(sandbox.requests) == before
    body = encoded({**hook("form_on_submit", submitted(1)), **hook("lead_post_save_new", saved(2))})
    signed = {"HTTP_WEBHOOK_SIGNATURE": mautic.sign(body, SECRET)}
    assert request(application, body=body, **signed).json == {"new": 2}
    assert integration.work() == 0
    sandbox.faults.clear()
    clock.now += 60
    assert integration.work() == 2
    assert subscriptions(folder, lists) == {"Newsletter": "normal"}
    assert folder.contacts.find(email="person2@example.com") is None


def test_credentials_come_from_the_environment(
    tmp_path: Path, store: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("app_id", "username", "password"):
        monkeypatch.setenv(f"ICONTACT_{name.upper()}", getattr(sandbox.credentials, name))
    monkeypatch.setenv("ICONTACT_BASE_URL", sandbox.base_url)
    made = PushIntegration.from_settings(settings(tmp_path), store=store)
    assert result_of(made.handle(event()))[0] == "created"
    made.close()


def test_missing_credentials_end_the_program_at_its_start(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("APP_ID", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"ICONTACT_{name}", raising=False)
    with pytest.raises(ConfigError, match="ICONTACT_APP_ID") as caught:
        PushIntegration.from_settings(settings(tmp_path), store=store, secret=SECRET)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [line for line in shown.stack if line.filename.endswith("triggers.py")]
    assert frames
    assert SECRET not in str([frame.locals for frame in frames])


def test_the_secret_may_be_the_integrations(configure: Configure) -> None:
    integration = configure(SIGNUP, secret=SECRET)
    body = encoded(hook("form_on_submit", submitted(1)))
    assert integration.receive(body, signature=mautic.sign(body, SECRET)) == 1
    with pytest.raises(mautic.SignatureError):
        integration.receive(body, signature=mautic.sign(body, "another"))


# What the rules are


def test_rules_are_what_the_triggers_say(tmp_path: Path) -> None:
    named = SIGNUP + 'name = "sign-up"\n'
    rules = rules_of(settings(tmp_path, named + POINTS + LEAVING))
    assert [(type(rule), rule.label) for rule in rules] == [
        (ContactTrigger, "sign-up"),
        (PointTrigger, "points from 100"),
        (ContactTrigger, "segment_removed readers"),
    ]


@pytest.mark.parametrize(
    ("triggers", "said"),
    [
        (SIGNUP * 2, "triggers 1 and 2 are the same: form_submitted signup; name them"),
        (SIGNUP + POINTS + POINTS.replace("last", "first"), "triggers 2 and 3 are the same"),
    ],
)
def test_triggers_that_are_the_same_are_refused(tmp_path: Path, triggers: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        rules_of(settings(tmp_path, triggers))


@pytest.mark.parametrize(
    ("triggers", "said"),
    [("", "no mapping for the settings"), (POINTS + SIGNUP, r"trigger 2 \(form_submitted\)")],
)
def test_a_missing_mapping_is_refused_at_the_start(
    tmp_path: Path, triggers: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        configured_without_mapping(tmp_path, triggers)


def test_one_event_may_be_two_triggers_by_list_or_mapping(tmp_path: Path) -> None:
    other = SIGNUP + '[triggers.mapping]\nemail = "email"\n'
    vip = SIGNUP + 'list = "VIP"\n'
    rules = rules_of(settings(tmp_path, SIGNUP + other + vip))
    assert [rule.mapper and rule.mapper.targets for rule in rules] == [None, ("email",), None]
    assert [rule.list for rule in rules] == [None, None, "VIP"]


THREE = """
[[triggers]]
on = "form_submitted"
form = "newsletter"
list = "From forms"
[triggers.mapping]
email = "email"
cf_score = "points"

[[triggers]]
on = "points"
minimum = 100
for_existing = true
preset = "mautic"

[[triggers]]
on = "segment_removed"
segment = 7
then = "unsubscribe"
name = "left"
"""


def test_triggers_have_a_list_and_a_mapping_of_their_own(tmp_path: Path) -> None:
    form, points, left = rules_of(settings(tmp_path, THREE))

    assert isinstance(form, ContactTrigger)
    assert (form.on, form.form, form.list, form.then) == (
        "form_submitted",
        "newsletter",
        "From forms",
        "push",
    )
    assert form.mapper is not None
    assert form.mapper.targets == ("email", "custom_fields.score")
    assert isinstance(points, PointTrigger)
    assert (points.minimum, points.for_existing) == (100, True)
    assert points.mapper is not None
    assert "postal_code" in points.mapper.targets
    assert isinstance(left, ContactTrigger)
    assert (left.segment, left.then, left.name, left.mapper) == (7, "unsubscribe", "left", None)


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ("", "on is missing"),
        ('on = "clicked"', "on must be one of identified, saved"),
        ('on = "saved"\nfrom = 1', "there is no setting 'from'; did you mean 'form'"),
        ('on = "points"', 'on = "points" needs minimum'),
        ('on = "points"\nminimum = "many"', "minimum must be a number of points"),
        ('on = "points"\nminimum = true', "minimum must be a number of points"),
        ('on = "points"\nminimum = 1\nfor_existing = 1', "for_existing must be true or false"),
        ('on = "saved"\nminimum = 5', "minimum and for_existing belong to"),
        ('on = "saved"\nfor_existing = true', "minimum and for_existing belong to"),
        ('on = "saved"\nform = 5', "form belongs to"),
        ('on = "form_submitted"\nform = true', "form must be a form's id or its alias"),
        ('on = "saved"\nsegment = 5', "segment belongs to"),
        ('on = "segment_added"\nsegment = ""', "segment must be a segment's id or its alias"),
        ('on = "segment_added"\nthen = "unsubscribe"', 'belongs to on = "segment_removed"'),
        ('on = "saved"\nthen = "delete"', "then must be one of push, unsubscribe"),
        ('on = "saved"\nlist = 0', "list must be a list's name or its id"),
        ('on = "saved"\npush_contacts = 0', "push_contacts must be true or false"),
        ('on = "saved"\nname = 1', "name must be a text"),
        ('on = "saved"\npreset = "mautic"\n[triggers.mapping]\nemail = "e"', "not both"),
    ],
)
def test_a_trigger_that_cannot_be_used_is_named(tmp_path: Path, trigger: str, said: str) -> None:
    text = f'[[triggers]]\non = "saved"\n[[triggers]]\n{trigger}\n'

    with pytest.raises(ConfigError) as caught:
        rules_of(settings(tmp_path, text))

    assert str(caught.value).startswith("trigger 2: ")
    assert said in str(caught.value)


def test_a_triggers_mapping_that_is_wrong_is_a_mapping_error(tmp_path: Path) -> None:
    text = '[[triggers]]\non = "saved"\n[triggers.mapping]\nemial = "e"\n'

    with pytest.raises(MappingError, match=r"trigger 1: .*did you mean 'email'"):
        rules_of(settings(tmp_path, text))
