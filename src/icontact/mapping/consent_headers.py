"""Which columns of other systems' files say who may be mailed, by their headers."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from icontact.mapping.consent_words import plain
from icontact.mapping.mautic import DO_NOT_CONTACT as MAUTIC_DO_NOT_CONTACT


def _compiled(pattern: str) -> re.Pattern[str]:
    # As headers are compared: without accents, which some letters have in a form of their own.
    return re.compile(plain(pattern))


#: What a header says of its column. ``no`` and ``yes``: what its plain yes means. ``left``: it dates
#: or explains an unsubscribing, so that any entry is a no. ``status``: it holds mail tools' own
#: words. ``maybe``: its values must show whether it is about consent. ``unsure``: no value can show
#: what it is about.
HeaderKind: TypeAlias = Literal["no", "yes", "left", "status", "maybe", "unsure"]


def header_words(header: str) -> list[str]:
    """Return the words of a header: ``"HasOptedOutOfEmail"`` are five.

    >>> header_words("doNotEmail"), header_words("UNSUB_TIME")
    (['do', 'not', 'email'], ['unsub', 'time'])
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", header)
    return [word for word in re.split(r"[\W_]+", plain(apart)) if word]


def kind_of(header: object) -> HeaderKind | None:
    """Return what a header says about e-mail consent; ``None`` if it is about something else."""
    if not isinstance(header, str) or len(header) > _LONGEST:
        return None
    if header == MAUTIC_DO_NOT_CONTACT:
        return "no"  # in spite of its name
    words = header_words(header)
    squeezed = "".join(words)
    if not words or _other_channel(words, squeezed):
        return None
    kind = _kind(words, squeezed)
    details = _DETAILS.intersection(words)
    if kind is None or not details:
        return kind
    if kind == "no":
        if details & _BESIDE:
            return None
        # What dates or explains an unsubscribing has an entry only for people who did.
        return "left" if details & _DATING and _LEAVING.search(squeezed) else "no"
    if kind == "yes":
        # A date of opting in is evidence, and no column that everybody has to have an entry in.
        return None if details & (_BESIDE | _DATING) else "yes"
    return None


#: A header that is longer is somebody's sentence; questions of forms are shorter.
_LONGEST = 200

#: Words of what stands beside consent: where it was given, and by which message it ended.
_BESIDE = frozenset(
    "ip id ids url uri link token hash key code source src campaign campaigns title name wording "
    "version count counts number rate score method form page agent language type frequency other "
    "location latitude longitude adresse quelle origen fonte bron zrodlo kilde kalla zdroj "
    "источник kaynak track tracking cookie cookies analytics profiling partner partners partenaire "
    "partenaires socios terzi parceiros third party dritte".split()
)

#: Words that date or explain.
_DATING = frozenset(
    "time times timestamp date datetime at on when since day reason reasons why by mode datum zeit "
    "zeitpunkt grund le raison fecha hora motivo data ora reden tijd powod czas tid orsak arsag "
    "dato paiva syy duvod дата причина tarih sebep neden".split()
)

#: Words of columns about something else, where the rest of the header could be about consent.
_DETAILS = (
    _BESIDE
    | _DATING
    | frozenset(
        "interests interest topics topic group groups tags tag user author history log note notes "
        "comment comments country region timezone order orders payment shipping lead deal stage task "
        "invoice delivery fulfillment fulfilment financial employment marital civil account".split()
    )
)

_LEAVING = _compiled(
    r"unsub|opt(?:ed)?out|abgemeldet|abmeld|austrag|ausgetragen|desabonn|desinscri|baja|"
    r"desuscri|cancelacion|disiscri|cancellazione|descadastr|uitgeschreven|uitschrij|afgemeld|"
    r"afmeld|wypis|rezygnac|avregistr|avprenum|avmeld|peruut|odhlas|отпис|iptal|cikis|解除|停止|"
    r"bounced|complain|blacklist|blocklist|suppress|revoke|withdraw|widerruf|churn"
)

_OTHER_CHANNELS = frozenset(
    "sms mms text texts fax faxes phone phones call calls telephone tel mobile cell whatsapp viber "
    "telegram push postal post letter letters print postcard telefon anruf anrufe telefonisch brief "
    "postalisch telefono llamada llamadas telefone ligacao telephonique appel appels courrier "
    "postale posta lettera puhelin puhelu kirje telefoniczny dopis telefonni телефон звонок "
    "смс телефону telefonla".split()
)
_OTHER_SQUEEZED = _compiled(
    r"sms|whatsapp|postal|directmail|donotcall|donotphone|donotfax|outoffax|telemarketing|"
    r"pushnotif|webpush|電話|郵送"
)
_EMAIL = _compiled(
    r"email|emailing|mailing|mailchimp|newsletter|courriel|correo(?!postal)|epost|eposta|"
    r"posta?elettronica|mejl|boletin|nieuwsbrief|nyhet|infolettre|рассыл|почт|メール|bulten"
)


def _other_channel(words: list[str], squeezed: str) -> bool:
    other = bool(_OTHER_CHANNELS.intersection(words)) or bool(_OTHER_SQUEEZED.search(squeezed))
    return other and not _EMAIL.search(squeezed)


def _kind(words: list[str], squeezed: str) -> HeaderKind | None:
    if _AMBIGUOUS.fullmatch(squeezed):
        return "unsure"
    if _NO.search(squeezed) or _NO_WORDS.intersection(words):
        # "No longer subscribed" and "subscribed" part here; "not unsubscribed" is in no file.
        return "status" if _STATUS_END.search(squeezed) else "no"
    if _STATUS.search(squeezed):
        return "status"
    if _YES.search(squeezed) or _YES_WORDS.intersection(words):
        return "yes"
    if squeezed in _PLAIN_STATUS or _MAYBE.search(squeezed):
        return "maybe"
    return None


#: By post or by e-mail? In English nobody can tell.
_AMBIGUOUS = _compiled(
    r"(?:(?:do|does)?not|dont|no|never|allow|accepts?)mail(?:s|ings?)?|"
    r"mailoptout|mailoptin|optoutofmail|outofmail|mailpermission|mailpreference"
)

_STATUS_END = _compiled(r"(?:status|zustand|statut|estado|stato|stav|статус|durum)$")

_NO = _compiled(
    r"unsub|(?<!un)opt(?:ed)?out|donotallow(?:bulk)?e?mails?|donot(?:e?mail|contact|send|market|bulk|disturb)|dont(?:email|contact|send)|"
    r"donotbulkemail|nobulkemail|bulkemailno|(?:^|is)no(?:email|emails|newsletter|marketing|contact|mailing|mailings|bulkemail)|"
    r"noemail|blacklist|blocklist|blocked(?:email)?$|^(?:is)?suppress|suppressed|emailsuppress|"
    r"^(?:is|has|email|hard|soft)?bounce[ds]?$|emailbounced?|bounced|hardbounce|"
    r"^(?:is)?cleaned|complain|spamreport|markedasspam|reportedspam|isspam|"
    r"(?:revoked|withdrawn)(?:consent|permission)|(?:consent|permission)(?:revoked|withdrawn)|"
    r"nolonger(?:subscri|wants)|isunsub|globalunsub|undeliverable|^(?:is)?dnc$|emaildnc|dncemail|"
    r"abgemeldet|abbestell|ausgetragen|austrag|abmeld|werbesperre|werbewiderspruch|werbeverbot|"
    r"mailsperre|versandsperre|keine?(?:werbung|e?mails?|newsletter|kontakt|mailings?)|"
    r"nichtkontakt|nichtanschreiben|nichtmailen|robinson|widerrufen|widerspruch|sperrvermerk|"
    r"desabonn|desinscri|nepas(?:contact|envoy|mail|soll|email)|pas(?:de|d)(?:e?mail|mailing|newsletter|courriel)|"
    r"listenoire|refuse(?:lesemails|email|newsletter|marketing|lapub)|stoppub|bloctel|"
    r"dad[oa]debaja|bajade|^baja|fechabaja|fechadebaja|nocontact|noenviar|noemail|nodesea|nomolest|"
    r"listanegra|desuscri|"
    r"disiscri|noncontatt|noninviare|nonemail|nonmail|listanera|cancellazione|revocaconsenso|"
    r"descadastr|nao(?:contat|contact|envi|deseja|perturbe|receber)|listanegra|"
    r"uitgeschreven|uitschrij|afgemeld|nietmailen|geen(?:e?mail|nieuwsbrief|mailing)|nietbenader|"
    r"wypisan|rezygnacj|niewysyl|niekontakt|bezzgody|"
    r"avregistr|avprenum|avanmald|ej(?:epost|mejl|utskick|kontakt)|inte(?:kontakt|epost)|ingenreklam|ingautskick|"
    r"afmeldt|frameldt|avmeldt|utmeldt|ikkekontakt|ikkesend|ingenepost|ingenemail|reservert|reservasjon|"
    r"peruut|eimarkkinoint|eisaalahet|kieltanyt|markkinointikielto|"
    r"odhlas|nezasil|nekontakt|neposilat|"
    r"отпис|неписать|неотправ|небеспоко|черн(?:ый|ом)?спис|отказ(?:алс|отрасс|отпод)|"
    r"abonelikten|aboneliktencik|listedencik|karaliste|gonderme(?:yin)?$|istemiyor|"
    r"配信停止|配信不可|配信拒否|受信拒否|メール不可|退会|購読解除|登録解除"
)
_NO_WORDS = frozenset(
    "unsub unsubs unsubscribed blacklisted bounced cleaned suppressed baja dnc dnd".split()
)

_STATUS = _compiled(
    r"(?:e?mail|newsletter|subscri(?:ption|ber)s?|marketing|list|optin|permission|consent|"
    r"mailing|bounce|member|contactsubscription|mailinglist|campaign|delivery|deliverability|abo|"
    r"abonnements?|anmelde|abonnenten|inscription|abonne|suscripcion|suscriptor|iscrizione|iscritto|"
    r"inscricao|assinatura|inschrijving|inschrijf|abonnement|subskrypcji|zapisu|prenumeration|"
    r"tilmelding|tilaus|odberu|подписки|abonelik)"
    r"(?:marketing|subscription|contact)?(?:status|zustand|statut|estado|stato|stav|durum)|"
    r"(?:status|statut|estado|stato|stav|статус)(?:de|del|da|dela|du|of|vom|di|van)?(?:l|la)?"
    r"(?:e?mail|newsletter|subscription|marketing|optin|abonnement|inscription|suscripcion|"
    r"iscrizione|inscricao|assinatura|zapisu|подписки|abonelik)|"
    r"marketingcontactstatus|(?:email|subscription|optin|consent|subscriber)state$|購読状況|配信状況|登録状況|配信ステータス"
)
_PLAIN_STATUS = frozenset(
    "status state statut estado stato stav tila статус durum ステータス 状態 subscription subscriptions "
    "subscriber subscribertype contactstatus memberstatus active aktiv enabled confirmed bounce "
    "bounces spam blocked inactive deleted".split()
)

_YES = _compiled(
    r"(?<!un)subscribed|opt(?:ed)?in(?!ion|terest|ng|ce)|(?<![a-z])optin|accepts?(?:e?mail|marketing|promo|offers|news)|"
    r"(?:e?mail|marketing|gdpr|newsletter)(?:ing)?s?(?:consent|permission|allowed|agreed?|accepted|optin|ok|authori[sz])|"
    r"consent|gdpr|agree(?:d|s)?(?:to)?(?:e?mail|marketing|newsletter|receive|news)|"
    r"(?:allow|can|may|ok)(?:s|to|be)?(?:e?mail|contact|send|market|newsletter)|"
    r"(?:wants?|receives?|likes?|send|signmeup|signup)(?:to)?(?:receive)?(?:our|the|me|my)?(?:e?mails|e?newsletter|newsletter|news|marketing|promotions|offers|updates)|"
    r"(?:ismarketable|mailable|emailable|marketable|contactable)|permission(?:to)?(?:e?mail|send|market|contact)|"
    r"einwillig|zustimm|werbeerlaub|werbungerlaubt|newsletter(?:abo|anmeld|empf|erlaub|ja|gewunscht|abonniert)|"
    r"abonniert|erlaubnis(?:email|werbung|newsletter)|darf(?:kontaktiert|angeschrieben)|mailerlaub|dsgvo|"
    r"consentement|accepte(?:la|les|de|l)?(?:news|e?mail|offres|pub|marketing|recevoir|communic|courriel)|"
    r"(?:souhaite|veut|desire)(?:recevoir|la|les)?|abonne(?:e)?(?:ala|a)?newsletter|inscrit(?:e)?(?:ala|a)?newsletter|"
    r"recevoir(?:la|les|nos|des)?(?:news|offres|e?mail|info)|rgpd|"
    r"consentimiento|suscrito|suscrita|acepta(?:r|n|cion)?(?:el|la|recibir|los)?(?:publi|market|bolet|news|promo|comuni|correo|email|envio)|"
    r"autoriza(?:cion|do|r|mento|zione|to)?|desea(?:recibir)?|recibir(?:el|la|los|nuestro)?(?:news|bolet|promo|publi|ofert|correo|email)|"
    r"consenso|iscritt[oa]|accett[ao](?:la|le|di|il)?(?:news|market|promo|ricev|comuni|email)|vuolericevere|desideraricevere|"
    r"consentimento|inscrit[oa]|aceit[ao]?(?:receber)?(?:news|market|promo|email|comuni|ofert)|receber(?:news|promo|ofert|email|novidad)|lgpd|"
    r"toestemming|ingeschreven|aangemeld|akkoordmet|ontvangen?(?:nieuwsbrief|mail)|avg(?:akkoord|toestemming)|"
    r"zgod[ay]|subskryb|zapisan|rodo|"
    r"samtycke|prenumer(?:erar|ant)|vill(?:ha)?(?:nyhet|epost)|godkann|"
    r"samtykke|tilmeldt|pameldt|onskernyhed|onskernyhet|"
    r"suostumus|markkinointilupa|tilaa(?:nyt|ja)?uutiskir|"
    r"souhlas|odebira|chcenovinky|"
    r"соглас|подписан|подписчик|разреш|"
    r"onay|izin|izni|riza|kvkk|abone(?:mi|si)?$|"
    r"配信許可|配信希望|購読|同意|受信許可|メルマガ希望|許諾"
)
_YES_WORDS = frozenset("optin consent consented subscribed samtykke toestemming zgoda".split())

_MAYBE = _compiled(
    r"newsletter|enewsletter|infolettre|boletin|bollettino|nieuwsbrief|nyhetsbrev|nyhedsbrev|uutiskirje|"
    r"zpravodaj|novinky|рассыл|подписк|bulten|メルマガ|ニュースレター|"
    r"^e?mailing(?:list|s)?$|^marketing$|^e?mailmarketing$|^marketinge?mails?$|^permissions?$|^promotions?$|"
    r"^promotionale?mails?$|^specialoffers$|^offers$|^abo$|^abonnement$|^suscripcion$|^iscrizione$|"
    r"^inscricao$|^werbung$|^publicidad$|^pubblicita$|^publicidade$|^reklame?$|^communications?$|"
    r"^contactpermission$|^preferences?$|^emailpreferences?$|^wantsemails?$|^subscribes?$|^mailinglist"
)
