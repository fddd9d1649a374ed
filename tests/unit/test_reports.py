from __future__ import annotations

import re
from typing import Any

import pytest

import icontact
from icontact.errors import DecodeError
from icontact.models import Send, Statistics, Tally
from icontact.reports import MessageReport
from tests.unit.support import FOLDER, Script

FIGURES = {
    "bounces": 4,
    "delivered": 16,
    "unsubscribes": 0,
    "opens": {"unique": 8, "total": 2},
    "clicks": {"unique": 2, "total": 3},
    "complaints": 1,
}
SENDS = [
    {"sendId": 1, "messageId": 9, "recipientCount": "20", "status": "released"},
    {"sendId": 2, "messageId": 8, "recipientCount": "99"},
    {"sendId": 3, "messageId": 9, "recipientCount": "7", "status": "canceled"},
]


def page(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: rows, "total": len(rows)}


def test_a_report_gathers_everything_in_few_requests() -> None:
    clicks = [{"contactId": 1, "clickLink": link} for link in ("a", "b", "b")]
    script = Script(
        {"statistics": FIGURES},
        page("sends", SENDS),
        page("opens", [{"contactId": 1}, {"contactId": 2}]),
        page("clicks", clicks),
        page("bounces", [{"contactId": 3}]),
    )
    report = icontact.Folder(script, 1, 2).messages.report(9)
    # No contact unsubscribed, so none is asked for.
    assert [call.path for call in script.calls] == [
        f"{FOLDER}/messages/9/statistics",
        f"{FOLDER}/sends",
        f"{FOLDER}/messages/9/opens",
        f"{FOLDER}/messages/9/clicks",
        f"{FOLDER}/messages/9/bounces",
    ]
    assert [send.send_id for send in report.sends] == [1, 3]
    assert report.recipients == 20
    assert (report.open_rate, report.click_rate, report.click_to_open_rate) == (0.5, 0.125, 0.25)
    assert (report.bounce_rate, report.unsubscribe_rate, report.complaint_rate) == (0.2, 0, 0.0625)
    assert list(report.links.items()) == [("b", 2), ("a", 1)]
    assert len(report.opens) == 2
    assert report.unsubscribes == ()
    assert "opens=<2 rows>" in repr(report)


def test_a_report_without_details_takes_two_requests() -> None:
    script = Script({"statistics": FIGURES}, page("sends", []))
    report = icontact.Folder(script, 1, 2).messages.report(9, details=False)
    assert len(script.calls) == 2
    assert (report.opens, report.links) == ((), {})


def test_no_figures_are_no_rates() -> None:
    report = MessageReport(message_id=9, statistics=Statistics())
    assert report.open_rate is report.bounce_rate is report.click_to_open_rate is None
    assert "? delivered" in str(report)
    nothing = Statistics(delivered=0, bounces=0, opens=Tally(unique=0))
    assert MessageReport(message_id=9, statistics=nothing).bounce_rate is None
    assert MessageReport(message_id=9, statistics=nothing).open_rate is None
    some = Statistics(delivered=0)
    assert MessageReport(message_id=9, statistics=some).bounce_rate is None


def test_a_report_is_a_table_in_a_notebook() -> None:
    figures = Statistics(delivered=16, bounces=4, opens=Tally(unique=8), clicks=Tally(unique=2))
    send = Send(send_id=1, message_id=9, recipient_count=20)
    report = MessageReport(message_id=9, statistics=figures, sends=(send,))
    html = report._repr_html_()
    assert "message 9, 1 send, 20 recipients" in html
    cells = re.findall(r">([^<>]+)</td>", html)
    assert " ".join(cells).startswith("delivered 16 opened 8 50.0% clicked 2 12.5%")
    assert cells[-3:] == ["complained", "?", "?"]
    assert (
        "2 sends"
        in MessageReport(message_id=9, statistics=figures, sends=(send, send))._repr_html_()
    )
    assert str(report).startswith("message 9: 16 delivered; opened 8 (50.0%), clicked 2 (12.5%)")


def test_the_figures_of_many_messages_are_one_frame() -> None:
    released = [
        {"sendId": 1, "messageId": 9, "recipientCount": 20, "releasedTime": "2026-02-01T08:00:00"},
        {"sendId": 2, "messageId": 8, "recipientCount": 5, "releasedTime": "2026-01-01T08:00:00"},
        {"sendId": 3, "messageId": 7, "status": "canceled"},
    ]
    subjects = [{"messageId": 9, "subject": "Spring"}, {"messageId": 8, "subject": "Winter"}]
    script = Script(
        page("sends", released),
        page("messages", subjects),
        {"statistics": FIGURES},
        {"statistics": {"delivered": 0}},
    )

    compared = icontact.Folder(script, 1, 2).messages.compare()
    frame = compared.to_frame()

    assert frame["subject"].tolist() == ["Winter", "Spring"]
    assert frame["recipients"].tolist() == [5, 20]
    assert frame["open_rate"].tolist()[1] == 0.5
    assert str(frame["sent"].dtype) == "datetime64[us, UTC]"
    assert "Spring" in compared._repr_html_()
    assert len(script.calls) == 4


def test_a_send_of_a_message_below_zero_is_an_error_of_the_answer() -> None:
    script = Script(page("sends", [{"sendId": 1, "messageId": -1}]), page("messages", []))

    with pytest.raises(DecodeError, match="messageId from 0 on"):
        icontact.Folder(script, 1, 2).messages.compare()


def test_a_report_is_a_frame_of_one_row() -> None:
    report = MessageReport(message_id=9, statistics=Statistics(delivered=0))

    assert report.to_frame()["delivered"].tolist() == [0]
    assert report.to_frame()["open_rate"].isna().tolist() == [True]


def test_single_messages_can_be_compared() -> None:
    script = Script(page("sends", []), page("messages", []), {"statistics": FIGURES})

    (only,) = icontact.Folder(script, 1, 2).messages.compare(message_ids=[9])

    assert (only.message_id, only.sent, only.delivered) == (9, None, 16)
