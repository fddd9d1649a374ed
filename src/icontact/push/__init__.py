"""The job: generic contacts into a list, planned, written, and accounted for row by row."""

from icontact.push.decide import Action, Decision
from icontact.push.outcome import OutcomeStatus, PushOutcome
from icontact.push.plan import PlannedRow, PushPlan
from icontact.push.progress import Progress
from icontact.push.report import PushReport
from icontact.push.run import ListPush, find_list
from icontact.push.settings import PushPolicy, PushSettings, mapping_from_pairs
from icontact.push.state import LookUp

__all__ = [
    "Action",
    "Decision",
    "ListPush",
    "LookUp",
    "OutcomeStatus",
    "PlannedRow",
    "Progress",
    "PushOutcome",
    "PushPlan",
    "PushPolicy",
    "PushReport",
    "PushSettings",
    "find_list",
    "mapping_from_pairs",
]
