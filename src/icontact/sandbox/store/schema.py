"""The tables. Their columns have the names of the API, so that a row is nearly an answer."""

# ruff: noqa: S608  (made of constants)

from __future__ import annotations

APPLICATION_ID = 0x69436F53
"""Marks the files of sandboxes: "iCoS"."""

VERSION = 4

FIRST_CONTACT = 66674163
"""The id of the first contact. No contact is ever removed, so the next id is one more than any."""

ACCOUNT_TEXTS = (
    "billingStreet", "billingCity", "billingState", "billingPostalCode", "billingCountry", "city",
    "companyName", "country", "email", "fax", "firstName", "lastName", "phone", "postalCode",
    "state", "street", "title",
)  # fmt: skip
FOLDER_TEXTS = (
    "name", "fromName", "fromLastName", "fromEmail", "street", "city", "state", "postalCode",
    "country", "phone", "logoId", "footerLogoUrl", "emailRecipient",
)  # fmt: skip
CONTACT_TEXTS = (
    "prefix", "firstName", "lastName", "suffix", "street", "street2", "city", "state",
    "postalCode", "phone", "fax", "business",
)  # fmt: skip


CAMPAIGN_TEXTS = (
    "name", "fromName", "fromEmail", "description", "street", "city", "state", "zip", "country",
)  # fmt: skip
CAMPAIGN_CODES = (
    "forwardToFriend", "subscriptionManagement", "clickTrackMode", "useAccountAddress",
    "archiveByDefault",
)  # fmt: skip
MESSAGE_TEXTS = ("messageType", "subject", "htmlBody", "textBody", "messageName", "previewText")
SEND_LISTS = ("includeListIds", "excludeListIds", "includeSegmentIds", "excludeSegmentIds")
PERMISSIONS = ("creative", "subscriber", "analytic")


def _texts(names: tuple[str, ...]) -> str:
    return ", ".join(f"\"{name}\" TEXT NOT NULL DEFAULT ''" for name in names)


def _numbers(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}" INTEGER NOT NULL DEFAULT 0' for name in names)


TABLES = f"""
CREATE TABLE logins (
    loginId INTEGER PRIMARY KEY AUTOINCREMENT,
    appId TEXT NOT NULL, username TEXT NOT NULL, password TEXT NOT NULL,
    userId INTEGER,
    UNIQUE (username, appId)
);
CREATE TABLE accounts (
    accountId INTEGER PRIMARY KEY AUTOINCREMENT, {_texts(ACCOUNT_TEXTS)},
    enabled INTEGER NOT NULL DEFAULT 1,
    multiClientFolder INTEGER NOT NULL DEFAULT 0,
    multiUser INTEGER NOT NULL DEFAULT 0,
    accountType INTEGER NOT NULL DEFAULT 0,
    subscriberLimit INTEGER NOT NULL DEFAULT 250000
);
CREATE TABLE grants (username TEXT NOT NULL, accountId INTEGER NOT NULL,
    PRIMARY KEY (username, accountId)) WITHOUT ROWID;
CREATE TABLE clientfolders (
    clientFolderId INTEGER PRIMARY KEY AUTOINCREMENT,
    accountId INTEGER NOT NULL, {_texts(FOLDER_TEXTS)},
    enabled INTEGER NOT NULL DEFAULT 1,
    useLogoInFooter INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE contacts (
    contactId INTEGER PRIMARY KEY,
    folderId INTEGER NOT NULL,
    email TEXT NOT NULL COLLATE NOCASE, {_texts(CONTACT_TEXTS)},
    status TEXT NOT NULL DEFAULT 'normal',
    createDate TEXT NOT NULL,
    bounceCount INTEGER NOT NULL DEFAULT 0,
    custom TEXT NOT NULL DEFAULT '{{}}'
);
CREATE UNIQUE INDEX contacts_by_email ON contacts (folderId, email) WHERE status <> 'deleted';
CREATE INDEX contacts_deleted ON contacts (folderId, email) WHERE status = 'deleted';
CREATE INDEX contacts_present ON contacts (folderId, contactId) WHERE status <> 'deleted';
CREATE TABLE contact_blocks (
    folderId INTEGER NOT NULL, block INTEGER NOT NULL, present INTEGER NOT NULL,
    PRIMARY KEY (folderId, block)
) WITHOUT ROWID;
CREATE TABLE lists (
    listId INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL,
    name TEXT NOT NULL,
    publicname TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    emailOwnerOnChange INTEGER NOT NULL DEFAULT 1,
    welcomeOnManualAdd INTEGER NOT NULL DEFAULT 0,
    welcomeOnSignupAdd INTEGER NOT NULL DEFAULT 0,
    welcomeMessageId TEXT NOT NULL DEFAULT '',
    deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX lists_by_folder ON lists (folderId);
CREATE TABLE subscriptions (
    rowNumber INTEGER PRIMARY KEY,
    folderId INTEGER NOT NULL,
    listId INTEGER NOT NULL,
    contactId INTEGER NOT NULL,
    status TEXT NOT NULL,
    addDate INTEGER NOT NULL,
    confirmationMessageId TEXT NOT NULL DEFAULT '',
    UNIQUE (listId, contactId)
);
CREATE INDEX subscriptions_by_folder ON subscriptions (folderId);
CREATE INDEX subscriptions_by_contact ON subscriptions (contactId);
CREATE TABLE customfields (
    fieldNumber INTEGER PRIMARY KEY AUTOINCREMENT,
    folderId INTEGER NOT NULL,
    privateName TEXT NOT NULL,
    publicName TEXT NOT NULL DEFAULT '',
    displayToUser INTEGER NOT NULL,
    fieldType TEXT NOT NULL,
    UNIQUE (folderId, privateName)
);
CREATE TABLE actions (
    actionNumber INTEGER PRIMARY KEY,
    contactId INTEGER NOT NULL,
    actionType TEXT NOT NULL,
    actionTime INTEGER NOT NULL,
    actor TEXT NOT NULL,
    actorKind TEXT NOT NULL DEFAULT 'user',
    details TEXT NOT NULL DEFAULT '{{}}'
);
CREATE INDEX actions_by_contact ON actions (contactId);
INSERT INTO sqlite_sequence (name, seq) VALUES
    ('logins', 407117), ('accounts', 413322), ('clientfolders', 124666),
    ('lists', 205302);
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
"""The first ids are those of the recordings, so that an answer looks like one."""
