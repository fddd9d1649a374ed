"""The tables of mailings, of what came of them, and of the users who make them."""

# ruff: noqa: S608  (made of constants)

from __future__ import annotations

CAMPAIGN_TEXTS = (
    "name", "fromName", "fromEmail", "description", "street", "city", "state", "zip", "country",
)  # fmt: skip
CAMPAIGN_CODES = (
    "forwardToFriend",
    "subscriptionManagement",
    "clickTrackMode",
    "useAccountAddress",
    "archiveByDefault",
)
MESSAGE_TEXTS = ("messageType", "subject", "htmlBody", "textBody", "messageName", "previewText")
SEND_LISTS = ("includeListIds", "excludeListIds", "includeSegmentIds", "excludeSegmentIds")
PERMISSIONS = ("creative", "subscriber", "analytic")


def _texts(names: tuple[str, ...]) -> str:
    return ", ".join(f"\"{name}\" TEXT NOT NULL DEFAULT ''" for name in names)


def _numbers(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}" INTEGER NOT NULL DEFAULT 0' for name in names)


TABLES = f"""
CREATE TABLE users (
    userId INTEGER PRIMARY KEY AUTOINCREMENT,
    accountId INTEGER NOT NULL,
    userName TEXT NOT NULL COLLATE NOCASE UNIQUE,
    {_texts(("password", "firstName", "lastName", "email"))}
);
CREATE TABLE permissions (
    userId INTEGER NOT NULL, clientFolderId INTEGER NOT NULL, {_numbers(PERMISSIONS)},
    PRIMARY KEY (userId, clientFolderId)
);
CREATE TABLE segments (
    segmentId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL,
    listId INTEGER NOT NULL,
    {_texts(("name", "description"))},
    nextCriterion INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX segments_by_folder ON segments (folderId);
CREATE TABLE criteria (
    rowNumber INTEGER PRIMARY KEY AUTOINCREMENT,
    segmentId INTEGER NOT NULL,
    criterionId INTEGER NOT NULL,
    {_texts(("fieldName", "operator"))},
    "values" TEXT NOT NULL,
    UNIQUE (segmentId, criterionId)
);
CREATE TABLE campaigns (
    campaignId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL, {_texts(CAMPAIGN_TEXTS)}, {_numbers(CAMPAIGN_CODES)}
);
CREATE INDEX campaigns_by_folder ON campaigns (folderId);
CREATE TABLE messages (
    messageId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL,
    campaignId INTEGER,
    replyToCampaignId INTEGER, {_texts(MESSAGE_TEXTS)},
    createDate INTEGER NOT NULL,
    automated INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX messages_by_folder ON messages (folderId);
CREATE TABLE sends (
    sendId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL,
    messageId INTEGER NOT NULL, {_texts(SEND_LISTS)},
    scheduledTime INTEGER,
    recipientCount INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL,
    releasedTime INTEGER
);
CREATE INDEX sends_by_folder ON sends (folderId);
CREATE INDEX sends_by_message ON sends (messageId);
CREATE INDEX sends_due ON sends (scheduledTime) WHERE status = 'pending';
CREATE TABLE recipients (sendId INTEGER NOT NULL, contactId INTEGER NOT NULL,
    PRIMARY KEY (sendId, contactId)) WITHOUT ROWID;
CREATE TABLE reactions (
    reactionNumber INTEGER PRIMARY KEY AUTOINCREMENT,
    sendId INTEGER NOT NULL,
    messageId INTEGER NOT NULL,
    contactId INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "time" INTEGER NOT NULL,
    link TEXT NOT NULL DEFAULT '',
    hard INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX reactions_by_message ON reactions (messageId, kind);
CREATE INDEX reactions_by_contact ON reactions (contactId, kind);
CREATE INDEX reactions_due ON reactions ("time") WHERE done = 0;
CREATE TABLE uploads (
    uploadId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL, {_texts(("action", "listIds"))},
    status TEXT NOT NULL DEFAULT 'receiving',
    data BLOB,
    polls INTEGER NOT NULL DEFAULT 0,
    due INTEGER,
    problems TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX uploads_by_folder ON uploads (folderId);
CREATE INDEX uploads_due ON uploads (due) WHERE due IS NOT NULL;
CREATE TABLE forms (
    formId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL, {_texts(("name", "confirmationMessageId", "automaticHTML"))},
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    lists TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE webhooks (
    webhookId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL, {_texts(("eventId", "url"))}
);
CREATE INDEX webhooks_by_folder ON webhooks (folderId);
CREATE TABLE automations (
    automationId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL,
    messageId INTEGER NOT NULL,
    listId INTEGER NOT NULL
);
INSERT INTO sqlite_sequence (name, seq) VALUES
    ('users', 407217), ('segments', 234875), ('campaigns', 247), ('messages', 60116),
    ('sends', 978888), ('uploads', 179961), ('forms', 1293);
"""
"""The first ids are near those of the documentation's examples."""
