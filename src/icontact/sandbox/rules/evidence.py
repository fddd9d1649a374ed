"""The table of every URI and verb, and how well each is attested (API 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from icontact.sandbox.rules.context import Route

METHODS = ("GET", "POST", "PUT", "DELETE")

_GRADES = """
/time                                       R - - -  17.4
/a                                          R U - -  15.1
/a/{accountId}                              R C U U  15.1
/a/{accountId}/users                        R D - -  16.1
/a/{accountId}/users/{userId}               R D - D  16.1
/a/{accountId}/users/{userId}/permissions   D D - -  16.2
/a/{accountId}/c                            R R - -  15.2
/a/{accountId}/c/{clientFolderId}           R R D -  15.2
F/contacts                                  R R - -  6
F/contacts/{contactId}                      R R R R  6
F/contacts/{contactId}/actions              D - - -  7
F/lists                                     R R - -  8.1
F/lists/{listId}                            R D R R  8.1
F/subscriptions                             R R - -  8.2
F/subscriptions/{subscriptionId}            R R R -  8.2
F/customfields                              R R - -  9
F/customfields/{customFieldId}              R R R R  9
F/segments                                  R R - -  10.1
F/segments/{segmentId}                      D D - R  10.1
F/segments/{segmentId}/criteria             D R - -  10.2
F/segments/{segmentId}/criteria/{criterionId}  D D D D  10.2
F/campaigns                                 D D - -  11
F/campaigns/{campaignId}                    D D D -  11
F/messages                                  R C - -  12.1
F/messages/{messageId}                      D D - -  12.1
F/messages/{messageId}/bounces              D - - -  12.2
F/messages/{messageId}/opens                D - - -  12.2
F/messages/{messageId}/clicks               D - - -  12.2
F/messages/{messageId}/unsubscribes         D - - -  12.2
F/messages/{messageId}/statistics           D - - -  12.3
F/sends                                     D C - -  13
F/sends/{sendId}                            D - - D  13
F/uploads                                   D D - -  14
F/uploads/{uploadId}                        D D - D  14
F/uploads/{uploadId}/data                   U - D -  14
F/signupforms                               D - - -  17.1
F/signupforms/{formId}                      D - - -  17.1
F/webhooks                                  D D - -  17.2
F/webhooks/{webhookId}                      D - - D  17.2
F/automations/welcomemessage                - D - -  17.3
"""
"""R recorded, D documented, C from client code, U uncertain; "-" is not supported."""

_FOLDER = "/a/{accountId}/c/{clientFolderId}"


class MatrixEntry(NamedTuple):
    """One verb of one URI.

    Attributes:
        method: The verb.
        template: The path, with the names of the API in braces.
        supported: Whether the sandbox does it; otherwise it answers 405.
        evidence: ``R`` recorded, ``D`` documented, ``C`` client code, ``U`` uncertain, ``-`` where
            it is known not to exist.
        section: The section of the reference.
    """

    method: str
    template: str
    supported: bool
    evidence: str
    section: str


def matrix(routes: Iterable[Route]) -> tuple[MatrixEntry, ...]:
    """Return every verb of every URI, in the order of the reference.

    A route without a grade is another path to a resource.
    """
    by_template = {template(route.path): route for route in routes}
    entries = []
    for line in _GRADES.strip().split("\n"):
        path, *grades, section = line.split()
        whole = path.replace("F/", f"{_FOLDER}/", 1) if path.startswith("F/") else path
        route = by_template[whole]
        for method, grade in zip(METHODS, grades, strict=True):
            supported = method in route.verbs and method not in route.switches
            entries.append(MatrixEntry(method, whole, supported, grade, section))
    return tuple(entries)


def template(path: str) -> str:
    """Return a path of the routing table with the names of the API in braces."""
    words = re.sub(r"_(\w)", lambda found: found[1].upper(), path)
    return words.replace("<", "{").replace(">", "}")
