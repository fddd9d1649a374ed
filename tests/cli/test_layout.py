"""What fits on a terminal: tables, sentences, and the line that shows the progress."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from icontact.cli import connection, output, progress
from icontact.cli.connection import connect
from icontact.cli.progress import LimiterWithDisplay, ProgressDisplay
from icontact.errors import Throttled
from icontact.push import Lookup, Progress
from icontact.sandbox import Sandbox
from icontact.transport import Call, Event
from tests.cli.support import icontact, written

WIDTHS = [60, 80, 160]

LONG = "the consent of this person was withdrawn, and the note says nothing about a renewal"


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The number of columns of a terminal that shows everything."""
    monkeypatch.setattr(output, "is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", str(request.param))
    columns = request.param
    assert isinstance(columns, int)
    return columns


def event(kind: str, seconds: float = 0.0, status: int | None = None) -> Event:
    call = Call("GET", "a/1/c/2/contacts").summary()
    return Event(kind=kind, call=call, seconds=seconds, status=status)


def test_a_table_is_never_wider_than_the_terminal(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(number, "j•••@example.com", "skipped", LONG) for number in (2, 2000)]
    output.print_table(("line", "address", "status", "reason"), rows)
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width
    assert [len(line.split("skipped")) for line in lines].count(2) == 2
    words = " ".join(lines).split()
    assert set(LONG.split()) <= set(words)
    if width == 160:
        assert len(lines) == 3


def test_where_columns_do_not_fit_each_cell_has_its_line(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"column_{number}" for number in range(12)]
    output.print_table(names, [[f"value{number}" * 2 for number in range(12)]])
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width
    assert lines[0].startswith("column_0: value0value0")
    assert lines[1].startswith("  column_1: value1value1")


def test_columns_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(("id", "name", "note"), [(1, "News", None), (2, "Club", "")])
    assert capsys.readouterr().out == "id  name\n1   News\n2   Club\n"


def test_an_empty_table_still_names_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(("id", "name"), [])
    assert capsys.readouterr().out == "id  name\n"


def test_wide_letters_keep_the_columns_in_line(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    output.print_table(("name", "id"), [("株式会社", 1), ("News", 2)])
    first, second = capsys.readouterr().out.splitlines()[1:]
    assert first.rstrip().endswith("    1") is False
    assert second.rstrip() == "News      2"


def test_a_plan_fits_one_screen_at_every_width(
    width: int, embedded: Sandbox, tmp_path: Path
) -> None:
    embedded.seed(contacts=[{"email": f"old{number}@example.com"} for number in range(3)])
    lines = ["email,First name,score,Opt out"]
    lines += [
        f"p{number}@example.com,Jo,{'many' if number % 9 == 0 else 5}," for number in range(90)
    ]
    lines += [f"old{number}@example.com,,5," for number in range(3)]
    lines += ["nowhere,Ann,5,", "q@example.com,Ann,5,yes"]
    ran = icontact("push", written(tmp_path, *lines), "--list", "Newsletter", "--dry-run")
    screen = (ran.err + ran.out).splitlines()
    assert len(screen) <= 24
    prose = [line for line in screen if not line.startswith("To do it")]
    assert max(map(len, prose)) <= width
    assert "add 3 to the list" in ran.out.replace("\n  ", " ")
    assert ran.out.count("as stored: email='p•••@example.com', first_name='J•••'") == 3


def test_people_who_only_join_the_list_are_counted_as_such(
    embedded: Sandbox, tmp_path: Path
) -> None:
    embedded.seed(
        contacts=[{"email": "a@example.com"}, {"email": "b@example.com", "firstName": "Bea"}]
    )
    path = written(tmp_path, "email,first_name", "a@example.com,", "b@example.com,Bo")
    words = ("push", path, "--list", "Newsletter")

    plan = icontact(*words, "--dry-run")
    assert "Would add 2 to the list. Nothing was written." in plan.out
    assert "  added         1  was not on the list (line 2)" in plan.out
    assert icontact(*words, "--dry-run", "--json").document["added_to_list"] == 2

    done = icontact(*words)
    assert "2 rows: 2 added to the list. Nothing is left to do." in done.out


def test_a_quiet_push_prints_one_sentence(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "Newsletter", "-q")
    assert (ran.out, ran.err) == (
        "Newsletter: 3 rows: 3 created. Nothing is left to do.\n",
        "",
    )


def test_a_quiet_push_still_says_that_it_ended_early(embedded: Sandbox, people: Path) -> None:
    embedded.faults.refuse(path=r"/contacts", times=100)
    ran = icontact("push", people, "--list", "Newsletter", "-q")
    assert (ran.code, "the push ended early" in ran.err) == (3, True)


def test_the_costs_are_shown_on_request_only(embedded: Sandbox, people: Path) -> None:
    words = ("push", people, "--list", "Newsletter", "--dry-run")
    assert "request" not in icontact(*words).out
    assert "planned with 1 request; about 2 more to write" in icontact(*words, "-v").out


def test_nothing_is_colored_if_the_environment_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert output.styled("ok", "green") == "\x1b[32mok\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert output.styled("ok", "green") == "ok"


def test_a_phase_is_shown_from_the_first_moment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "is_terminal", lambda stream: True)
    with ProgressDisplay("reading") as display:
        assert "reading" in capsys.readouterr().err
        display.on_event(event("request", status=200))
        assert "reading (1 request)" in capsys.readouterr().err
        display.on_event(event("request", status=503))
        display.on_event(event("retry", seconds=23.2))
        assert "waiting 23 s: iContact is limiting requests" in capsys.readouterr().err
        display.on_lookup(Lookup(what="contacts", how="pages", requests=61))
        for _ in range(11):
            display.on_event(event("request", status=200))
        assert "reading contacts: 12 of 61 pages |" in capsys.readouterr().err
        display.on_event(event("request"))
        display.on_event(event("retry", seconds=0.2))
        assert "waiting 1 s: iContact is not answering" in capsys.readouterr().err
        counts = {"created": 12_000}
        display.on_push(Progress(done=12_000, total=50_000, counts=counts))
        assert "writing 12,000 of 50,000 rows |" in capsys.readouterr().err


def test_a_wait_for_the_limit_is_shown_while_it_lasts(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "is_terminal", lambda stream: True)
    now, shown = [0.0], []

    def sleep(seconds: float) -> None:
        shown.append(capsys.readouterr().err.rstrip())
        now[0] += seconds

    limiter = partial(LimiterWithDisplay, first_pause=20.0, clock=lambda: now[0], sleep=sleep)
    monkeypatch.setattr(connection, "LimiterWithDisplay", limiter)
    embedded.faults.next(status=503)
    with ProgressDisplay("reading") as display, connect(display=display) as client:
        with pytest.raises(Throttled):
            client.time()
        capsys.readouterr()
        client.time()
        after = capsys.readouterr().err

    assert "waiting 20 s: iContact is limiting requests" in shown[0]
    assert all("reading" not in line for line in shown)
    assert after.split("\r")[1].rstrip() == "reading (1 request)"
    assert "reading (2 requests)" in after


def test_a_short_wait_for_the_limit_does_not_change_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "is_terminal", lambda stream: True)
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with ProgressDisplay("reading") as display:
        limiter = LimiterWithDisplay(
            display.on_limit, first_pause=0.5, clock=lambda: now[0], sleep=sleep
        )
        limiter.report(throttled=True)
        assert limiter.acquire() == pytest.approx(0.5)
    assert "waiting" not in capsys.readouterr().err


def test_a_dry_run_shows_how_many_pages_it_reads(
    embedded: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "is_terminal", lambda stream: True)
    embedded.seed_contacts(30, list_id=embedded.list_id)
    addresses = [one["email"] for one in embedded.state.contacts()]
    settings = written(
        tmp_path,
        'list = "Newsletter"',
        "page_size = 10",
        "[mapping]",
        'email = "email"',
        name="icontact.toml",
    )
    path = written(tmp_path, "email", *addresses)
    shown = icontact("push", path, "--settings", settings, "--dry-run").err
    assert shown.startswith("\rreading")
    assert "reading contacts: 2 of " in shown
    assert "reading subscriptions: 1 of " in shown


def test_off_a_terminal_only_the_first_repeat_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay("reading") as display:
        for _ in range(3):
            display.on_event(event("request", status=503))
            display.on_event(event("retry", seconds=9))
        display.count("writing", 1, 2, "rows")
    assert capsys.readouterr().err == (
        "note: iContact is not answering or is limiting requests; retrying more slowly\n"
    )


def shown_on_a_terminal(columns: int, *words: str) -> str:
    """Run a command on a terminal of its own, and return what it prints there."""
    controller, terminal = os.openpty()
    surroundings = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", "PYTHONUTF8": "1"}
    surroundings.pop("NO_COLOR", None)
    with subprocess.Popen(
        [sys.executable, "-m", "icontact", *words],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        env=surroundings,
    ):
        os.close(terminal)
        parts = []
        with suppress(OSError):  # how the end of the program shows
            while part := os.read(controller, 65536):
                parts.append(part)
    os.close(controller)
    return b"".join(parts).decode()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal of its own")
@pytest.mark.parametrize("columns", [60, 160])
def test_a_real_terminal_gets_lines_that_fit(columns: int) -> None:
    text = shown_on_a_terminal(columns, "demo", "-v")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")
    assert "\x1b[" in text
    prose = [line for line in plain.splitlines() if not line.startswith("  icontact")]
    assert max(len(line.rstrip()) for line in prose) <= columns
    assert "unsubscribed" in plain
