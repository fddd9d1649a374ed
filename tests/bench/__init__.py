"""Benchmarks: ``nox -s bench``, or ``python -m tests.bench`` from the root of the checkout.

Every module here named ``bench_*.py`` has a function ``run(*, quick: bool) -> list[Figure]``. What
is compared is measured side by side in one run, so that a busy machine slows both. What needs a
server that shares no lock with it starts one by ``tests.bench.server``.
"""
