"""Lists the usual mistakes with their messages and remedies; a page of the docs is made of it."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

__all__ = ["REMEDIES", "Remedy", "page"]


@attrs.frozen
class Remedy:
    """A mistake, the message that it gets, and what to do.

    Attributes:
        name: A short name, for links and tests.
        mistake: The mistake.
        message: The message, with ``…`` for what varies.
        remedy: What to do.
    """

    name: str
    mistake: str
    message: str
    remedy: str


_CONNECTION = (
    Remedy(
        "no_credentials",
        "Credentials are not set",
        "not set in the environment: ICONTACT_PASSWORD. iContact shows the values under Settings "
        "and Billing > iContact Integrations > Custom API Integrations; …",
        "Set the variables that are named in the same terminal, or in the job's environment.",
    ),
    Remedy(
        "wrong_password",
        "Wrong password, username or app id",
        "iContact does not accept these credentials (… 401: … (check App ID, username and the "
        "application password, which is not the login password))",
        "Use the password of the application, from Custom API Integrations. It is not the one you "
        "log in with.",
    ),
    Remedy(
        "forbidden",
        "The user may not do that",
        "these credentials may not do that: check the account and client folder (icontact "
        "folders), and the permissions of the user in iContact (… 403: …)",
        "Compare the ids with ``icontact folders``; let an administrator give the permission.",
    ),
    Remedy(
        "several_folders",
        "Several client folders, and none is chosen",
        "there are 2 client folders: …. Choose one with --client-folder-id or the environment "
        "variable ICONTACT_CLIENT_FOLDER_ID",
        "Choose one of the ids in the message, for good with the variable.",
    ),
    Remedy(
        "wrong_folder",
        "Account or client folder does not exist",
        "iContact has nothing there: check the ids of account and client folder (icontact "
        "folders) (… 404: …)",
        "``icontact folders`` shows the ids.",
    ),
    Remedy(
        "refused_connection",
        "No network, a proxy, or a wrong host",
        "iContact cannot be reached: check the network, the proxy, and ICONTACT_BASE_URL (…)",
        "Unset ``ICONTACT_BASE_URL`` for the real iContact. Behind a proxy set ``HTTPS_PROXY``.",
    ),
    Remedy(
        "untrusted_certificate",
        "A certificate that is not trusted",
        "the server's certificate is not trusted: set REQUESTS_CA_BUNDLE to a file with the "
        "certificates to trust (…)",
        "A proxy of your company, or ``icontact sandbox --tls``: name its certificate.",
    ),
    Remedy(
        "plain_http",
        "A URL with http://",
        "ICONTACT_BASE_URL must begin with https:// (plain http only for loopback)",
        "Write ``https://``: credentials are not sent unencrypted.",
    ),
    Remedy(
        "wrong_base_url",
        "A URL without /icp",
        "there is no iContact at this URL: ICONTACT_BASE_URL must end in /icp (… 501: …)",
        "For the real iContact unset ``ICONTACT_BASE_URL``.",
    ),
    Remedy(
        "throttled",
        "Too many requests (429)",
        "iContact is limiting requests or is under maintenance: try again later (… 429: …)",
        "Requests are repeated more slowly first. If it persists, a daily limit is reached: push "
        "again tomorrow, with ``--journal``.",
    ),
    Remedy(
        "maintenance",
        "Limit or maintenance (503)",
        "iContact is limiting requests or is under maintenance: try again later (… 503: …)",
        "As above.",
    ),
    Remedy(
        "server_error",
        "An error in iContact (500)",
        "iContact has an error of its own: try again later (… 500: …)",
        "Push the same file again later: only what is missing is written.",
    ),
)

_LISTS = (
    Remedy(
        "no_list",
        "No list is named",
        "say which list: --list LIST (icontact lists shows them), or --settings FILE",
        "Add ``--list``.",
    ),
    Remedy(
        "wrong_list",
        "A list that does not exist",
        "there is no list 'Newsleter'; did you mean 'Newsletter'? this folder's lists: …",
        "Give the exact name or the id; ``icontact lists create NAME`` makes a list.",
    ),
    Remedy(
        "several_lists",
        "A name that several lists have",
        "several lists are named 'Twice': give one of the ids …",
        "Give the id: ``--list 205304``.",
    ),
    Remedy(
        "unknown_address",
        "An address that no contact has",
        "no contact of this client folder has this address",
        "Check the address, and with ``icontact folders`` the client folder.",
    ),
)

_FILES = (
    Remedy(
        "missing_file",
        "A file that does not exist",
        "there is no file …persons.csv in …: did you mean 'people.csv'?",
        "Correct the name, or change to the file's folder.",
    ),
    Remedy(
        "empty_file",
        "An empty file",
        "…people.csv is empty: its first line must name the columns",
        "Export the file again.",
    ),
    Remedy(
        "wrong_encoding",
        "A wrong encoding",
        "…people.csv, line 2: it holds bytes that are not ASCII; leave out the encoding, and it is "
        "recognized",
        "Leave out ``--encoding``, or save the file as *CSV UTF-8*.",
    ),
    Remedy(
        "workbook_without_extra",
        "A workbook without the extra ``excel``",
        "…people.xlsx is an Excel workbook: install what reads it, pip install "
        '"icontact[excel]", or save it as CSV (UTF-8)',
        "Install the extra, or save the sheet as *CSV UTF-8*.",
    ),
    Remedy(
        "no_header",
        "A file without a header",
        "…people.csv: the 2 columns seem to be named by a contact's data: put the names of the "
        "columns on the first line of the file",
        "Add a first line such as ``email,first_name``.",
    ),
    Remedy(
        "same_column_twice",
        "Two columns of one name",
        "…people.csv: several columns are named 'name' (columns 2, 3), and the mapping reads this "
        "name: rename them, so that it is clear which one counts",
        "Rename one of them.",
    ),
    Remedy(
        "output_exists",
        "A file to write that exists already",
        "…people.csv exists already; --force replaces it",
        "Name another file, or add ``--force``.",
    ),
    Remedy(
        "report_over_the_file",
        "A report over the file that is pushed",
        "--report would write over …people.csv: name another file",
        "Name another file.",
    ),
)

_MAPPING = (
    Remedy(
        "no_address_column",
        "No column is recognized as the address",
        "…people.csv: no column looks like the e-mail address; there are 'Contact', 'City'. Say "
        "which one it is: --map email=COLUMN",
        "``--map email=Contact``.",
    ),
    Remedy(
        "unread_consent",
        "A column about consent that nothing reads",
        "…people.csv has columns about who may be mailed that nothing reads:…Nothing was written. "
        "Say of each column what it means, such as:…--do-not-contact Permission …",
        "Use one of the three options of the message; :doc:`consent` explains them.",
    ),
    Remedy(
        "unknown_field",
        "A field that does not exist, in --map",
        "custom_fields.colour: the folder has no custom field of this name: did you mean 'color'? "
        "…",
        "``icontact fields`` shows the custom fields; ``icontact fields create`` makes one.",
    ),
    Remedy(
        "missing_column",
        "A column that the file does not have, in --map",
        "…people.csv has no column 'citi' (did you mean 'city'?), which the mapping reads; it has "
        "…",
        "Write the column as the file's header has it.",
    ),
    Remedy(
        "swapped_pair",
        "Field and column swapped, in --map",
        "…people.csv has no column 'score', and it has one 'Notes': a mapping is written "
        "FIELD=COLUMN; did you mean 'score=Notes'?",
        "The field of iContact comes first.",
    ),
    Remedy(
        "bad_address",
        "A cell that is not an address",
        "rejected      1  email: not a valid e-mail address: … (column 'email') (line 2)",
        "``--rejects fix-me.csv`` writes these rows to a file: correct them, and push the file.",
    ),
    Remedy(
        "bad_date",
        "A date that has two readings",
        "custom_fields.birthday: left out: an ambiguous date: set dayfirst or input_format (column "
        "'Born') (line 2)",
        'In the settings: ``birthday = {key = "Born", transform = "date", dayfirst = true}``. '
        ":doc:`map-columns` has the options.",
    ),
    Remedy(
        "bad_number",
        "A cell that is not a number",
        'custom_fields.score: left out: not a number: write 1.5, or set decimal = "," for this '
        "field (column 'score') (line 2)",
        "Correct the cell, or set ``decimal``.",
    ),
)

_SETTINGS = (
    Remedy(
        "toml_syntax",
        "A slip in icontact.toml",
        "cannot read …icontact.toml: not TOML: … (at line 1, column 19); a text needs "
        'quotes: list = "Newsletter"',
        "Look at the line and column that are named.",
    ),
    Remedy(
        "toml_key",
        "A misspelled key in icontact.toml",
        "icontact.toml: there is no setting 'lsit'; did you mean 'list'?",
        "Correct the key; ``icontact doctor --settings icontact.toml`` checks the file.",
    ),
    Remedy(
        "locked_journal",
        "A journal that another push uses",
        "the journal …push.sqlite cannot be opened: another push is using it; wait for it to end, "
        "or name another file",
        "Wait, or end the other push; what it has done stays done.",
    ),
    Remedy(
        "journal_of_another_file",
        "A journal of another file",
        "the journal …push.sqlite belongs to other rows: row 0 is not the one that it holds; push "
        "the same rows to go on, or name another journal",
        "One journal is for one file: name a new one.",
    ),
)

_CHAPTERS = (
    ("Connection and credentials", _CONNECTION),
    ("Lists and contacts", _LISTS),
    ("Files", _FILES),
    ("Columns and cells", _MAPPING),
    ("Settings and journals", _SETTINGS),
)

#: All of them, in the order of the page.
REMEDIES: tuple[Remedy, ...] = tuple(one for _, chapter in _CHAPTERS for one in chapter)

_HEAD = """\
Errors and remedies
===================

The usual mistakes, the message that each of them gets, and what to do. An ellipsis (``…``) marks
what varies in a message. After a request, the message ends with the request and iContact's answer
in brackets.

.. This page is made by ``python -m icontact.cli.remedies``; a test compares them.
"""


def page() -> str:
    """Return the page of the docs."""
    parts = [_HEAD]
    for title, chapter in _CHAPTERS:
        parts += [title, "-" * len(title), "", *_entries(chapter)]
    return "\n".join(parts)


def _entries(chapter: Iterable[Remedy]) -> Iterable[str]:
    for one in chapter:
        yield f"**{one.mistake}**\n\n.. code-block:: text\n\n   {one.message}\n\n{one.remedy}\n"


if __name__ == "__main__":  # pragma: no cover
    import sys

    sys.stdout.write(page())
