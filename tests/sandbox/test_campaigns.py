"""Campaigns, which are senders (API 11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.wire import CAMPAIGN, Wire

SAMPLE = [
    "campaignId",
    "name",
    "fromName",
    "fromEmail",
    "forwardToFriend",
    "subscriptionManagement",
    "clickTrackMode",
    "useAccountAddress",
    "archiveByDefault",
    "description",
]
ADDRESS = {"street": "1 Main", "city": "Durham", "state": "NC", "zip": "27713", "country": "US"}


def test_the_sample_of_campaigns(wire: Wire) -> None:
    (row,) = wire.post("/campaigns", [{**CAMPAIGN, "forwardToFriend": 0}])["campaigns"]
    assert list(row) == [*SAMPLE, *ADDRESS]
    assert row == {
        "campaignId": "248",
        "forwardToFriend": 0,
        "description": "",
        **CAMPAIGN,
        **dict.fromkeys(ADDRESS, ""),
    }
    assert wire.get("/campaigns/248") == {"campaign": row}
    listing = {"campaigns": [row], "limit": 20, "offset": 0, "total": 1}
    assert wire.get("/campaigns?name=test*&clickTrackMode=1") == listing


@pytest.mark.parametrize("name", CAMPAIGN)
def test_required_fields_are_required(wire: Wire, name: str) -> None:
    item = {key: value for key, value in CAMPAIGN.items() if key != name}
    answer = wire.post("/campaigns", [item])
    assert answer["campaigns"] is None
    assert f" {name} field, which is required" in answer["warnings"][0]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"fromEmail": "x"}, "The fromEmail value you provided was not valid"),
        ({"subscriptionManagement": 5}, "subscriptionManagement can be one of 0, 1, 2, 3, 4"),
        ({"forwardToFriend": "6"}, "forwardToFriend can be one of 0, 1, 2, 3, 4, 5"),
        ({"clickTrackMode": 2}, "clickTrackMode can be either 0 or 1"),
        ({"useAccountAddress": 0}, "You did not provide a street field"),
        ({"campaignId": 7}, "You provided a campaignId that we did not recognise"),
    ],
)
def test_what_cannot_be_created_becomes_a_warning(
    wire: Wire, fields: dict[str, Any], text: str
) -> None:
    answer = wire.post("/campaigns", [{**CAMPAIGN, **fields}])
    assert answer["campaigns"] is None
    assert text in answer["warnings"][0]


def test_an_address_of_its_own_has_a_zip(wire: Wire) -> None:
    campaign_id = wire.campaign(useAccountAddress=0, **ADDRESS)
    row = wire.get(f"/campaigns/{campaign_id}")["campaign"]
    assert (row["useAccountAddress"], row["zip"]) == (0, "27713")
    assert wire.refused("POST", f"/campaigns/{campaign_id}", {"zip": ""})[0] == 400


def test_post_merges_and_put_wipes(wire: Wire) -> None:
    campaign_id = wire.campaign(description="D", forwardToFriend=3)
    (row,) = wire.post("/campaigns", [{"campaignId": campaign_id, "name": "New"}])["campaigns"]
    assert (row["name"], row["description"], row["forwardToFriend"]) == ("New", "D", 3)
    row = wire.post(f"/campaigns/{campaign_id}", {"fromName": "Ann"})["campaign"]
    assert (row["name"], row["fromName"]) == ("New", "Ann")
    assert wire.post(f"/campaigns/{campaign_id}", [{}])["campaign"] == row
    assert wire.put(f"/campaigns/{campaign_id}", [{}])["campaign"] == row
    row = wire.put(f"/campaigns/{campaign_id}", CAMPAIGN)["campaign"]
    assert (row["name"], row["description"], row["forwardToFriend"]) == ("Test Campaign", "", 0)
    assert wire.refused("PUT", f"/campaigns/{campaign_id}", {"name": "X"})[0] == 400


def test_a_campaign_that_is_not_there_is_not_found(wire: Wire) -> None:
    assert wire.refused("GET", "/campaigns/1") == (404, ["Not Found"])


def test_forwarding_may_be_required(quirky: Callable[..., Wire]) -> None:
    wire = quirky(forward_to_friend="required")
    assert wire.post("/campaigns", [CAMPAIGN])["campaigns"] is None
    assert wire.campaign(forwardToFriend=0)
