"""The tables. Columns carry the names of the wire, so that a row is nearly an answer."""

# ruff: noqa: S608  (made of constants)

from __future__ import annotations

from icontact.sandbox.store import mailing_schema

APPLICATION_ID = 0x69436F53
"""Marks the files of sandboxes: "iCoS"."""

VERSION = 4

FIRST_CONTACT = 66674163
"""The id of the first contact. No contact is ever removed, so the next id is one more than any."""

ACCOUNT_TEXTS = (
    "billingStreet",
    "billingCity",
    "billingState",
    "billingPostalCode",
    "billingCountry",
    "city",
    "companyName",
    "country",
    "email",
    "fax",
    "firstName",
    "lastName",
    "phone",
    "postalCode",
    "state",
    "street",
    "title",
)
FOLDER_TEXTS = (
    "name",
    "fromName",
    "fromLastName",
    "fromEmail",
    "street",
    "city",
    "state",
    "postalCode",
    "country",
    "phone",
    "logoId",
    "footerLogoUrl",
    "emailRecipient",
)
CONTACT_TEXTS = (
    "prefix",
    "firstName",
    "lastName",
    "suffix",
    "street",
    "street2",
    "city",
    "state",
    "postalCode",
    "phone",
    "fax",
    "business",
)


def _texts(names: tuple[str, ...]) -> str:
    return ", ".join(f"\"{name}\" TEXT NOT NULL DEFAULT ''" for name in names)


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
{mailing_schema.TABLES}
"""
"""The first ids are those of the recordings, so that an answer looks like one."""
