"""What every target of the fuzzing has: a check, and what its arguments are drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

Check = Callable[..., None]

#: How many examples of a target the suite tries.
EXAMPLES = 25

#: What a check wants to be counted in the report of a long run, such as the statuses of answers.
tally: Counter[str] = Counter()


@attrs.frozen
class Target:
    """A check that fails for an input that is handled wrongly."""

    check: Check
    strategies: Mapping[str, st.SearchStrategy[Any]]

    def test(self, check: Check) -> Any:
        """Return a test of hypothesis that draws the arguments of a check."""
        return given(**self.strategies)(check)


def fuzzed(
    examples: int = EXAMPLES, **strategies: st.SearchStrategy[Any]
) -> Callable[[Check], Check]:
    """Make a test with few examples of a check, which ``python -m tests.fuzz`` can find."""

    def decorated(check: Check) -> Check:
        target = Target(check, strategies)
        test: Any = settings(max_examples=examples, deadline=None)(target.test(check))
        test.target = target
        checked: Check = test
        return checked

    return decorated
