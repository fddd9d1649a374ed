"""A push needs no more memory for many rows than for a few."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PLAN = """
import sys
from icontact.sandbox import Sandbox
from tests.bench.bench_push import most_memory
from tests.endurance.scenes import push_of

rows = ({"email": f"person{n}@example.com", "city": "Durham"} for n in range(int(sys.argv[1])))
with Sandbox() as sandbox:
    sandbox.seed(custom_fields=[{"privateName": "score", "fieldType": "number"}])
    plan = push_of(sandbox.client().folder()).plan(rows)
    assert plan.counts["created"] == int(sys.argv[1])
print(most_memory())
"""


def most_memory(rows: int) -> int:
    """Return the most kilobytes that a plan of some rows takes."""
    command = [sys.executable, "-c", PLAN, str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return int(done.stdout)


def test_a_plan_of_many_rows_takes_as_much_memory_as_one_of_a_few(full: bool) -> None:
    assert most_memory(500_000 if full else 120_000) < 1.1 * most_memory(12_000)
