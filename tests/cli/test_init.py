"""``icontact init``: questions in a terminal, and a file that can be pushed with."""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest

from icontact.cli import settings_file
from icontact.cli.prompts import Prompter
from icontact.errors import ConfigError
from icontact.integrations.triggers import ContactTrigger, PointTrigger, rules_of
from icontact.push import PushSettings
from icontact.sandbox import Sandbox
from tests.cli.support import Ran, Typed, icontact, written

HEADER = "E-mail,First Name,Town,Score,Birth-Day,Shoe"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def columns(tmp_path: Path) -> Path:
    return written(tmp_path, HEADER, "jo@example.com,Jo,Leeds,5,2000-01-31,42")


def answered(*answers: str, words: tuple[object, ...] = ()) -> Ran:
    """Run the command, and type the answers."""
    typed = "".join(f"{line}\n" for line in answers)
    return icontact("init", *words, stdin=Typed(typed.encode()))


def made(name: str = "icontact.toml") -> PushSettings:
    return PushSettings.from_toml(name)


def pairs(settings: PushSettings) -> dict[str, object]:
    assert settings.mapper is not None
    config = settings.mapper.as_config()
    config.pop("options", None)
    custom = config.pop("custom_fields", {})
    return {**config, **custom}


def test_a_sample_file_is_enough(embedded: Sandbox, columns: Path) -> None:
    ran = icontact("init", "--columns", columns, "--yes")

    assert ran.code == 0
    settings = made()
    assert settings == PushSettings(list="Newsletter", mapper=settings.mapper)
    assert pairs(settings) == {
        "email": "E-mail",
        "first_name": "First Name",
        "city": "Town",
        "score": "Score",
        "birthday": "Birth-Day",
    }
    assert "the custom field score has a column of its name" in ran.err
    assert "columns not used: 'Shoe'" in ran.err
    assert "icontact doctor --settings icontact.toml --test-push you@example.com" in ran.out
    assert {one.method for one in embedded.requests} == {"GET"}


def test_what_a_file_says_of_consent_stands_in_the_settings(
    embedded: Sandbox, tmp_path: Path
) -> None:
    rows = ("jo@example.com,yes,no,yes", "mo@example.com,no,,no")
    file = written(tmp_path, "email,Accepts marketing,Opt out,Do Not Mail", *rows)

    ran = icontact("init", "--columns", file, "--yes")

    mapper = made().mapper
    assert ran.code == 0
    assert mapper is not None
    assert (mapper.consent.keys("no"), mapper.consent.keys("yes")) == (
        ("Opt out",),
        ("Accepts marketing",),
    )
    assert "column 'Opt out' says who must not be mailed" in ran.err
    assert "'Do Not Mail' may be about who may be mailed" in ran.err
    assert "name it in [mapping.options]" in ran.err
    words = ("--settings", "icontact.toml")
    assert icontact("doctor", *words, "--sample", file, "--test-push", "a@example.com").code == 1
    assert icontact("push", file, *words).code == 2
    assert icontact("push", file, *words, "--ignore-column", "Do Not Mail").code == 0
    assert [one["email"] for one in embedded.state.contacts()] == ["jo@example.com"]


def test_what_it_writes_can_be_pushed_with(embedded: Sandbox, columns: Path) -> None:
    icontact("init", "--columns", columns, "--yes")

    assert icontact("doctor", "--settings", "icontact.toml").code == 0
    pushed = icontact("push", columns, "--settings", "icontact.toml", "--json").document
    assert pushed["counts"]["created"] == 1


def test_every_line_is_explained_and_no_secret_stands_there(
    embedded: Sandbox, columns: Path
) -> None:
    icontact("init", "--columns", columns, "--yes")

    text = Path("icontact.toml").read_text("utf-8")
    assert 'list = "Newsletter"             # id 205303' in text
    assert "#   vip (checkbox)\n#   color (text)\n" in text
    assert "[mapping] # iContact's field = the source's key" in text
    assert "# [[triggers]]" in text
    for secret in (embedded.credentials.password, embedded.credentials.username):
        assert secret not in text
    assert not stat.S_IMODE(Path("icontact.toml").stat().st_mode) & stat.S_IXUSR


def test_the_comments_on_triggers_are_valid_once_taken_off(
    embedded: Sandbox, columns: Path
) -> None:
    icontact("init", "--columns", columns, "--yes")
    before, _, rest = Path("icontact.toml").read_text("utf-8").partition("# [[triggers]]")
    lines = [line.removeprefix("#").strip() for line in f"# [[triggers]]{rest}".splitlines()]
    Path("all.toml").write_text(before + "\n".join(lines), "utf-8")

    form, points = rules_of(made("all.toml"))
    assert isinstance(form, ContactTrigger)
    assert form.on == "form_submitted"
    assert isinstance(points, PointTrigger)


def test_questions_are_asked_in_a_terminal(embedded: Sandbox, columns: Path) -> None:
    embedded.seed(lists=[{"name": "Other"}])

    ran = answered(
        "Newsleter",  # asked again
        "Newsletter",
        "file",
        str(columns),
        "y",
        "keep",
        "normal",
        "n",
    )

    assert ran.code == 0
    assert "there is no list 'Newsleter': did you mean 'Newsletter'?" in ran.out + ran.err
    assert "Other" in ran.out
    settings = made()
    assert (settings.list, settings.existing, settings.push_contacts) == (
        "Newsletter",
        "keep",
        False,
    )
    assert "score" in pairs(settings)


def test_each_field_can_be_asked_for(embedded: Sandbox, columns: Path) -> None:
    ran = answered(
        "",  # the only list
        "n",  # the guess is not right
        "Mail",  # no such column: asked again
        "-",  # the address is needed: asked again
        "",  # as guessed
        "-",  # prefix
        "Town",  # first name
        *[""] * 4,
        "-",  # city, which was guessed
        *[""] * 5,
        "Shoe",  # score
        "",
        "-",  # birthday
        "",
        *[""] * 3,
        words=("--columns", columns),
    )

    assert ran.code == 0
    assert pairs(made()) == {"email": "E-mail", "first_name": "Town", "score": "Shoe"}
    assert "there is no column 'Mail': did you mean 'E-mail'?" in ran.out + ran.err
    assert "iContact requires the e-mail address" in ran.out + ran.err


def test_an_unknown_column_is_reported_with_the_existing_ones(
    embedded: Sandbox, columns: Path
) -> None:
    ran = answered("", "n", "qqq", "", *[""] * 20, words=("--columns", columns))

    assert "there is no column 'qqq': there are 'E-mail'" in ran.out + ran.err


def test_what_no_column_tells_is_asked_for(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "Contact,Town", "jo@example.com,Leeds")

    ran = answered("", "file", str(path), "Contact", *[""] * 20)

    assert ran.code == 0
    assert pairs(made()) == {"email": "Contact"}


def test_a_mapping_can_be_typed_without_a_file(sandbox: Sandbox) -> None:
    assert answered("", "other", "mail", "", "given", *[""] * 14).code == 0
    assert pairs(made()) == {"email": "mail", "first_name": "given"}


def test_mautics_standard_fields_can_be_taken(embedded: Sandbox) -> None:
    assert answered("", "mautic", "n", *[""] * 20).code == 0
    settings = made()
    assert settings.mapper is not None
    assert pairs(settings)["phone"] == ["phone", "mobile"]
    assert settings.mapper.as_config()["options"] == {
        "country": "country",
        "tags": "strip",
    }


MAUTIC = {"email": "email", "firstName": "firstname", "cf_color": "favourite", "fax": ""}


def mautic_file(tmp_path: Path, fields: dict[str, str], **settings: object) -> Path:
    path = tmp_path / "mautic.json"
    path.write_text(json.dumps({"featureSettings": {"leadFields": fields, **settings}}))
    return path


def test_mautics_mapping_and_list_are_taken_over(embedded: Sandbox, tmp_path: Path) -> None:
    [other] = embedded.seed(lists=[{"name": "Other"}]).list_ids
    path = mautic_file(tmp_path, MAUTIC, list_settings={"list": str(other)})

    assert icontact("init", "--from-mautic", path, "--yes").code == 0

    settings = made()
    assert settings.list == "Other"
    assert pairs(settings) == {"email": "email", "first_name": "firstname", "color": "favourite"}


def test_mautics_mapping_can_be_taken_over_in_a_terminal(embedded: Sandbox, tmp_path: Path) -> None:
    path = mautic_file(tmp_path, MAUTIC)

    assert answered("", "mautic-mapping", str(path), *[""] * 4).code == 0
    assert pairs(made())["color"] == "favourite"


def test_a_custom_field_that_only_mautic_has_is_reported(embedded: Sandbox, tmp_path: Path) -> None:
    path = mautic_file(tmp_path, {**MAUTIC, "cf_colour": "favourite"})

    ran = icontact("init", "--from-mautic", path, "--yes")

    assert ran.code == 2
    assert "custom_fields.colour" in ran.err
    assert "did you mean 'color'?" in ran.err
    assert not Path("icontact.toml").exists()


def test_options_answer_every_question(embedded: Sandbox) -> None:
    [message] = embedded.seed(
        messages=[{"messageType": "confirmation", "subject": "Please confirm"}]
    ).message_ids
    account, folder = embedded.account_id, embedded.client_folder_id

    ran = icontact(
        *("init", "--output", "own.toml", "--list", embedded.list_id, "--preset", "mautic"),
        *("--map", "email=mail", "--map", "color=favourite", "--existing", "replace"),
        *("--subscription-status", "pending", "--confirmation-message-id", message),
        *("--no-push-contacts", "--account-id", account, "--client-folder-id", folder),
        stdin=Typed(),
    )

    # What is left to ask is whether the mapping is right.
    assert ran.code == 2
    assert "'Is the mapping right?'" in ran.err
    again = answered("y", words=(*ran_words(embedded, message), "--overwrite"))
    assert again.code == 0
    settings = made("own.toml")
    assert settings == PushSettings(
        list="Newsletter",
        mapper=settings.mapper,
        account_id=account,
        client_folder_id=folder,
        existing="replace",
        subscription_status="pending",
        confirmation_message_id=message,
        push_contacts=False,
    )
    assert pairs(settings)["email"] == "mail"
    assert pairs(settings)["color"] == "favourite"
    assert "account_id = 413323" in Path("own.toml").read_text("utf-8")


def ran_words(embedded: Sandbox, message: int) -> tuple[object, ...]:
    return (
        *("--output", "own.toml", "--list", embedded.list_id, "--preset", "mautic"),
        *("--map", "email=mail", "--map", "color=favourite", "--existing", "replace"),
        *("--subscription-status", "pending", "--confirmation-message-id", message),
        *("--no-push-contacts", "--account-id", embedded.account_id),
        *("--client-folder-id", embedded.client_folder_id),
    )


def test_a_message_of_another_type_cannot_ask_to_confirm(embedded: Sandbox) -> None:
    [message] = embedded.seed(messages=[{"messageType": "normal", "subject": "Hi"}]).message_ids

    ran = answered("", "y", "", "pending", "x", str(message), words=("--preset", "mautic"))

    assert ran.code == 2
    assert f"message {message} is of the type normal, and confirmation is needed" in ran.err
    assert "a whole number, from 1 on" in ran.out + ran.err


def test_several_accounts_and_folders_are_offered(embedded: Sandbox) -> None:
    second = embedded.add_account(companyName="Second")
    ran = answered("5", str(embedded.account_id), *[""] * 8, words=("--preset", "mautic"))

    assert ran.code == 0
    assert "there is no enabled account '5'; there are: 413323 (" in ran.out + ran.err
    assert "Second" in ran.out
    assert made().account_id == embedded.account_id != second
    assert made().client_folder_id is None


def test_several_folders_are_offered(embedded: Sandbox) -> None:
    embedded.add_client_folder(name="Second")

    words = ("--preset", "mautic", "--yes")
    assert "--client-folder-id has no default" in icontact("init", *words).err
    chosen = ("--client-folder-id", embedded.client_folder_id)
    assert icontact("init", *words, *chosen).code == 0
    assert made().client_folder_id == embedded.client_folder_id


def test_an_unknown_account_is_reported(embedded: Sandbox) -> None:
    assert "--account-id: there is no enabled account '5'" in (
        icontact("init", "--account-id", 5, "--preset", "mautic", "--yes").err
    )
    embedded.disable_account()
    assert "there is no enabled account that" in icontact("init").err


def test_a_folder_without_lists_is_reported(embedded: Sandbox) -> None:
    folder = embedded.add_client_folder(name="Empty")

    ran = icontact("init", "--client-folder-id", folder, "--preset", "mautic", "--yes")

    assert ran.code == 2
    assert "this client folder has no list" in ran.err


def test_lists_of_one_name_are_chosen_by_id(embedded: Sandbox) -> None:
    first, second = embedded.seed(lists=[{"name": "Twice"}, {"name": "Twice"}]).list_ids

    words = ("--preset", "mautic", "--yes", "--list")
    assert f"give one's id: {first}, {second}" in icontact("init", *words, "Twice").err
    assert icontact("init", *words, second).code == 0
    assert made().list == second
    assert "# one of several named 'Twice'" in Path("icontact.toml").read_text("utf-8")


def test_lists_are_offered_whatever_their_number(embedded: Sandbox) -> None:
    embedded.seed(lists=[{"name": f"List {number}"} for number in range(60)])

    ran = answered("no such thing", "List 59", *[""] * 8, words=("--preset", "mautic"))

    assert ran.code == 0
    assert "and 21 more" in ran.out
    assert made().list == "List 59"
    assert "--list has no default" in (
        icontact("init", "--preset", "mautic", "--yes", "--overwrite").err
    )


def test_it_says_how_to_set_missing_credentials(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ICONTACT_USERNAME")
    monkeypatch.delenv("ICONTACT_PASSWORD")

    ran = icontact("init")

    assert ran.code == 2
    assert "  export ICONTACT_USERNAME='…'\n" in ran.out
    assert "  read -rs ICONTACT_PASSWORD && export ICONTACT_PASSWORD\n" in ran.out
    assert "ICONTACT_APP_ID" not in ran.out
    assert len(embedded.requests) == 0


def test_unusable_credentials_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICONTACT_PASSWORD", " padded ")

    assert "password has white space around it" in icontact("init").err


def test_a_file_is_not_replaced_unasked(embedded: Sandbox) -> None:
    path = Path("icontact.toml")
    path.write_text("mine")

    assert "icontact.toml exists; --overwrite replaces it" in (
        icontact("init", "--preset", "mautic", "--yes").err
    )
    assert "was left as it is" in answered("n").err
    assert path.read_text() == "mine"
    assert len(embedded.requests) == 0
    assert answered("y", *[""] * 8, words=("--preset", "mautic")).code == 0
    path.write_text("mine")
    assert icontact("init", "--preset", "mautic", "--yes", "--overwrite").code == 0
    assert made().list == "Newsletter"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_keeps_its_rights(embedded: Sandbox) -> None:
    os.mkfifo("pipe", 0o600)
    with ThreadPoolExecutor() as pool:
        text = pool.submit(Path("pipe").read_text, "utf-8")
        words = ("--preset", "mautic", "--yes", "--overwrite", "--output", "pipe")
        assert icontact("init", *words).code == 0
        assert 'list = "Newsletter"' in text.result(10)
    assert stat.S_IMODE(Path("pipe").stat().st_mode) == 0o600


@pytest.mark.parametrize("output", [".", "none/icontact.toml"])
def test_an_unwritable_place_is_reported_first(embedded: Sandbox, output: str) -> None:
    assert "a file in a folder that exists is needed" in icontact("init", "--output", output).err
    assert len(embedded.requests) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say how fields are filled"),
        (
            ("--preset", "mautic", "--columns", "x"),
            "give one of --columns, --preset and --from-mautic",
        ),
        (("--preset", "mautik"), "did you mean 'mautic'"),
        (("--columns", "none.csv"), "cannot read none.csv"),
        (("--from-mautic", "none.json"), "cannot read none.json"),
        (("--map", "city=Town"), "the mapping has no e-mail: --map email=COLUMN"),
        (("--preset", "mautic", "--map", "frist_name=x"), "frist_name"),
        (("--preset", "mautic", "--list", "Newsleter"), "--list: there is no list 'Newsleter'"),
        (
            ("--preset", "mautic", "--subscription-status", "pending"),
            "--confirmation-message-id has no default",
        ),
    ],
)
def test_unusable_options_are_reported(
    embedded: Sandbox, words: tuple[str, ...], said: str
) -> None:
    ran = icontact("init", "--yes", *words)

    assert ran.code == 2
    assert said in ran.err
    assert not Path("icontact.toml").exists()


def test_a_header_without_an_address_is_reported(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "Contact,Town", "jo@example.com,Leeds")

    assert "no column looks like the e-mail address" in (
        icontact("init", "--columns", path, "--yes").err
    )
    err = icontact("init", "--columns", path, "--yes").err
    assert "there are 'Contact', 'Town'. Say which one it is: --map email=COLUMN" in err
    assert "ContactMapper" not in err
    ran = icontact("init", "--columns", path, "--map", "email=Contact", "--yes")
    assert ran.code == 0
    assert f"icontact push {path} --settings" in ran.out
    assert pairs(made()) == {"email": "Contact"}


def test_a_folder_whose_custom_fields_are_all_mapped_needs_no_comment(sandbox: Sandbox) -> None:
    assert icontact("init", "--preset", "mautic", "--yes").code == 0
    assert "that nothing fills" not in Path("icontact.toml").read_text("utf-8")


def test_names_cannot_break_out_of_a_comment(embedded: Sandbox) -> None:
    name = 'x\n[mapping]\nemail = "evil"'
    [list_id] = embedded.seed(lists=[{"name": name}]).list_ids

    assert icontact("init", "--preset", "mautic", "--yes", "--list", list_id).code == 0
    assert made().list == name
    assert pairs(made())["email"] == "email"


def test_a_text_that_cannot_be_read_back_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "icontact.toml"
    path.write_text("mine")

    with pytest.raises(ConfigError):
        settings_file.write(path, "list = ")
    assert path.read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["icontact.toml"]


def test_the_end_of_input_writes_nothing(embedded: Sandbox) -> None:
    ran = answered(words=("--preset", "mautic"))

    assert ran.code == 2
    assert "the input ended before an answer to 'Which list (its name or id)': --list" in ran.err
    assert not Path("icontact.toml").exists()


def test_the_end_of_input_at_a_yes_or_no_writes_nothing(embedded: Sandbox) -> None:
    ran = answered("", words=("--preset", "mautic"))

    assert ran.code == 2
    assert "an answer to 'Is the mapping right?': --yes gives it, and nothing was" in ran.err
    assert not Path("icontact.toml").exists()


def test_ctrl_c_at_a_question_writes_nothing(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object, **__: object) -> str:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise click.Abort from None

    monkeypatch.setattr(click, "prompt", pressed)
    ran = icontact("init", "--preset", "mautic")

    assert (ran.code, ran.err) == (130, "Error: stopped: nothing was written\n")


def test_an_answer_that_is_needed_is_asked_for_in_words(embedded: Sandbox, columns: Path) -> None:
    ran = answered("", "file", "", "  ", str(columns), "", "", "", "")

    assert ran.code == 0
    assert (ran.out + ran.err).count("an answer is needed; Ctrl-C ends this") == 2
    assert f"icontact push {columns} --settings" in ran.out


def test_a_choice_is_asked_again_until_it_is_one(embedded: Sandbox) -> None:
    ran = answered("", "y", "overwrite", "merge", "", "", words=("--preset", "mautic"))

    assert ran.code == 0
    assert "one of merge, keep, replace" in ran.out + ran.err
    assert made().existing == "merge"


def test_with_yes_no_question_is_asked() -> None:
    prompter = Prompter(silent=True)

    assert prompter.confirm("Well?", default=False) is False
    assert prompter.confirm("Well?", given=True, default=False) is True


def test_an_unreachable_icontact_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICONTACT_BASE_URL", "http://127.0.0.1:1/icp")

    ran = icontact("init", "--preset", "mautic", "--yes")

    assert ran.code == 3
    assert "iContact cannot be reached" in ran.err


def test_a_program_gets_the_mapping_as_json(embedded: Sandbox, columns: Path) -> None:
    words = ("init", "--columns", columns, "--list", "Newsletter", "--json")
    found = icontact(*words, "--yes").document
    assert found["file"] == "icontact.toml"
    assert found["list"]["name"] == "Newsletter"
    assert found["mapping"]["email"]
    refused = icontact(*words, "--overwrite")
    assert (refused.code, "--json needs --yes" in refused.err) == (2, True)


def test_a_place_that_cannot_be_written_is_named_before_the_questions(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "/somewhere/.icontact")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)

    ran = icontact("init", "--output", "own.toml", "--preset", "mautic", "--yes")

    said = "Error: cannot write own.toml, which --output names: Read-only file system\n"
    assert (ran.code, ran.err, len(embedded.requests)) == (2, said, 0)


@pytest.mark.parametrize(
    ("name", "first", "reason"),
    [
        ("unsubscribed.csv", "", "the name of the file reads like one of people who must not be"),
        ("people.csv", "Unsubscribed\n", "line 1, above the header, reads like a title of people"),
    ],
)
def test_it_says_that_a_push_of_the_file_will_stop_for_its_name_or_a_title(
    embedded: Sandbox, tmp_path: Path, name: str, first: str, reason: str
) -> None:
    Path(name).write_text(f"{first}E-mail,First Name\njo@example.com,Jo\n")

    ran = icontact("init", "--columns", name, "--yes")

    assert ran.code == 0
    assert "a push of this file stops" in " ".join(ran.err.split())
    assert reason in " ".join(ran.err.split())
    pushed = icontact("push", name, "--settings", "icontact.toml")
    assert pushed.code != 0
    assert reason in " ".join(pushed.err.split())
