"""The tasks of the page on Celery, with a real worker and a real Redis."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from icontact.sandbox import Sandbox
from tests.integrations.support import DOCS, script
from tests.transport.redis_server import real_server

celery = pytest.importorskip("celery", reason="these tests need celery")
# Celery and what it brings warn about themselves.
pytestmark = pytest.mark.filterwarnings("default")

PAGE = "queues-and-pipelines.rst"
PATIENCE = 60

CUSTOMERS = """
def read_customer(customer_id):
    return {"email": f"customer{customer_id}@example.com", "given_name": "Jo"}
"""

#: The tasks of the page, in a process that is killed once: after the first contacts were written,
#: before Celery and the journal learn of it.
HARNESS = """
import os

import requests
import tasks
from tasks import app

send = requests.Session.send


def send_and_die(self, request, **options):
    is_write = request.method == "POST" and request.url.partition("?")[0].endswith("/contacts")
    if is_write:
        with open("sent", "a") as file:
            print(request.body.decode(), file=file)
    response = send(self, request, **options)
    if is_write:
        try:
            os.close(os.open("killed", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return response
        os.kill(os.getpid(), 9)
    return response


requests.Session.send = send_and_die
"""


@pytest.fixture
def redis_socket() -> Iterator[str]:
    with real_server() as path:
        yield path


@pytest.fixture
def sandbox_server() -> Iterator[tuple[Sandbox, Any]]:
    with Sandbox() as sandbox, sandbox.serve(port=0) as server:
        yield sandbox, server


@pytest.fixture
def environment(
    tmp_path: Path,
    redis_socket: str,
    sandbox_server: tuple[Sandbox, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A folder with the tasks, and the variables that they read."""
    server = sandbox_server[1]
    variables = {
        "CELERY_BROKER_URL": f"redis+socket://{redis_socket}?virtual_host=0",
        "CELERY_RESULT_BACKEND": f"redis+socket://{redis_socket}?virtual_host=1",
        "ICONTACT_LIMITS_URL": f"unix://{redis_socket}?db=2",
        "ICONTACT_BASE_URL": server.url,
        "ICONTACT_APP_ID": str(server.credentials.app_id),
        "ICONTACT_USERNAME": str(server.credentials.username),
        "ICONTACT_PASSWORD": str(server.credentials.password),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    # More than this test sends, so that no task has to wait.
    code = script(PAGE, "tasks.py").replace("per_minute=60", "per_minute=6000")
    (tmp_path / "tasks.py").write_text(code, "utf-8")
    (tmp_path / "customers.py").write_text(CUSTOMERS, "utf-8")
    (tmp_path / "harness.py").write_text(HARNESS, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def worker(module: str) -> Iterator[None]:
    """Run a worker with two processes."""
    words = [sys.executable, "-m", "celery", "-A", module, "worker", "--concurrency", "2"]
    words += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR"]
    with subprocess.Popen(words, env={**os.environ, "PYTHONPATH": "."}) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def sent(name: str, *arguments: Any) -> Any:
    """Send a task to the workers, as an application does; return its result in the future."""
    app = celery.Celery(
        broker=os.environ["CELERY_BROKER_URL"], backend=os.environ["CELERY_RESULT_BACKEND"]
    )
    return app.send_task(f"tasks.{name}", arguments)


def contacts(sandbox: Sandbox) -> Counter[str]:
    return Counter(one.email for one in sandbox.client().folder().contacts.list())


def written_addresses(folder: Path) -> Counter[str]:
    """How often each address was in a request that writes contacts."""
    return Counter(re.findall(r"[\w.]+@example\.com", (folder / "sent").read_text("utf-8")))


def test_events_are_pushed_by_tasks_that_share_one_limit(
    environment: Path, sandbox_server: tuple[Sandbox, Any], redis_socket: str
) -> None:
    import redis

    sandbox = sandbox_server[0]
    with worker("tasks"):
        results = [sent("push_customer", number) for number in range(6)]
        assert [one.get(timeout=PATIENCE)["status"] for one in results] == ["created"] * 6
    by_workers = len(sandbox.requests)
    assert contacts(sandbox) == {f"customer{number}@example.com": 1 for number in range(6)}
    with redis.Redis(unix_socket_path=redis_socket, db=2) as server:
        ((key),) = server.keys()
        fields: Any = server.hgetall(key)
    counted = sum(int(count) for name, count in fields.items() if name != b"figures")
    assert counted == by_workers


@pytest.mark.parametrize("kind", ["event", "file"])
def test_a_task_whose_process_is_killed_midway_runs_again_and_pushes_nothing_twice(
    environment: Path, sandbox_server: tuple[Sandbox, Any], kind: str
) -> None:
    sandbox = sandbox_server[0]
    emails = [f"reader{number}@example.com" for number in range(30)]
    path = environment / "people.csv"
    path.write_text("\n".join(["email,given_name", *(f"{one},Jo" for one in emails)]), "utf-8")
    with worker("harness"):
        if kind == "event":
            emails = ["customer7@example.com"]
            outcome = sent("push_customer", 7).get(timeout=PATIENCE)
            assert outcome["status"] in ("created", "updated", "unchanged")
        else:
            outcome = sent("push_file", str(path)).get(timeout=PATIENCE)
            assert outcome["failed"] == outcome["rejected"] == 0
            assert sum(outcome.values()) == 30
    assert (environment / "killed").exists()
    assert contacts(sandbox) == dict.fromkeys(emails, 1)
    assert written_addresses(environment) == dict.fromkeys(emails, 1)
    folder = sandbox.client().folder()
    subscribed = [one for one in folder.subscriptions.list() if one.status == "normal"]
    assert len(subscribed) == len(emails)


def test_the_dag_of_the_page_is_loaded_by_airflow(tmp_path: Path) -> None:
    pytest.importorskip("airflow", reason="Airflow is not installed")
    (tmp_path / "newsletter_dag.py").write_text(script(PAGE, "newsletter_dag.py"), "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", "import newsletter_dag"],
        cwd=tmp_path,
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr


def test_the_script_for_cron_keeps_two_runs_apart_and_takes_a_new_file_each_night(
    tmp_path: Path,
) -> None:
    flock = shutil.which("flock")
    if flock is None:
        pytest.skip("flock is not installed (Debian: util-linux)")
    page = (DOCS / PAGE).read_text("utf-8")
    below = page.partition(":caption: push-people.sh\n\n")[2].splitlines(keepends=True)
    block = "".join(takewhile(lambda line: line.startswith((" ", "\n")), below))
    script = tmp_path / "push-people.sh"
    script.write_text(textwrap.dedent(block), "utf-8")
    script.chmod(0o755)
    program = tmp_path / "icontact"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m icontact "$@"\n', "utf-8")
    program.chmod(0o755)
    (tmp_path / "people.csv").write_text("email\nreader1@example.com\n", "utf-8")
    (tmp_path / "icontact.toml").write_text(
        'list = "Newsletter"\n[mapping]\nemail = "email"\n', "utf-8"
    )
    with Sandbox() as sandbox, sandbox.serve(port=0) as server:
        credentials = server.credentials
        (tmp_path / "icontact.env").write_text(
            f"export ICONTACT_BASE_URL={server.url} ICONTACT_APP_ID={credentials.app_id}\n"
            f"export ICONTACT_USERNAME={credentials.username}\n"
            f"export ICONTACT_PASSWORD={credentials.password}\n"
            f'export PATH="{tmp_path}:$PATH"\n',
            "utf-8",
        )
        # As with cron, the credentials are in the file alone.
        variables = {
            name: value for name, value in os.environ.items() if not name.startswith("ICONTACT_")
        }

        def run() -> int:
            return subprocess.run(
                [str(script)],
                cwd=tmp_path,
                env=variables,
                capture_output=True,
                check=False,
                timeout=PATIENCE,
            ).returncode

        holder = subprocess.Popen(
            [flock, "push.lock", "sh", "-c", "echo held; cat"],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with holder:
            assert holder.stdout
            assert holder.stdin
            assert holder.stdout.readline() == b"held\n"
            assert run() == 75
            assert contacts(sandbox) == {}
            holder.stdin.close()
        assert run() == 0
        assert run() == 0
        (tmp_path / "people.csv").write_text("email\nreader2@example.com\nno address\n", "utf-8")
        assert run() == 1
        assert not (tmp_path / "people.journal.sqlite").exists()
        assert contacts(sandbox) == {"reader1@example.com": 1, "reader2@example.com": 1}
