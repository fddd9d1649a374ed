"""The sandbox answers any request with what the API has for it, and never fails itself."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import attrs
from hypothesis import strategies as st

from icontact import models, wire
from icontact.sandbox import Sandbox, Snapshot
from icontact.sandbox.exchange import IncomingRequest
from icontact.sandbox.rules import MATRIX, MatrixEntry
from icontact.sandbox.store.schema import CAMPAIGN_CODES, CONTACT_TEXTS, PERMISSIONS
from tests.fuzz.targets import fuzzed, tally
from tests.sandbox.wire import HEADERS

LOWERED = {name.lower(): value for name, value in HEADERS.items()}
#: For the entries of a collection, the model that reads them.
MODELS = {
    "contacts": models.Contact,
    "lists": models.ContactList,
    "subscriptions": models.Subscription,
    "customfields": models.CustomField,
    "segments": models.Segment,
    "criteria": models.Criterion,
    "campaigns": models.Campaign,
    "messages": models.Message,
    "sends": models.Send,
    "uploads": models.Upload,
    "users": models.User,
    "webhooks": models.Webhook,
    "signupforms": models.SignupForm,
    "actions": models.ContactAction,
    "opens": models.Open,
    "clicks": models.Click,
    "bounces": models.Bounce,
    "unsubscribes": models.Unsubscribe,
    "clientfolders": models.ClientFolder,
    "accounts": models.Account,
}

ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["\x00", "😀", "0", "-1", "1e9", "9" * 19, "a" * 300, "<p>", "]]>", "%", "*"])
    | st.lists(st.text(max_size=3), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
)


def mostly(usual: st.SearchStrategy[Any], other: st.SearchStrategy[Any] = ODD) -> Any:
    """Draw what is usual, and now and then something else."""
    return st.integers(0, 19).flatmap(lambda dice: other if dice == 19 else usual)


TEXT = st.sampled_from(["Jo", "Durham", "Zoé", "x y", "NC", "a,b"]) | st.text(max_size=6)
FLAG = st.sampled_from([0, 1, "0", "1"])
ADDRESS = st.sampled_from(["jo@example.com", "JO@example.com", "ann@example.com", "cy@example.com"])
CONTACT_ID = st.integers(66674163, 66674166)
LIST_ID = st.sampled_from([205303, 205303, 205304, 205305])
SUBSCRIPTION_STATUS = st.sampled_from(["normal", "unsubscribed", "pending", "donotcontact"])
MOMENT = st.sampled_from(
    ["2012-06-09T19:46:52-04:00", "2100-01-01T00:00:00-05:00", "2012-06-09 19:46:52", "2012-06-09"]
)
OPERATOR = st.sampled_from(
    "eq gt gte lt lte bet notcontains contains month day year".split(),
)
SEARCH = st.sampled_from("eq gt gte lt lte bet notcontains".split())


def fields(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Draw an object of a resource: usually one that is right."""
    return st.fixed_dictionaries(
        {name: mostly(values) for name, values in required.items()},
        optional={name: mostly(values) for name, values in optional.items()} | {"unknown": ODD},
    )


CUSTOM = {"color": TEXT, "when": st.sampled_from(["06/09/2012", "2012-06-09", ""]), "score": FLAG}
BODIES: dict[str, st.SearchStrategy[Any]] = {
    "contacts": fields(
        {"email": ADDRESS},
        {
            **dict.fromkeys(CONTACT_TEXTS, TEXT),
            **CUSTOM,
            "contactId": CONTACT_ID,
            "status": st.sampled_from(["normal", "bounced", "donotcontact", "pending", "deleted"]),
        },
    ),
    "lists": fields(
        {"name": TEXT},
        dict.fromkeys(("description", "publicname"), TEXT)
        | dict.fromkeys(("emailOwnerOnChange", "welcomeOnManualAdd", "welcomeOnSignupAdd"), FLAG)
        | {"welcomeMessageId": st.sampled_from([60117, ""])},
    ),
    "subscriptions": fields(
        {"contactId": CONTACT_ID, "listId": LIST_ID, "status": SUBSCRIPTION_STATUS},
        {"confirmationMessageId": st.just(60117)},
    ),
    "customfields": fields(
        {
            "privateName": st.sampled_from(["shoe", "size", "color"]),
            "displayToUser": FLAG,
            "fieldType": st.sampled_from(["text", "checkbox", "number", "date", "decimalTwo"]),
        },
        {"publicName": TEXT},
    ),
    "segments": fields({"name": TEXT, "listId": LIST_ID}, {"description": TEXT}),
    "criteria": fields(
        {
            "fieldName": st.sampled_from(
                ["color", "when", "score", "email", "createDate", "messageOpens", "status"]
            ),
            "operator": OPERATOR,
            "values": st.lists(
                TEXT | st.sampled_from(["1", "7", "2012-06-09", "06/09/2012"]),
                min_size=1,
                max_size=2,
            ),
        },
        {},
    ),
    "campaigns": fields(
        {
            "name": TEXT,
            "fromName": TEXT,
            "fromEmail": ADDRESS,
            **dict.fromkeys(CAMPAIGN_CODES, FLAG),
        },
        dict.fromkeys(("description", "street", "city", "state", "zip", "country"), TEXT),
    ),
    "messages": fields(
        {
            "subject": TEXT,
            "messageType": st.sampled_from(["normal", "confirmation", "welcome", "autoresponder"]),
            "campaignId": st.just(248),
        },
        {
            "htmlBody": st.sampled_from(["<p>Hello</p>", "<p>", "&nbsp;", ""]),
            "textBody": TEXT,
            "messageName": TEXT,
            "replyToCampaignId": st.just(248),
        },
    ),
    "sends": fields(
        {"messageId": st.sampled_from([60117, 60118]), "includeListIds": LIST_ID},
        {
            "excludeListIds": LIST_ID,
            "includeSegmentIds": st.just("234876"),
            "excludeSegmentIds": st.just(234876),
            "scheduledTime": MOMENT,
        },
    ),
    "uploads": fields(
        {"action": st.sampled_from(["add", "unsubscribe", "donotcontact"]), "listIds": LIST_ID}, {}
    ),
    "users": fields(
        {"userName": TEXT, "password": st.just("Secret-123")},
        {"firstName": TEXT, "lastName": TEXT, "email": ADDRESS},
    ),
    "permissions": fields(
        {"clientFolderId": st.just(124667), **dict.fromkeys(PERMISSIONS, FLAG)}, {}
    ),
    "webhooks": fields(
        {
            "eventId": st.sampled_from(["contact_created", "contact_updated"]),
            "url": st.just("http://hooks.example.com/"),
        },
        {},
    ),
    "welcomemessage": fields({"messageId": st.just(60118), "listId": LIST_ID}, {}),
    "c": fields(
        {"name": TEXT},
        dict.fromkeys(("fromName", "street", "city", "state", "country"), TEXT)
        | {"fromEmail": ADDRESS, "emailRecipient": ADDRESS, "enabled": FLAG},
    ),
    "a": fields({}, {"email": ADDRESS, "firstName": TEXT, "lastName": TEXT, "companyName": TEXT}),
}
#: What a search term is usually compared with; other terms are texts.
TERMS: dict[str, st.SearchStrategy[Any]] = {
    "limit": st.sampled_from(["1", "20", "1000"]),
    "offset": st.sampled_from(["0", "1", "20"]),
    "orderby": st.sampled_from(["email", "email:desc", "contactId,email", "createDate"]),
    "email": ADDRESS | st.sampled_from(["*@example.com", "jo*", "jo@example.com,ann@example.com"]),
    "contactId": CONTACT_ID.map(str),
    "listId": LIST_ID.map(str),
    "status": SUBSCRIPTION_STATUS | st.just("total"),
    "createDate": MOMENT,
    "createDateSearchType": SEARCH,
    "addDate": MOMENT,
    "addDateSearchType": SEARCH,
    "name": TEXT,
    "color": TEXT,
    "actionTime": MOMENT,
    "actor": TEXT,
    "subject": TEXT,
    "scheduledTime": MOMENT,
    "scheduledTimeSearchType": SEARCH,
    "eventId": st.just("contact_created"),
    "emailSearchType": SEARCH,
}
IDS: dict[str, st.SearchStrategy[Any]] = {
    "accountId": st.just(413323),
    "clientFolderId": st.just(124667),
    "userId": st.just(407218),
    "contactId": st.sampled_from([66674163, 66674163, 66674164, 66674165]),
    "listId": st.sampled_from([205303, 205303, 205303, 205304]),
    "subscriptionId": st.sampled_from(["205303_66674163"] * 3 + ["205303_66674164"]),
    "customFieldId": st.sampled_from(["color", "when", "score", "shoe"]),
    "segmentId": st.sampled_from([234876, 234876, 234876, 234877]),
    "criterionId": st.sampled_from([0, 0, 0, 1]),
    "campaignId": st.sampled_from([248, 248, 248, 249]),
    "messageId": st.sampled_from([60117, 60117, 60118, 60119]),
    "sendId": st.sampled_from([978889, 978889, 978889, 978890]),
    "uploadId": st.sampled_from([179962, 179962, 179962, 179963]),
    "formId": st.just(1294),
    "webhookId": st.sampled_from([1, 1, 1, 2]),
}
CSV = st.sampled_from(
    ["[email],[fname]\njo@example.com,Jo\n", "[email]\n\n", "email\n", "", "[email],[x]\na,b,c\n"]
) | st.text(max_size=30)


@attrs.frozen(kw_only=True)
class Request:
    """One request of an example."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Draw a verb, a path, a query and a body by the table of everything that is supported."""
    entry: MatrixEntry = draw(mostly(st.sampled_from(SUPPORTED), st.sampled_from(MATRIX)))
    path = entry.template
    for name, ids in IDS.items():
        if f"{{{name}}}" in path:
            drawn = draw(mostly(ids, st.sampled_from([0, -1, "x", "", "9" * 19, "1_2", "%2F"])))
            path = path.replace(f"{{{name}}}", str(drawn))
    names = draw(st.lists(st.sampled_from(sorted(TERMS)), max_size=3, unique=True))
    query = {name: str(draw(mostly(TERMS[name], st.text(max_size=8)))) for name in names}
    body = b""
    if entry.method in ("POST", "PUT"):
        body = draw(bodies(entry.template))
    headers = {**LOWERED}
    if draw(st.integers(0, 39)) == 39:
        name = draw(st.sampled_from(sorted(headers)))
        headers[name] = draw(st.sampled_from(["", "text/xml", "1.0", "2.0", "2.1", "*/*", "é"]))
    return Request(
        method=entry.method, path=path, query=query if draw(st.booleans()) else {}, body=body,
        headers=headers,
    )  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn, template: str) -> bytes:
    """Draw a body: usually an item or some items of the resource."""
    if template.endswith("/data"):
        return draw(CSV).encode("utf-8", "surrogatepass")
    plain = [part for part in template.split("/") if part and not part.startswith("{")]
    item = BODIES.get(plain[-1], st.just({}))
    # A wrapped object is what a member's answer has, an array what a collection takes.
    shaped = item if template.endswith("}") else st.lists(item, min_size=1, max_size=3) | item
    drawn = draw(mostly(shaped, st.lists(item | ODD, max_size=3) | ODD))
    body: bytes = draw(mostly(st.just(json.dumps(drawn).encode()), st.binary(max_size=20)))
    return body


SUPPORTED = [entry for entry in MATRIX if entry.supported]


@cache
def furnished() -> tuple[Sandbox, Snapshot]:
    """Return a sandbox that has one of everything, and its state."""
    sandbox = Sandbox()
    sandbox.seed(
        custom_fields=[
            {"privateName": "color"},
            {"privateName": "when", "fieldType": "date"},
            {"privateName": "score", "fieldType": "number"},
        ],
        contacts=[{"email": "jo@example.com"}, {"email": "ann@example.com", "status": "bounced"}],
        subscriptions=[{"email": "jo@example.com"}],
        campaigns=[{}],
        messages=[
            {"subject": "News", "campaignId": 248},
            {"subject": "Welcome", "campaignId": 248, "messageType": "welcome"},
        ],
        segments=[{"name": "Some"}],
        criteria=[{"segmentId": 234876, "fieldName": "color", "operator": "eq", "values": ["red"]}],
        sends=[{"messageId": 60117, "status": "pending", "scheduledTime": "2100-01-01T00:00:00"}],
        signup_forms=[{"name": "Form"}],
        webhooks=[{"eventId": "contact_created", "url": "http://hooks.example.com/"}],
    )
    sandbox.add_user()
    upload = IncomingRequest(
        method="POST",
        path=f"/a/{sandbox.account_id}/c/{sandbox.client_folder_id}/uploads",
        headers=LOWERED,
        body=b'{"action": "add", "listIds": 205303}',
    )
    sandbox._app.receive(upload)
    return sandbox, sandbox.snapshot()


@fuzzed(sequence=st.lists(requests(), min_size=1, max_size=8))
def test_any_sequence_of_requests_is_answered_without_a_failure(sequence: list[Request]) -> None:
    sandbox, state = furnished()
    sandbox.restore(state)
    for request in sequence:
        incoming = IncomingRequest(**attrs.asdict(request))
        answer = sandbox._app.receive(incoming).answer
        assert answer is not None
        payload = json.loads(answer.body)
        tally[f"answered {answer.status}"] += 1
        if answer.status == 200:
            can_be_read(payload)
            continue
        assert list(payload) in (["errors"], ["errors", "warnings"])
        assert all(isinstance(text, str) and text for text in payload["errors"])
        # The one 500 that the server is known for is that of a deleted list (API 8.1).
        assert answer.status != 500 or payload["errors"][0].startswith("No result for")


def can_be_read(payload: Any) -> None:
    """Check that the client's models take what the sandbox answers."""
    for key, model in MODELS.items():
        if isinstance(payload, dict) and key in payload:
            wire.decode_rows(model, payload, key)
