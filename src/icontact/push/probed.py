"""What a test push found, step by step and field by field."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import attrs

from icontact.errors import IContactError
from icontact.push.comparing import FieldCheck

__all__ = ["Probe", "ProbeStep"]


@attrs.frozen(kw_only=True)
class ProbeStep:
    """What became of one step. Holds no address and no value.

    Attributes:
        name: ``sample``, ``address``, ``test push``, ``read back``, ``subscription``, ``clean up``.
        status: ``ok``, ``failed``, or ``skipped`` since another one failed.
        detail: What was found, or what is wrong.
        advice: The way to mend it.
        error: What iContact or the network said, if that was the reason.
    """

    name: str
    status: Literal["ok", "failed", "skipped"]
    detail: str
    advice: str = ""
    error: IContactError | None = attrs.field(default=None, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class Probe:
    """What came of a test push. Holds no address and no value.

    Attributes:
        steps: All six, in their order.
        fields: What became of each row of the mapping; empty if nothing was read back.
    """

    steps: Sequence[ProbeStep]
    fields: Sequence[FieldCheck] = ()

    @property
    def ok(self) -> bool:
        """Whether every step went well."""
        return all(step.status == "ok" for step in self.steps)

    @property
    def at_fault(self) -> tuple[str, ...]:
        """The fields whose rows of the mapping are at fault."""
        return tuple(field.target for field in self.fields if not field.ok)

    def __str__(self) -> str:
        steps = [f"{one.status:<8} {one.name:<12} {one.detail}" for one in self.steps]
        fields = [
            f"         {one.target} <- {one.source}: {one.verdict} {one.detail}".rstrip()
            for one in self.fields
        ]
        return "\n".join((*steps, *fields))

    def _repr_html_(self) -> str:
        lines = [
            (one.status, one.name, f"{one.detail} {one.advice}".rstrip()) for one in self.steps
        ]
        fields = [(one.verdict, f"{one.target} ← {one.source}", one.detail) for one in self.fields]
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>"
            for line in (*lines, *fields)
        )
        return f"<table><tbody>{rows}</tbody></table>"
