"""A destination for dlt's pipelines, with the real dlt."""

from __future__ import annotations

import builtins
import csv
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper, Folder
from icontact.errors import ConfigError
from icontact.integrations.dlt import icontact_list
from icontact.push import ListPush
from icontact.sandbox import Sandbox

dlt = pytest.importorskip("dlt", reason="these tests need the extra `dlt`")
# dlt and what it brings warn about themselves.
pytestmark = pytest.mark.filterwarnings("default")

MAPPING = {"email": "mail", "first_name": "given_name"}
Pipeline = Callable[..., Any]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "DLT_DATA_DIR": str(tmp_path / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        # A failed job is tried again by the next run, not for minutes by this one.
        "LOAD__RAISE_ON_MAX_RETRIES": "1",
    }


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (mail TEXT, given_name TEXT)")
        connection.executemany(
            "INSERT INTO customers VALUES (?, ?)",
            [(f"reader{number}@example.com", "Jo") for number in range(30)],
        )
    connection.close()
    return path


def test_a_wrong_option_is_refused_before_the_pipeline_begins() -> None:
    unknown: dict[str, Any] = {"exists": "keep"}
    wrong: dict[str, Any] = {"existing": "x"}
    with pytest.raises(TypeError, match="there is no setting 'exists'; did you mean 'existing'"):
        icontact_list(list="Newsletter", mapping=MAPPING, **unknown)
    with pytest.raises(ConfigError, match="existing must be one of keep, merge, replace"):
        icontact_list(list="Newsletter", mapping=MAPPING, **wrong)
    number: Any
    for number in (0, True, "10"):
        with pytest.raises(ConfigError, match="batch_rows must be a whole number from 1 on"):
            icontact_list(list="Newsletter", mapping=MAPPING, batch_rows=number)


def customers(warehouse: Path) -> Iterator[dict[str, Any]]:
    connection = sqlite3.connect(warehouse)
    connection.row_factory = sqlite3.Row
    try:
        yield from map(dict, connection.execute("SELECT * FROM customers ORDER BY rowid"))
    finally:
        connection.close()


@pytest.fixture
def pipeline(folder: Folder, tmp_path: Path) -> Pipeline:
    def made(**options: Any) -> Any:
        given = {"list": "Newsletter", "mapping": MAPPING, "folder": folder, "batch_rows": 10}
        destination = icontact_list(**{**given, **options})
        return dlt.pipeline("to_icontact", destination=destination)

    return made


def load(pipeline: Any, warehouse: Path) -> Any:
    return pipeline.run(customers(warehouse), table_name="customers")


def writes(sandbox: Sandbox) -> int:
    return sum(one.method == "POST" for one in sandbox.requests)


def test_a_table_is_pushed_in_two_loads(
    pipeline: Pipeline, folder: Folder, warehouse: Path, sandbox: Sandbox
) -> None:
    load(pipeline(), warehouse)
    assert folder.contacts.list().count() == 30
    with sqlite3.connect(warehouse) as connection:
        connection.execute("UPDATE customers SET given_name = 'Ann' WHERE rowid = 1")
        connection.execute("INSERT INTO customers VALUES ('late@example.com', 'Sam')")
    connection.close()
    load(pipeline(), warehouse)
    assert folder.contacts.list().count() == 31
    changed = folder.contacts.find(email="reader0@example.com")
    assert changed
    assert changed.first_name == "Ann"


def test_rows_that_went_to_the_rejects_are_logged(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    made = pipeline(rejects="rejects", mapping={"email": "maill"})
    made.run([{"mail": "reader@example.com"}], table_name="customers")
    logged = [one.message for one in caplog.records if one.name == "icontact"]
    assert any("1 rejected" in one and "no row has 'maill'" in one for one in logged)
    assert "reader@" not in caplog.text


@pytest.mark.parametrize("answers", [("yes", "no"), ("yes", "yes")])
def test_a_column_about_consent_that_nothing_reads_fails_the_job(
    pipeline: Pipeline, folder: Folder, answers: tuple[str, str]
) -> None:
    rows = [
        {"mail": "first@example.com"},
        *(
            {"mail": f"reader{at}@example.com", "newsletter": said}
            for at, said in enumerate(answers)
        ),
    ]
    with pytest.raises(Exception, match="column 'newsletter' must say yes"):
        pipeline().run(rows, table_name="customers")
    assert folder.contacts.list().count() == 0


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ({"op": {"hard_delete": True}}, (False, None, True)),
        ({"deleted": {"hard_delete": True}}, (False, None, True)),
        (
            {"gone": {"hard_delete": True, "data_type": "timestamp"}},
            (None, None, "2026-01-02T00:00:00Z"),
        ),
        ({"removed": {"hard_delete": True, "data_type": "bigint"}}, (None, None, 0)),
    ],
)
def test_rows_that_the_source_deleted_are_not_pushed(
    pipeline: Pipeline, folder: Folder, column: dict[str, Any], values: tuple[Any, ...]
) -> None:
    (mark,) = column

    @dlt.resource(name="customers", primary_key="mail", write_disposition="merge", columns=column)  # type: ignore[untyped-decorator]  # dlt states no type
    def rows() -> Iterator[dict[str, Any]]:
        for number, value in enumerate(values):
            yield {"mail": f"reader{number}@example.com", "given_name": "Jo", mark: value}

    pipeline().run(rows())
    assert sorted(one.email for one in folder.contacts.list()) == [
        "reader0@example.com",
        "reader1@example.com",
    ]


def test_a_column_about_consent_is_read_where_the_mapper_names_it(
    pipeline: Pipeline, folder: Folder
) -> None:
    rows = [{"mail": f"{said}@example.com", "newsletter": said} for said in ("yes", "no")]
    mapper = ContactMapper(MAPPING, consent=["newsletter"])
    pipeline(mapping=mapper).run(rows, table_name="customers")
    assert [one.email for one in folder.contacts.list()] == ["yes@example.com"]


def test_the_journals_of_a_package_are_deleted_with_the_next_one(
    pipeline: Pipeline, warehouse: Path, tmp_path: Path
) -> None:
    journals = tmp_path / "icontact-dlt"
    for _ in range(2):
        load(pipeline(), warehouse)
        files = list(journals.glob("to_icontact/*/*.sqlite"))
        assert len(files) == 3
        assert len({file.parent for file in files}) == 1
        assert "reader" not in str(files)
    assert stat.S_IMODE(journals.stat().st_mode) == 0o700


def test_files_of_other_programs_beside_the_journals_stay(
    pipeline: Pipeline, folder: Folder, warehouse: Path, tmp_path: Path
) -> None:
    other = tmp_path / "icontact-dlt" / "to_icontact" / ".DS_Store"
    other.parent.mkdir(parents=True)
    other.touch()
    load(pipeline(), warehouse)
    assert folder.contacts.list().count() == 30
    assert other.exists()


def test_a_retry_after_a_crash_sends_nothing_twice(
    pipeline: Pipeline,
    folder: Folder,
    warehouse: Path,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original, runs = ListPush.run, []

    def run(self: ListPush, rows: Any, **options: Any) -> Any:
        report = original(self, rows, **options)
        runs.append(report)
        if len(runs) == 2:
            # Pushed, and dlt did not learn of it.
            raise ConnectionError("the process is as good as dead")
        return report

    monkeypatch.setattr(ListPush, "run", run)
    with pytest.raises(Exception, match="as good as dead"):
        load(pipeline(), warehouse)
    assert folder.contacts.list().count() == 20
    sent = writes(sandbox)
    pipeline().load()
    assert folder.contacts.list().count() == 30
    counts = [dict(report.counts)["created"] for report in runs]
    # The second batch was run again from its journal, and the first one was not run again.
    assert counts == [10, 10, 10, 10]
    assert writes(sandbox) - sent == sent // 2


KILLED = """
import os, sys
import dlt
from icontact import Client, ListPush
from icontact.integrations.dlt import icontact_list

original, runs = ListPush.run, []

def run(self, rows, **options):
    report = original(self, rows, **options)
    runs.append(report)
    if len(runs) == int(sys.argv[1]):
        os.kill(os.getpid(), 9)
    return report

ListPush.run = run
destination = icontact_list(
    list="Newsletter", mapping={"email": "mail", "first_name": "given_name"}, batch_rows=10
)
pipeline = dlt.pipeline("to_icontact", destination=destination)
if sys.argv[2] == "run":
    rows = [{"mail": f"reader{n}@example.com", "given_name": "Jo"} for n in range(30)]
    pipeline.run(rows, table_name="customers")
else:
    pipeline.load()
print([report.counts["created"] for report in runs])
"""


def test_a_pipeline_that_is_killed_goes_on_and_sends_nothing_twice(
    tmp_path: Path,
) -> None:
    with Sandbox() as sandbox, sandbox.serve(port=0) as server:
        credentials = server.credentials
        variables = {
            **os.environ,
            **environment(tmp_path),
            "ICONTACT_BASE_URL": server.url,
            "ICONTACT_APP_ID": str(credentials.app_id),
            "ICONTACT_USERNAME": str(credentials.username),
            "ICONTACT_PASSWORD": str(credentials.password),
        }

        def step(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-c", KILLED, *words],
                env=variables,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )

        assert step("2", "run").returncode == -9
        sent = writes(sandbox)
        done = step("0", "load")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "[10, 10]"
        assert writes(sandbox) - sent == sent // 2
        assert sandbox.client().folder().contacts.list().count() == 30


def test_while_icontact_is_away_the_package_waits(
    pipeline: Pipeline, folder: Folder, warehouse: Path, sandbox: Sandbox
) -> None:
    pipe = pipeline()
    pipe.extract(customers(warehouse), table_name="customers")
    pipe.normalize()
    sandbox.faults.next(path="contacts", status=503, times=None)
    with pytest.raises(Exception, match=r"did not take all rows|max retries|503"):
        pipe.load()
    sandbox.faults.clear()
    pipeline().load()
    assert folder.contacts.list().count() == 30


def test_rejected_rows_fail_the_job(pipeline: Pipeline, folder: Folder, warehouse: Path) -> None:
    with sqlite3.connect(warehouse) as connection:
        connection.execute("UPDATE customers SET mail = 'canary' WHERE rowid = 5")
    connection.close()
    with pytest.raises(Exception, match="iContact rejected rows") as caught:
        load(pipeline(), warehouse)
    assert "canary" not in str(caught.value)
    # The other rows of its batch are pushed; the batches after it are not.
    assert folder.contacts.list().count() == 9


def test_rejected_rows_go_to_a_directory_where_the_user_chose_so(
    pipeline: Pipeline, folder: Folder, warehouse: Path, tmp_path: Path
) -> None:
    with sqlite3.connect(warehouse) as connection:
        connection.execute("UPDATE customers SET mail = 'nonsense' WHERE rowid = 5")
    connection.close()
    load(pipeline(rejects="rejects"), warehouse)
    (path,) = (tmp_path / "rejects").iterdir()
    with path.open(encoding="utf-8", newline="") as file:
        ((row),) = csv.DictReader(file)
    assert row["mail"] == "nonsense"
    assert "e-mail address" in row["icontact_reason"]
    assert folder.contacts.list().count() == 29


def test_without_dlt_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def missing(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "dlt":
            raise ImportError(name)
        return original(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ConfigError, match=r"pip install 'icontact\[dlt\]'"):
        icontact_list(list="Newsletter", mapping=MAPPING)


def test_a_mapping_is_checked_before_any_row(folder: Folder) -> None:
    with pytest.raises(Exception, match="emial"):
        icontact_list(list="Newsletter", mapping={"emial": "mail"}, folder=folder)
