"""The job: generic contacts into a list, planned, written, and accounted for row by row."""

from icontact.push.comparing import FieldCheck
from icontact.push.decide import Action, Decision
from icontact.push.destination import find_list
from icontact.push.outcome import OutcomeStatus, PushOutcome
from icontact.push.plan import Change, PlannedRow, PushPlan
from icontact.push.probed import Probe, ProbeStep
from icontact.push.progress import Progress
from icontact.push.reasons import Reason
from icontact.push.report import PushReport
from icontact.push.run import ListPush
from icontact.push.settings import PushPolicy, PushSettings, mapping_from_pairs
from icontact.push.state import Lookup
from icontact.push.trial import probe

__all__ = [
    "Action",
    "Change",
    "Decision",
    "FieldCheck",
    "ListPush",
    "Lookup",
    "OutcomeStatus",
    "PlannedRow",
    "Probe",
    "ProbeStep",
    "Progress",
    "PushOutcome",
    "PushPlan",
    "PushPolicy",
    "PushReport",
    "PushSettings",
    "Reason",
    "find_list",
    "mapping_from_pairs",
    "probe",
]
