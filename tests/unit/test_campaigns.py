from __future__ import annotations

import icontact
from icontact.models import ForwardToFriend, SubscriptionManagement
from tests.unit.support import Script

# The sample body of API 11.
SAMPLE = {
    "campaignId": "777777",
    "name": "Test Campaign",
    "fromName": "Bob Smith",
    "fromEmail": "bob@example.org",
    "forwardToFriend": 0,
    "subscriptionManagement": 1,
    "clickTrackMode": 1,
    "useAccountAddress": 0,
    "archiveByDefault": 0,
    "description": "",
    "zip": "02169",
}


def test_the_sample_is_read() -> None:
    folder = icontact.Folder(Script({"campaigns": [SAMPLE]}, {"campaign": SAMPLE}), 1, 2)
    (one,) = folder.campaigns.list()
    assert folder.campaigns.get(777777) == one
    assert one.subscription_management is SubscriptionManagement.UPDATE_YOUR_PROFILE
    assert one.forward_to_friend is ForwardToFriend.NONE
    assert (one.click_track_mode, one.use_account_address, one.postal_code) == (
        True,
        False,
        "02169",
    )
    assert "bob@" not in repr(one)
    assert "Bob" not in repr(one)


def test_writing_uses_the_odd_name_of_the_postal_code() -> None:
    script = Script({"campaigns": [SAMPLE]}, {"campaign": SAMPLE}, {"campaign": SAMPLE})
    campaigns = icontact.Folder(script, 1, 2).campaigns
    campaigns.create(
        name="Test Campaign",
        subscription_management=SubscriptionManagement.UPDATE_YOUR_PROFILE,
        forward_to_friend=0,
        click_track_mode=True,
        postal_code="02169",
    )
    assert script.calls[0].body == [
        {
            "name": "Test Campaign",
            "subscriptionManagement": "1",
            "forwardToFriend": 0,
            "clickTrackMode": 1,
            "zip": "02169",
        }
    ]
    assert script.calls[0].safety is icontact.Safety.ONCE
    campaigns.update(777777, postal_code=None)
    campaigns.replace(777777, name="x")
    assert [(call.method, call.body) for call in script.calls[1:]] == [
        ("POST", {"zip": ""}),
        ("PUT", {"name": "x"}),
    ]


def test_several_at_once_are_matched_by_id_or_name() -> None:
    stored = [{**SAMPLE, "campaignId": 9, "name": "B"}, {**SAMPLE, "name": "B"}]
    script = Script({"campaigns": stored})
    result = icontact.Folder(script, 1, 2).campaigns.create_many(
        [{"name": "C"}, {"campaign_id": 777777, "name": "B"}, {"name": "B"}]
    )
    assert [one and one.campaign_id for one in result.results] == [None, 777777, 9]
    assert script.calls[0].body[1] == {"campaignId": 777777, "name": "B"}
