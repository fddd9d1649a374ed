"""The settings and helpers that the writers of contacts and of subscriptions share."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from icontact.client import Folder
from icontact.push.batch_sender import BatchSender
from icontact.push.policy import PushPolicy
from icontact.push.state_reader import StateReader


@attrs.frozen(kw_only=True)
class WriteContext:
    """What the writers share; ``stale`` returns whether the plan is too old to rely on."""

    folder: Folder
    list_id: int
    policy: PushPolicy
    reader: StateReader
    sender: BatchSender
    stale: Callable[[], bool]
