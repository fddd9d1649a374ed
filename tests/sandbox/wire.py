"""Speaking to a sandbox in raw HTTP, so that no client of ours can hide a misreading."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import requests

from icontact.sandbox import Sandbox

HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "API-Version": "2.2",
    "API-AppId": "sandbox-app",
    "API-Username": "sandbox@example.com",
    "API-Password": "sandbox-password",
}
IGNORED = (
    "The data you received may not be what you expected. This happened because your request"
    " contained terms which could not be recognized and so were ignored ({}).\nYou can do either"
    " of the following: ignore this warning and continue, or make a new request using terms listed"
    " in the API documentation."
)


CAMPAIGN = {
    "name": "Test Campaign",
    "fromName": "Bob Smith",
    "fromEmail": "bob@example.org",
    "subscriptionManagement": 1,
    "clickTrackMode": 1,
    "useAccountAddress": 1,
    "archiveByDefault": 0,
}


class Clock:
    """A clock that only tests move: 2012-06-09 19:46:52 UTC, as in a recording."""

    def __init__(self) -> None:
        self.now = datetime(2012, 6, 9, 19, 46, 52, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@attrs.define
class Wire:
    """A plain session on the client folder of a sandbox."""

    sandbox: Sandbox
    base: str = ""
    session: requests.Session = attrs.field(factory=requests.Session)

    def __attrs_post_init__(self) -> None:
        self.base = self.base or self.sandbox.base_url
        self.session.headers.update(HEADERS)

    @property
    def folder(self) -> str:
        return f"/a/{self.sandbox.account_id}/c/{self.sandbox.client_folder_id}"

    def send(
        self, method: str, path: str, body: Any = None, timeout: Any = 5, **headers: str | None
    ) -> requests.Response:
        """Send a request below the base URL; text and bytes go as they are."""
        data = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(
            method, self.base + path, data=data, headers=named, timeout=timeout
        )

    def get(self, path: str) -> Any:
        return self.json("GET", path)

    def post(self, path: str, body: Any) -> Any:
        return self.json("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.json("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self.json("DELETE", path)

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request below the client folder, and return the body of a 200."""
        response = self.send(method, self.folder + path, body)
        assert response.status_code == 200, (response.status_code, response.text)
        return response.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, list[str]]:
        """Send a request below the client folder, and return status and errors."""
        response = self.send(method, self.folder + path, body)
        assert list(response.json()) == ["errors"]
        return response.status_code, response.json()["errors"]

    def contact(self, email: str = "jo@example.com", **fields: Any) -> str:
        """Create a contact, and return its id."""
        answer = self.post("/contacts", [{"email": email, **fields}])
        contact_id: str = answer["contacts"][0]["contactId"]
        return contact_id

    def subscribe(self, contact_id: str, list_id: int | str | None = None, **fields: Any) -> Any:
        """Subscribe a contact, by default to the sandbox's list, and return the answer."""
        item = {"contactId": contact_id, "listId": list_id or self.sandbox.list_id}
        return self.post("/subscriptions", [{**item, "status": "normal", **fields}])

    def campaign(self, **fields: Any) -> str:
        """Create a campaign, and return its id."""
        answer = self.post("/campaigns", [{**CAMPAIGN, **fields}])
        campaign_id: str = answer["campaigns"][0]["campaignId"]
        return campaign_id

    def message(self, **fields: Any) -> str:
        """Create a message, with a campaign of its own unless one is named, and return its id."""
        if "campaignId" not in fields:
            fields["campaignId"] = self.campaign()
        item = {"messageType": "normal", "subject": "News", "textBody": "Hello", **fields}
        answer = self.post("/messages", [item])
        message_id: str = answer["messages"][0]["messageId"]
        return message_id

    def dispatch(self, message_id: str, **fields: Any) -> Any:
        """Send a message, by default to the sandbox's list, and return the send."""
        if not fields.keys() & {"includeListIds", "includeSegmentIds"}:
            fields["includeListIds"] = str(self.sandbox.list_id)
        answer = self.post("/sends", [{"messageId": message_id, **fields}])
        assert list(answer) == ["sends"], answer
        return answer["sends"][0]

    def people(self, count: int) -> list[int]:
        """Put made-up contacts on the sandbox's list, and return their ids."""
        return self.sandbox.seed_contacts(count, list_id=self.sandbox.list_id)

    def emails(self, query: str = "") -> list[str]:
        """Return the addresses that a search finds."""
        return [row["email"] for row in self.get(f"/contacts?{query}")["contacts"]]
