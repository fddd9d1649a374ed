"""Which method speaks which verb of which URI (API 5): held by tests, shown in the docs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

__all__ = ["LINES", "Line"]

_TABLE = """
/time                          Client         GET=time
/a                             Accounts       GET=list
/a/{accountId}                 Accounts       GET=get  POST=update
/a/{accountId}/users           Users          GET=list  POST=create,create_many
/a/{accountId}/users/{userId}  Users          GET=get  POST=update  DELETE=delete
/a/{accountId}/users/{userId}/permissions  Permissions  GET=list  POST=set,set_many
/a/{accountId}/c               ClientFolders  GET=list  POST=create,create_many
/a/{accountId}/c/{clientFolderId}  ClientFolders  GET=get  POST=update  PUT=replace
F/contacts                     Contacts       GET=list  POST=create,create_many
F/contacts/{contactId}         Contacts       GET=get  POST=update  PUT=replace  DELETE=delete
F/contacts/{contactId}/actions  Contacts      GET=history
F/lists                        Lists          GET=list  POST=create,create_many
F/lists/{listId}               Lists          GET=get  POST=update  PUT=replace  DELETE=delete
F/subscriptions                Subscriptions  GET=list  POST=subscribe,create_many
F/subscriptions/{subscriptionId}  Subscriptions  GET=get  POST=update,unsubscribe  PUT=move
F/customfields                 CustomFields   GET=list  POST=create,create_many
F/customfields/{customFieldId}  CustomFields  GET=get  POST=update  PUT=replace  DELETE=delete
F/segments                     Segments       GET=list  POST=create,create_many
F/segments/{segmentId}         Segments       GET=get  POST=update  DELETE=delete
F/segments/{segmentId}/criteria  Criteria     GET=list  POST=create,create_many
F/segments/{segmentId}/criteria/{criterionId}  Criteria  GET=get  POST=update  PUT=replace  \
DELETE=delete
F/campaigns                    Campaigns      GET=list  POST=create,create_many
F/campaigns/{campaignId}       Campaigns      GET=get  POST=update  PUT=replace
F/messages                     Messages       GET=list  POST=create,create_many
F/messages/{messageId}         Messages       GET=get  POST=update
F/messages/{messageId}/bounces  Messages      GET=bounces
F/messages/{messageId}/opens   Messages       GET=opens
F/messages/{messageId}/clicks  Messages       GET=clicks
F/messages/{messageId}/unsubscribes  Messages  GET=unsubscribes
F/messages/{messageId}/statistics  Messages   GET=statistics
F/sends                        Sends          GET=list  POST=create
F/sends/{sendId}               Sends          GET=get  DELETE=cancel
F/uploads                      Uploads        GET=list  POST=create
F/uploads/{uploadId}           Uploads        GET=get  POST=update  DELETE=delete
F/uploads/{uploadId}/data      Uploads        PUT=store
F/signupforms                  SignupForms    GET=list
F/signupforms/{formId}         SignupForms    GET=get
F/webhooks                     Webhooks       GET=list  POST=create,create_many
F/webhooks/{webhookId}         Webhooks       GET=get  DELETE=delete
F/automations/welcomemessage   Automations    POST=create
"""


@attrs.frozen
class Line:
    """One URI, and the methods that speak its verbs.

    Attributes:
        template: The path, with the wire's names in braces; ``F`` stands for a client folder.
        owner: The class whose methods they are.
        methods: For each verb the names of its methods.
    """

    template: str
    owner: str
    methods: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        return self.template

    @property
    def path(self) -> str:
        """The template with the client folder written out."""
        return self.template.replace("F/", "/a/{accountId}/c/{clientFolderId}/", 1)


def _read(text: str) -> Line:
    template, owner, *verbs = text.split()
    pairs = (verb.split("=") for verb in verbs)
    return Line(template, owner, {verb: tuple(names.split(",")) for verb, names in pairs})


#: In the order of the API notes. Sends and uploads have no bulk call: if the answer to several
#: sends were lost, nobody could tell which went out; and a file is announced where it is brought.
LINES: Final = tuple(_read(text) for text in _TABLE.strip().splitlines())
