"""``icontact doctor``: checks everything that a push needs, and names the first problem."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import click

from icontact.cli.choose_mapping import choose, mapper_from_options
from icontact.cli.connection import check_address, settings_from
from icontact.cli.exit_codes import (
    NO_ANSWER,
    SOME_FAILED,
    CommandError,
    describe_error,
    exit_code_for,
    interruptible,
)
from icontact.cli.options import (
    client_options,
    file_option,
    list_option,
    map_option,
    preset_option,
    quiet_option,
)
from icontact.cli.output import echo, print_json, print_table, print_text, styled
from icontact.client import Folder
from icontact.errors import ConfigError, MappingError
from icontact.integrations.triggers import rules_of
from icontact.mapping import ContactMapper
from icontact.models import CustomField
from icontact.push import Doctor, FieldCheck, PushSettings, Step, find_list
from icontact.sources import read_rows

_COLORS = {"ok": "green", "failed": "red", "skipped": "yellow"}

#: More digits than an id has: such a list can only be a name.
_TOO_MANY_DIGITS = 20


@click.command(short_help="Check everything that a push needs.")
@file_option("--settings", "settings_file", help="Check this TOML file too: its list and mapping.")
@list_option(help="Check this list: its exact name, or its id.")
@map_option("Check this mapping, as `push` takes it.", "pairs")
@preset_option("Check a mapping with a name: mautic.")
@click.option(
    "--test-push",
    metavar="EMAIL",
    help="Push one sample contact with this address, read it back, compare, and delete it again.",
)
@file_option(
    "--sample",
    help="Take the first row of this file for the test push, in place of an invented one; its "
    "address is replaced.",
)
@click.option(
    "--existing-ok",
    is_flag=True,
    help="If the address is in iContact already, say what a push would do to it. Nothing is "
    "written then.",
)
@quiet_option("Print the first problem only.")
@client_options
@click.pass_context
def doctor(ctx: click.Context, /, as_json: bool, quiet: bool, **options: Any) -> None:
    r"""Check everything that a push needs, from the credentials to the mapping.

    Names the first problem and how to solve it. Writes nothing, unless --test-push asks for it:
    then one contact is pushed, read back, compared field by field with what was sent, and deleted
    again. The address must not be in iContact; a list in real use may mail its owner about it.

    \b
    icontact doctor
    icontact doctor --list Newsletter --map email=Mail --map score=Points
    icontact doctor --settings icontact.toml
    icontact doctor --settings icontact.toml --test-push someone@example.com

    Exit codes: 0 all checks passed; 1 one failed, wrong credentials too; 3 no answer from iContact.
    """
    if options["test_push"] is None and (options["sample"] or options["existing_ok"]):
        raise CommandError("--sample and --existing-ok belong to --test-push EMAIL")
    if options["test_push"] is not None:
        check_address("--test-push EMAIL", options["test_push"])
    examiner = _doctor(**options)
    with interruptible(lambda stop: f"stopped. {_left_by(stop, options)}"):
        steps = tuple(examiner.run())
    show(steps, examiner.fields, as_json=as_json, quiet=quiet)
    problem = next((step for step in steps if step.status == "failed"), None)
    if problem is not None:
        silent = problem.error is not None and exit_code_for(problem.error) == NO_ANSWER
        ctx.exit(NO_ANSWER if silent else SOME_FAILED)


def _doctor(
    *, list: str | None, pairs: Sequence[str], preset: str | None, sample: str | None, **rest: Any
) -> Doctor:
    def choose_mapper(settings: PushSettings | None) -> ContactMapper | None:
        if sample is None:
            return mapper_from_options(settings, preset, pairs)
        with read_rows(sample) as rows:
            return choose(rows, settings, preset, pairs).mapper

    is_id = list is not None and list.isascii() and list.isdecimal()
    return Doctor(
        list=int(list) if list and is_id and len(list) < _TOO_MANY_DIGITS else list,
        choose_mapper=choose_mapper,
        check_triggers=_check_triggers,
        read_settings=settings_from,
        sample_file=sample,
        **rest,
    )


def _check_triggers(
    settings: PushSettings, folder: Folder, custom_fields: Sequence[CustomField]
) -> str:
    """Check the lists and the mappings of the triggers."""
    rules = rules_of(settings)
    for number, rule in enumerate(rules, start=1):
        try:
            if rule.list is not None:
                find_list(folder, rule.list)
            if rule.mapper is not None:
                rule.mapper.checked(custom_fields)
        except (ConfigError, MappingError) as error:
            raise ConfigError(f"trigger {number} ({rule.label}): {error}") from None
    return ", ".join(rule.label for rule in rules)


def _left_by(stop: KeyboardInterrupt, options: Mapping[str, Any]) -> str:
    """Describe what an interrupted test push left, and the command that removes it."""
    if not stop.args:
        return "Nothing was written"
    words = ["icontact", "doctor"]
    for name in ("settings_file", "list", "preset", "account_id", "client_folder_id", "sample"):
        if options[name] is not None:
            words += [f"--{name.removesuffix('_file').replace('_', '-')}", str(options[name])]
    for pair in options["pairs"]:
        words += ["--map", pair]
    return f"{stop}. The command: {shlex.join(words)} --test-push EMAIL"


def show(
    steps: Sequence[Step], fields: Sequence[FieldCheck], *, as_json: bool, quiet: bool
) -> None:
    """Print a line for each step, and what to do about the first problem."""
    problem = next((step for step in steps if step.status == "failed"), None)
    if as_json:
        checks = [
            {"link": one.name, "status": one.status, "detail": _detail(one), "advice": one.advice}
            for one in steps
        ]
        compared = [attrs.asdict(one) for one in fields]
        print_json({"checks": checks, "fields": compared, "fault": problem and problem.name})
        return
    for step in steps if not quiet else [problem] if problem else ():
        status = styled(f"{step.status:<8}", _COLORS.get(step.status))
        print_text(_detail(step), start=f"{status} {step.name:<14} ", indent=" " * 24)
    if fields and not quiet:
        rows = [(one.target, one.source, one.verdict, one.detail) for one in fields]
        print_table(("field", "source", "came back", "note"), rows)
    if problem is None:
        echo("All checks passed.")
    else:
        print_text(f"First problem: {problem.name}. {problem.advice}".rstrip(), indent="  ")


def _detail(step: Step) -> str:
    """Return what was found; for an answer of iContact's, what it means."""
    if step.error is not None and step.detail == str(step.error):
        return describe_error(step.error)
    return step.detail
