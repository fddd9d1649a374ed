"""The push: contacts of any source are planned, put on a list, and accounted for row by row."""

from icontact.push.decisions import Action, Decision
from icontact.push.diagnosis import Diagnosis, FieldCheck, Step
from icontact.push.doctor import Doctor
from icontact.push.glance import ReasonCount
from icontact.push.journal import PlannedRow
from icontact.push.list_push import ListPush, find_list
from icontact.push.lookup import Lookup
from icontact.push.plan import Change, PushPlan
from icontact.push.policy import PushPolicy
from icontact.push.probing import probe
from icontact.push.progress import Progress
from icontact.push.reasons import OutcomeStatus, PushOutcome, Reason, ReasonCode
from icontact.push.report import PushReport
from icontact.push.settings import PushSettings, mapping_from_pairs

__all__ = [
    "Action",
    "Change",
    "Decision",
    "Diagnosis",
    "Doctor",
    "FieldCheck",
    "ListPush",
    "Lookup",
    "OutcomeStatus",
    "PlannedRow",
    "Progress",
    "PushOutcome",
    "PushPlan",
    "PushPolicy",
    "PushReport",
    "PushSettings",
    "Reason",
    "ReasonCode",
    "ReasonCount",
    "Step",
    "find_list",
    "mapping_from_pairs",
    "probe",
]
