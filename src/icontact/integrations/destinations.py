"""Where rules push to: the lists, looked up once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from icontact.errors import ConfigError
from icontact.integrations.decide import BoundRule
from icontact.integrations.rules import Rule
from icontact.push import ListPush
from icontact.push.policy import PolicyOptions

__all__ = ["Destinations", "destinations_for"]


@attrs.frozen
class Destinations:
    """The rules, each with the name of its place, and the push behind each name."""

    rules: tuple[BoundRule, ...]
    pushes: Mapping[str, ListPush] = attrs.field(hash=False)


def destinations_for(push: ListPush, rules: Sequence[Rule]) -> Destinations:
    """Look up where each rule pushes to.

    Args:
        push: Used unless a rule says something else.
        rules: The rules.

    Raises:
        ConfigError: If a list does not exist, or two rules are the same.
        MappingError: If a mapping names a custom field that the folder does not have.
        APIError, TransportError: If iContact could not be asked.
    """
    pushes: dict[str, ListPush] = {}
    bound = tuple(BoundRule(rule, _name(_push_of(rule, push), pushes)) for rule in rules)
    names = [one.name for one in bound]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"two rules are the same: {', '.join(twice)}; give one a name=")
    return Destinations(bound, pushes)


def _push_of(rule: Rule, push: ListPush) -> ListPush:
    push = rule.push or push
    if rule.list is None and rule.mapper is None and rule.push_contacts:
        return push
    policy: PolicyOptions = attrs.asdict(push.policy, recurse=False)  # type: ignore[assignment]  # its keys
    policy["push_contacts"] = push.policy.push_contacts and rule.push_contacts
    return ListPush(
        push.folder,
        push.list.list_id if rule.list is None else rule.list,
        mapper=rule.mapper or push.mapper,
        **policy,
    )


def _name(push: ListPush, pushes: dict[str, ListPush]) -> str:
    """Return the place's name; one list with two mappings, or switched off, is two places."""
    place = f"list {push.list.list_id}"
    same_list = [name for name in pushes if name.partition(":")[0] == place]
    for name in same_list:
        if _way(pushes[name]) == _way(push):
            return name
    name = f"{place}:{len(same_list) + 1}" if same_list else place
    pushes[name] = push
    return name


def _way(push: ListPush) -> tuple[str, bool]:
    return push.mapper.fingerprint, push.policy.push_contacts
