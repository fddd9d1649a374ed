"""Redis for tests: the real server where there is one, and a stand-in for our one script."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact.limits.windows import Window


@contextmanager
def real_server() -> Iterator[str]:
    """Run ``redis-server`` on a socket in a folder of its own; yield the socket's path."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    # pytest's own folders may be too deep for the path of a socket.
    with tempfile.TemporaryDirectory(prefix="icontact-redis-") as folder:
        path = Path(folder) / "redis.sock"
        command = [binary, "--port", "0", "--unixsocket", str(path), "--dir", folder]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                said = []
                for line in server.stdout or ():
                    said.append(line)
                    if "eady to accept connections" in line:
                        break
                else:
                    raise RuntimeError(f"redis-server did not start: {''.join(said)}")
                yield str(path)
            finally:
                server.terminate()


@attrs.define
class FakeRedis:
    """Answers our script as Redis does, by the mathematics of the other limiters.

    Whether the script in Redis does the same, the tests with a real server show.
    """

    clock: Callable[[], float]
    #: Key -> field -> value, of the one hash that the script keeps.
    hashes: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    lives: dict[str, int] = attrs.field(factory=dict)
    scripts: list[str] = attrs.field(factory=list)
    trouble: Exception | None = None
    closed: bool = False

    def register_script(self, script: str) -> Callable[..., list[Any]]:
        self.scripts.append(script)
        return self._run

    def close(self) -> None:
        self.closed = True

    def _run(self, *, keys: list[str], args: list[Any]) -> list[Any]:
        if self.trouble is not None:
            raise self.trouble
        (key,), (cost, ahead, figures, life, *about) = keys, args
        kept = self.hashes.setdefault(key, {})
        if kept.setdefault("figures", figures) != figures:
            return [-1, kept["figures"].encode()]
        self.lives[key] = life
        seconds, microseconds = divmod(round(self.clock() * 1e6), 10**6)
        numbers, slots, granted = list[int](), list[str](), cost > 0
        for name, length, figure in zip(about[::3], about[1::3], about[2::3], strict=True):
            window = Window(name, length * 120 / 1e6, figure)
            counts = counts_of(kept, name)
            present = window.settle(counts, seconds + microseconds / 1e6)
            for field in [field for field in kept if field.startswith(f"{name}:")]:
                del kept[field]
            kept |= {f"{name}:{slot}": count for slot, count in counts.items()}
            slots.append(f"{name}:{present}")
            numbers += [len(counts), *(number for pair in counts.items() for number in pair)]
            granted &= window.free(counts) >= ahead + cost
        if granted:
            for slot in slots:
                kept[slot] = kept.get(slot, 0) + cost
        return [int(granted), seconds, microseconds, *([] if granted else numbers)]


def counts_of(kept: Mapping[str, Any], name: str) -> dict[int, int]:
    """Return slot -> count of one window from the fields of the hash."""
    found = (field.split(":") for field in kept if field.startswith(f"{name}:"))
    return {int(slot): int(kept[f"{name}:{slot}"]) for _, slot in found}
