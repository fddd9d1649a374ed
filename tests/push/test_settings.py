"""Settings from keywords, from TOML, from the environment."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Client, Folder
from icontact.errors import ConfigError, MappingError
from icontact.push import ListPush, PushPolicy, PushSettings, mapping_from_pairs
from icontact.sandbox import Sandbox
from tests.push.support import MakePush, person

TOML = """
list = "Newsletter"
push_contacts = true
subscription_status = "normal"
existing = "merge"
[mapping]
email = "email"
first_name = "firstname"
[mapping.custom_fields]
score = "points"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "icontact.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_toml_says_everything_but_the_credentials(tmp_path: Path) -> None:
    settings = PushSettings.from_toml(written(tmp_path, TOML))

    assert (settings.list, settings.existing, settings.push_contacts) == (
        "Newsletter",
        "merge",
        True,
    )
    assert settings.mapper is not None
    assert settings.mapper.map({"email": "jo@example.com", "points": 3}) == {
        "email": "jo@example.com",
        "custom_fields": {"score": "3"},
    }


def test_a_file_of_windows_notepad_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + TOML)

    assert PushSettings.from_toml(path).list == "Newsletter"


def test_a_preset_names_a_mapping(tmp_path: Path) -> None:
    settings = PushSettings.from_toml(written(tmp_path, 'list = 7\npreset = "mautic"'))

    assert settings.mapper is not None
    assert settings.list == 7
    assert "first_name" in settings.mapper.targets


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("push_contacts = true", "'list' is missing"),
        ('list = "x"\nexistng = "keep"', "did you mean 'existing'"),
        ('list = "x"\nexisting = "overwrite"', "existing must be one of keep, merge, replace"),
        ('list = "x"\npush_contacts = "yes"', "push_contacts must be true or false"),
        ('list = "x"\nbatch_size = 0', "batch_size must be a whole number"),
        ('list = "x"\naccount_id = true', "account_id must be a whole number"),
        ('list = "x"\nallow_statuses = ["normal"]', "allow_statuses may hold"),
        ('list = "x"\nsubscription_status = "pending"', "needs confirmation_message_id"),
        ('list = "x"\nconfirmation_message_id = 3', "is only used with"),
        ('list = ""', "list must be a list's name or its id"),
        ('list = "x"\npreset = "mautic"\n[mapping]\nemail = "e"', "not both"),
        ("list = ", "not TOML"),
        ('lists = "x"', "there is no setting 'lists'; did you mean 'list'"),
        ('list = "x"\nmapper = "m"', "there is no setting 'mapper'"),
        ('list = "x"\nstopped_by = ["me"]', "there is no setting 'stopped_by'"),
        ('list = "x"\ntriggers = "saved"', "written as tables: [[triggers]]"),
        ('list = "x"\ntriggers = ["saved"]', "written as tables: [[triggers]]"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        PushSettings.from_toml(written(tmp_path, text))

    assert said in str(caught.value)


def test_triggers_are_kept_for_integrations_as_they_are(tmp_path: Path) -> None:
    text = TOML + '[[triggers]]\non = "points"\nminimum = 100\n'
    settings = PushSettings.from_toml(written(tmp_path, text))

    assert settings.triggers == ({"on": "points", "minimum": 100},)


def test_triggers_cannot_stand_in_a_variable() -> None:
    with pytest.raises(ConfigError, match="written as tables"):
        PushSettings.from_env({"ICONTACT_LIST": "x", "ICONTACT_TRIGGERS": "saved"})


def test_a_mapping_is_read_as_mautic_spells_it(tmp_path: Path) -> None:
    text = 'list = 7\n[mapping]\nfirstName = "firstname"\ncf_color = "favourite"\nemail = "email"\n'
    settings = PushSettings.from_toml(written(tmp_path, text))

    assert settings.mapper is not None
    assert settings.mapper.targets == ("email", "first_name", "custom_fields.color")


SECRET = "Tr0ub4dor-and-3"  # planted, to be looked for


@pytest.mark.parametrize(
    ("lines", "place", "variable"),
    [
        ("password = 'S'", "'password'", "ICONTACT_PASSWORD"),
        ("'API-Password' = 'S'", "'API-Password'", "ICONTACT_PASSWORD"),
        ("icontact_app_id = 'S'", "'icontact_app_id'", "ICONTACT_APP_ID"),
        ("[credentials]\nusername = 'S'", "'credentials.username'", "ICONTACT_USERNAME"),
        ("[[triggers]]\non = 'saved'\nsecret = 'S'", "'triggers.secret'", "of your own"),
        ("[[triggers]]\n[triggers.deep.password]\ntoken = 'S'", "password.token'", "PASSWORD"),
    ],
)
def test_a_credential_in_the_file_is_reported_and_not_shown(
    tmp_path: Path, lines: str, place: str, variable: str
) -> None:
    path = written(tmp_path, "list = 'x'\n" + lines.replace("'S'", f"'{SECRET}'"))

    with pytest.raises(ConfigError) as caught:
        PushSettings.from_toml(path)

    assert place in str(caught.value)
    assert variable in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_column_may_be_called_like_a_credential(tmp_path: Path) -> None:
    text = 'list = "x"\n[mapping]\nemail = "username"\n[mapping.custom_fields]\nlogin = "user"\n'

    assert PushSettings.from_toml(written(tmp_path, text)).mapper is not None


def test_a_missing_file_and_a_file_in_another_encoding_are_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        PushSettings.from_toml(tmp_path / "none.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes('list = "Crème"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        PushSettings.from_toml(path)


def test_a_wrong_mapping_in_the_file_is_a_mapping_error(tmp_path: Path) -> None:
    text = 'list = "x"\n[mapping]\nemail = "e"\nfrist_name = "f"'

    with pytest.raises(MappingError, match="first_name"):
        PushSettings.from_toml(written(tmp_path, text))


def test_the_environment_says_everything() -> None:
    settings = PushSettings.from_env(
        {
            "ICONTACT_LIST": "7",
            "ICONTACT_PUSH_CONTACTS": "False",
            "ICONTACT_FOLLOW_UNSUBSCRIBES": "yes",
            "ICONTACT_EXISTING": "keep",
            "ICONTACT_ALLOW_STATUSES": "bounced, pending",
            "ICONTACT_BATCH_SIZE": "50",
            "ICONTACT_MAPPING": "email=mail,firstName=given,score=points",
        }
    )

    assert settings == PushSettings(
        list=7,
        push_contacts=False,
        follow_unsubscribes=True,
        existing="keep",
        allow_statuses=frozenset({"bounced", "pending"}),
        batch_size=50,
        mapper=settings.mapper,
    )
    assert settings.mapper is not None
    assert settings.mapper.targets == ("email", "first_name", "custom_fields.score")


def test_the_environment_may_name_a_list_and_a_preset() -> None:
    settings = PushSettings.from_env({"ICONTACT_LIST": "News", "ICONTACT_PRESET": "mautic"})

    assert settings.list == "News"
    assert settings.mapper is not None


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "'list' is missing"),
        ({"ICONTACT_LIST": "x", "ICONTACT_PUSH_CONTACTS": "perhaps"}, "ICONTACT_PUSH_CONTACTS"),
        ({"ICONTACT_LIST": "x", "ICONTACT_BATCH_SIZE": "many"}, "batch_size"),
        ({"ICONTACT_LIST": "x", "ICONTACT_MAPPING": "email"}, "FIELD=COLUMN"),
        ({"ICONTACT_LIST": "x", "ICONTACT_MAPPING": "email=a,email=b"}, "mapped twice"),
        (
            {"ICONTACT_LIST": "x", "ICONTACT_MAPPING": "email=a,firstName=b,first_name=c"},
            "first_name is mapped twice",
        ),
    ],
)
def test_an_unusable_variable_is_named(variables: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PushSettings.from_env(variables)


def test_the_process_environment_is_read_only_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ICONTACT_LIST", "From outside")

    assert PushSettings.from_env().list == "From outside"
    assert PushSettings(list="x").list == "x"


def test_pairs_that_name_no_field_of_icontact_are_custom_fields() -> None:
    assert mapping_from_pairs(["email = mail", "color=favourite"]) == {
        "email": "mail",
        "custom_fields": {"color": "favourite"},
    }
    assert mapping_from_pairs(["email=mail", "custom_fields.color=favourite"]) == {
        "email": "mail",
        "custom_fields": {"color": "favourite"},
    }
    assert mapping_from_pairs(["email=mail"]) == {"email": "mail"}
    assert mapping_from_pairs(["email=mail", "firstName=a"]) == {"email": "mail", "first_name": "a"}


def test_a_push_is_made_of_settings_and_the_environment(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = sandbox.credentials
    monkeypatch.setenv("ICONTACT_APP_ID", credentials.app_id)
    monkeypatch.setenv("ICONTACT_USERNAME", credentials.username)
    monkeypatch.setenv("ICONTACT_PASSWORD", credentials.password)
    settings = PushSettings(
        list="Newsletter", mapper=ContactMapper({"email": "email"}), existing="keep"
    )

    push = ListPush.from_settings(settings)

    assert push.policy == PushPolicy(existing="keep")
    assert push.one(person(1)).status == "created"


def test_settings_without_a_mapping_cannot_make_a_push(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigError, match="no mapping"):
        ListPush.from_settings(PushSettings(list="x"), client=sandbox.client())


def test_settings_choose_account_and_folder(sandbox: Sandbox) -> None:
    other = sandbox.add_client_folder(sandbox.account_id, name="Other")
    client: Client = sandbox.client()
    settings = PushSettings(
        list="Newsletter",
        mapper=ContactMapper({"email": "email"}),
        account_id=sandbox.account_id,
        client_folder_id=other,
    )

    with pytest.raises(ConfigError, match="there is no list 'Newsletter'"):
        ListPush.from_settings(settings, client=client)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("newsletter", "did you mean 'Newsletter'"),
        ("something else", "this folder's lists: 'Newsletter'"),
        (999, "there is no list 999"),
    ],
)
def test_a_missing_list_is_reported_with_the_lists_there_are(
    folder: Any, wanted: str | int, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        ListPush(folder, wanted, mapper=ContactMapper({"email": "email"}))


@pytest.mark.parametrize("place", [0, 19, 20, 44])
def test_a_list_is_found_by_name_and_id_on_whatever_page(
    sandbox: Sandbox, folder: Any, place: int
) -> None:
    ids = sandbox.seed(lists=[{"name": f"List {number}"} for number in range(45)]).list_ids
    mapper = ContactMapper({"email": "email"})

    assert ListPush(folder, f"List {place}", mapper=mapper).list.list_id == ids[place]
    assert ListPush(folder, ids[place], mapper=mapper).list.name == f"List {place}"
    with pytest.raises(ConfigError, match="did you mean 'List 44'"):
        ListPush(folder, "list 44", mapper=mapper)


def test_a_list_name_that_exists_twice_is_an_error(sandbox: Sandbox, folder: Any) -> None:
    sandbox.seed(lists=[{"name": "Twice"}, {"name": "Twice"}])

    with pytest.raises(ConfigError, match="several lists are named 'Twice'"):
        ListPush(folder, "Twice", mapper=ContactMapper({"email": "email"}))


def test_an_unknown_custom_field_is_reported_before_any_row(make_push: MakePush) -> None:
    with pytest.raises(MappingError, match="score"):
        make_push({"email": "email", "custom_fields": {"scor": "points"}})


def test_a_mistyped_field_that_became_a_custom_field_is_reported(make_push: MakePush) -> None:
    with pytest.raises(MappingError, match="iContact's own field 'first_name'"):
        make_push(dict(mapping_from_pairs(["email=email", "frist_name=firstname"])))


def test_a_repr_makes_no_request(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push()
    sandbox.requests.clear()

    assert repr(push) == f"ListPush(list_id={sandbox.list_id})"
    assert repr(ListPush.__new__(ListPush)) == "ListPush(<being made>)"
    assert len(sandbox.requests) == 0


def test_a_push_names_the_setting_that_was_meant(folder: Folder) -> None:
    options: dict[str, Any] = {"exists": "keep"}

    with pytest.raises(TypeError, match="there is no setting 'exists'; did you mean 'existing'"):
        ListPush(folder, "Newsletter", mapper=ContactMapper({"email": "m"}), **options)


def test_a_mapping_will_do_for_a_mapper(folder: Folder) -> None:
    push = ListPush(folder, "Newsletter", mapper={"email": "m"})

    assert push.one({"m": "jo@example.com"}).status == "created"
    no_mapping: Any = ["email"]
    with pytest.raises(MappingError, match="a mapping of fields to sources is needed, not list"):
        ListPush(folder, "Newsletter", mapper=no_mapping)


def test_sizes_and_workers_are_numbers_or_auto(tmp_path: Path) -> None:
    text = 'list = "x"\nbatch_size = {}\npage_size = {}\nworkers = {}\n'

    default = PushSettings(list="x")
    fixed = PushSettings.from_toml(written(tmp_path, text.format(200, 300, 4)))
    found = PushSettings.from_toml(written(tmp_path, text.format('"auto"', '"auto"', '"auto"')))
    variables = PushSettings.from_env(
        {"ICONTACT_LIST": "x", "ICONTACT_BATCH_SIZE": "200", "ICONTACT_WORKERS": "auto"}
    )

    assert (fixed.batch_size, fixed.page_size, fixed.workers) == (200, 300, 4)
    assert (found.batch_size, found.page_size, found.workers) == ("auto", "auto", "auto")
    assert (default.batch_size, default.page_size, default.workers) == ("auto", "auto", "auto")
    assert (variables.batch_size, variables.workers) == (200, "auto")


@pytest.mark.parametrize("name", ["batch_size", "page_size", "workers"])
@pytest.mark.parametrize("wrong", ['"many"', "0", "1.5", "true"])
def test_a_size_that_cannot_be_used_is_named(tmp_path: Path, name: str, wrong: str) -> None:
    with pytest.raises(ConfigError, match=f'{name} must be a whole number from 1 to .*, or "auto"'):
        PushSettings.from_toml(written(tmp_path, f'list = "x"\n{name} = {wrong}'))


def test_the_workers_of_the_settings_send(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push(workers=3, batch_size=1)

    assert push.run([person(place) for place in range(9)]).counts["created"] == 9
    assert push.policy.workers == 3


@pytest.mark.parametrize(
    ("text", "is_on"),
    [("true", True), ("1", True), ("YES", True), ("false", False), ("0", False), (" No ", False)],
)
def test_a_variable_switches_pushes_in_any_spelling(text: str, is_on: bool) -> None:
    variables = {"ICONTACT_LIST": "x", "ICONTACT_PUSH_CONTACTS": text}
    assert PushSettings.from_env(variables).push_contacts is is_on
