"""``icontact demo``: everything that it promises to show, it shows."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from icontact.cli import output
from icontact.cli.demo import SAMPLE, SETTINGS
from icontact.push import PushSettings
from tests.cli.support import icontact


@pytest.fixture(scope="module")
def shown() -> Any:
    return icontact("demo", "--json").document


def outcome(shown: Any, email: str) -> Any:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [row["E-mail"] for row in csv.DictReader(file)]
    return shown["first"]["outcomes"][rows.index(email)]


def test_the_sample_has_sixty_people_who_do_not_exist() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    domains = {row["E-mail"].strip().lower().rpartition("@")[2] for row in rows}
    assert {"example.com", "example.org", "example.net"} <= domains
    assert "Fish &amp; Chips Ltd" in {row["Company"] for row in rows}
    assert {"North Carolina", "Western Australia"} <= {row["State"] for row in rows}


def test_the_settings_fit_the_sample() -> None:
    settings = PushSettings.from_toml(SETTINGS)
    assert settings.mapper is not None
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        assert settings.mapper.missing(next(csv.reader(file))) == ()


def test_every_row_is_accounted_for(shown: Any) -> None:
    assert sum(shown["first"]["counts"].values()) == len(shown["first"]["outcomes"]) == 60
    assert shown["first"]["counts"] == {
        "created": 53,
        "updated": 2,
        "unchanged": 0,
        "skipped": 3,
        "rejected": 2,
        "failed": 0,
    }


@pytest.mark.parametrize(
    ("email", "status", "reason"),
    [
        ("carla.reed@example.com", "created", "new contact; is on the list now"),
        ("kiri.walker@example.net", "created", "state: left out"),
        ("sofia.almeida@example.com", "updated", "city"),
        ("amelie.roux@example.com", "skipped", "duplicate of"),
        ("paul.jensen@example.net", "skipped", "unsubscribed"),
        ("rosa.delgado@example.com", "skipped", "do-not-contact"),
        ("vera.lind(at)example.com", "rejected", "not a valid e-mail address"),
        ("", "rejected", "blank"),
        ("olga.ivanova@example.org", "created", "score: left out"),
    ],
)
def test_people_end_as_their_data_deserve(shown: Any, email: str, status: str, reason: str) -> None:
    found = outcome(shown, email)
    assert found["status"] == status
    assert reason in found["reason"]


def test_the_second_push_writes_nothing(shown: Any) -> None:
    assert shown["second"]["counts"]["unchanged"] == 55
    assert shown["written_again"] == 0


def test_the_demonstration_tells_the_whole_story() -> None:
    ran = icontact("demo")
    assert (ran.code, ran.err) == (0, "")
    assert "60 invented people" in ran.out
    assert (
        "Would create 53, add 1 to the list, change 1, skip 3, reject 2. Nothing was written."
        in ran.out
    )
    assert "60 rows: 53 created, 1 added to the list, 1 updated, 3 skipped, 2 rejected." in ran.out
    assert "unsubscribed from the list (line 35)" in ran.out
    assert "The same file again: 55 unchanged; it sent 0 requests that write" in ran.out
    assert "@example" not in ran.out


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_the_demonstration_fits_one_screen(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = icontact("demo").out.splitlines()
    assert len(lines) <= (24 if columns >= 80 else 30)
    assert max(len(line) for line in lines if not line.startswith("  icontact")) <= columns


def test_every_row_of_the_demonstration_is_shown_on_request() -> None:
    ran = icontact("demo", "-v")
    assert len([line for line in ran.out.splitlines() if "@example" in line]) >= 50
    assert f"icontact push {SAMPLE} --list Newsletter --settings {SETTINGS}" in ran.out
    assert "amelie.roux@" not in ran.out


def test_the_environment_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICONTACT_BASE_URL", "http://127.0.0.1:1/icp")
    monkeypatch.delenv("ICONTACT_APP_ID")
    assert icontact("demo").code == 0
