"""Which columns of other systems' files say who may be mailed, by their headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
    words = header_words(_CHOICES.sub(" ", re.sub(r"n['’´]t\b", "nt", header)))
    squeezed = "".join(words)
    if not words or _other_channel(words, squeezed):
        return None
    kind = _kind(words, squeezed)
    if kind is None and plain_status(header) is not None:
        return "maybe"
    details = _DETAILS.intersection(words) - _sentence_words(words)
    if kind is None or not details:
        return kind
    if kind == "unsure" or (len(words) > _SHORT and kind in ("yes", "no")):
        return "unsure"
    if kind == "no":
        if details & _BESIDE:
            return None
        # What dates or explains an unsubscribing has an entry only for people who did.
        return "left" if details & (_DATING | _ORIGIN) else "no"
    if kind == "yes":
        # A date of opting in is evidence, and not a column that every row has to fill.
        return None if details & (_BESIDE | _DATING | _ORIGIN) else "yes"
    return None


def _sentence_words(words: Sequence[str]) -> frozenset[str]:
    """Return the words that are details in other headers: *by* in "Can we write to you by mail?"."""
    in_sentence = _PREPOSITIONS.intersection(words[:-1]) if len(words) > 3 else frozenset()
    is_about_data = not _DATA_USE.isdisjoint(words)
    return frozenset(in_sentence) | (frozenset({"data"}) if is_about_data else frozenset())


#: Words that date at the end of a header, and in a sentence do not.
_PREPOSITIONS = frozenset("at on by when since le am".split())

#: Words beside which "data" is not Italian or Polish for a date.
_DATA_USE = frozenset("processing protection privacy personal use usage policy".split())


def plain_status(header: str) -> str | None:
    """Return the one word of a header such as ``is_deleted``, if it is a contact's state."""
    words = [word for word in header_words(header) if word not in _FILLERS]
    name = "".join(words)
    return name if name in _PLAIN_STATUS | PLAIN_NO else None


def is_other_channel(header: str) -> bool:
    """Return whether a header is about text messages, calls, or post."""
    words = header_words(header)
    return _other_channel(words, "".join(words))


def is_negated(words: Sequence[str]) -> bool:
    """Return whether words such as *not*, *missing*, *refused* are among some."""
    return not _NEGATIONS.isdisjoint(words) or any(map(_NEGATION.search, words))


#: A header that is longer is somebody's sentence; questions of forms are shorter.
_LONGEST = 200

#: A header with more words is a sentence, and may say two things.
_SHORT = 6

#: The two answers that a header offers: "Newsletter (yes/no)". A space parts only those that are
#: not a beginning of a sentence, as "si no desea …" is.
_PAIRS = (
    "yes/no y/n true/false on/off 1/0 ja/nein j/n oui/non o/n si/no s/n sim/nao sim/não sí/no "
    "sì/no ja/nee ja/nej ja/nei tak/nie t/n kylla/ei kyllä/ei k/e ano/ne a/n да/нет evet/hayir "
    "evet/hayır igen/nem はい/いいえ 有/無 是/否"
).split()
_CHOICES = re.compile(
    "|".join(
        rf"(?<![^\W_]){first}(?:\s*[/|,_\-–]\s*|\s+(?:or|oder|ou|o|of|lub|eller|tai|nebo|или)\s+"
        rf"{gap}){second}(?![^\W_])"
        for pair in _PAIRS
        for one, two in [pair.split("/")]
        for first, second in ((one, two), (two, one))
        for gap in [r"|\s+" if one in ("yes", "oui") or pair == "ja/nein" else ""]
    ),
    re.IGNORECASE,
)

#: Words of what stands beside consent, and says nothing of a person's will.
_BESIDE = frozenset(
    "id ids url uri link token hash key code title name wording "
    "version number rate score form page agent language frequency other "
    "latitude longitude adresse track tracking cookie cookies analytics profiling partner partners partenaire "
    "partenaires socios terzi parceiros third party dritte".split()
)

#: Words that date or explain.
_DATING = frozenset(
    "time times timestamp date datetime at on when since day reason reasons why by mode datum zeit "
    "zeitpunkt grund le raison fecha hora motivo data ora reden tijd powod czas tid orsak arsag "
    "dato paiva syy duvod дата причина tarih sebep neden".split()
)

#: Words of where consent was given, or by which message it ended.
_ORIGIN = frozenset(
    "ip source src campaign campaigns count counts method type location quelle origen fonte bron "
    "zrodlo kilde kalla zdroj источник kaynak".split()
)

#: Words of columns about something else, where the rest of the header could be about consent.
_DETAILS = (
    _BESIDE
    | _ORIGIN
    | _DATING
    | frozenset(
        "interests interest topics topic group groups tags tag user author history log note notes "
        "comment comments country region timezone order orders payment shipping lead deal stage task "
        "invoice delivery fulfillment fulfilment financial employment marital civil account".split()
    )
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
    is_short = len(words) <= _SHORT
    if (beside := _beside_no(words, squeezed)) is not None:
        if _STATUS_END.search(squeezed):
            return "status"
        # "Not unsubscribed", and "Yes, mail me, I can unsubscribe at any time".
        is_double = is_negated(beside) or not _LEADING_NEGATIONS.isdisjoint(beside)
        says_yes = not is_short and _wanted(beside, "".join(beside)) is not None
        return "unsure" if is_double or says_yes else "no"
    kind: HeaderKind | None = "status" if _STATUS.search(squeezed) else _wanted(words, squeezed)
    is_no = is_negated(words) or words[0] in _LEADING_NEGATIONS
    if kind is None:
        # "Marketing suspended"; but "Email not opened" may be a count.
        is_marketing = _MARKETING.search(squeezed) is not None
        is_about = is_marketing or _EMAIL.search(squeezed) is not None
        return ("no" if is_marketing else "unsure") if is_no and is_about and is_short else None
    if is_no or _has_negating_prefix(words, squeezed):
        return "no" if is_short and kind != "status" else "unsure"
    # "Newsletter No." may be its number, and "inscrito no boletim" is in it.
    return kind if _LEADING_NEGATIONS.isdisjoint(words) else "unsure"


def _wanted(words: Sequence[str], squeezed: str) -> HeaderKind | None:
    if _YES.search(squeezed) or not _YES_WORDS.isdisjoint(words):
        return "yes"
    return "maybe" if _MAYBE.search(squeezed) else None


def _beside_no(words: Sequence[str], squeezed: str) -> list[str] | None:
    """Return the words beside those that say no; ``None`` if none says it."""
    spans = [match.span() for match in _NO.finditer(squeezed)]
    if not spans and _NO_WORDS.isdisjoint(words) and not _is_bounce(words):
        return None
    return [
        word
        for word, start in zip(words, _starts(words), strict=True)
        if word not in _NO_WORDS
        and not any(start < end and begin < start + len(word) for begin, end in spans)
    ]


def _is_bounce(words: Sequence[str]) -> bool:
    return "bounce" in words and not (_DATING | _ORIGIN).isdisjoint(words)


def _starts(words: Sequence[str]) -> Iterator[int]:
    place = 0
    for word in words:
        yield place
        place += len(word)


def _has_negating_prefix(words: Sequence[str], squeezed: str) -> bool:
    """Return whether a word negates by its beginning: *Unmailable*, *Nesouhlas*."""
    starts = tuple(_starts(words))
    for pattern in (_YES, _MAYBE):
        for match in pattern.finditer(squeezed):
            begin = max(start for start in starts if start <= match.start())
            if squeezed[begin : match.start()] in _NEGATING_PREFIXES:
                return True
    return False


#: Not about consent alone, but when negated.
_MARKETING = _compiled(
    r"marketing|werbung|prospection|publicid|pubblicit|reklam|advertis|subscription|营销|"
    r"markkinoin|маркетинг|реклам|pazarlama"
)

#: Words that turn what a header says into its opposite, wherever they are in it.
_NEGATIONS = frozenset(
    "not never lacks lack lacking missing cannot dont doesnt wont isnt arent hasnt stop stopped "
    "absent expired disabled disable invalid "
    "nicht kein keine keinen keiner nie niemals fehlt fehlend fehlende nein ungultig "
    "pas jamais aucun aucune nunca jamas ningun ninguna tampoco nessun nessuna nessuno "
    "nao nenhum nenhuma niet geen nooit nee brak nigdy zaden zadna zadnych "
    "inte ej ingen inget inga aldrig nej saknas ikke intet aldri nei mangler "
    "ei eivat puuttuu nikdy neni zadne zadny не нет никогда yok degil hayir nem nincs".split()
)

#: Words that do so at the front. Elsewhere they may belong to something else: "without images".
_LEADING_NEGATIONS = frozenset(
    "no non without ohne sans sin senza sem zonder bez utan uden uten ilman без fara nelkul "
    "none".split()
)

#: The same within a word, or with an ending.
_NEGATION = _compiled(
    r"refus|denie[ds]|deny|declin|reject|prohibit|forbid|revok|withdr[ae]w|oppos|objection|"
    r"objected|exclud|suppress|remove|blocked|cancel|disallow|notallow|"
    r"verweiger|abgelehnt|ablehn|untersagt|verboten|gesperrt|entzogen|zuruckgezogen|interdi[ts]|"
    r"rechaz|deneg|revoc|prohibid|bloquead|rifiut|negat[oa]$|vietat|recus|negad[oa]$|revog|proibid|"
    r"weiger|ingetrokken|bezwaar|odmow|odmaw|cofni|sprzeciw|zakaz|nekad|avbojt|aterkal|afvis|afsla|"
    r"avvis|avsla|trukket|kielto|kielletty|kieltan|evatty|perunut|peruut|odmit|zamitn|odvolan|"
    r"отказ|отклон|отсутств|запре[тщ]|отозван|(?:izin|onay|riza)siz|reddet|reddedi|istemi|"
    r"tiltva|tiltott|suspend|unallow|verilmedi|vermedi|elutasit|visszavon|refuz|"
    r"不(?!定)|拒|未(?!来)|無(?!料|限)|(?<!は)なし|ません|ない|非|禁止|停止|解除|没有|取消|勿|거부"
)

#: Beginnings of a word that negate the rest of it.
_NEGATING_PREFIXES = frozenset(
    "un non not no ne nie nicht kein keine ej ei niet geen inte ikke nem nao sin sans не isnot "
    "isnon isun isno hasno hasnot".split()
)

#: By post or by e-mail? Or in or out? The header does not say.
_AMBIGUOUS = _compiled(
    r"(?:(?:do|does)?not|dont|no|never|allow|accepts?)mails?|"
    r"mailoptout|mailoptin|optoutofmail|outofmail|mailpermission|"
    r"(?:e?mail|marketing|newsletter)?opt(?:ed)?|(?:e?mail|marketing)?opt(?:ed)?in(?:or|and)?(?:opt(?:ed)?)?out|"
    r"(?:e?mail|marketing)?opt(?:ed)?out(?:or|and)?(?:opt(?:ed)?)?in|"
    r"(?:un)?subscribed?(?:or|and)?(?:un)?subscribed?(?<!^subscribed)(?<!^subscribe)(?<!^unsubscribed)(?<!^unsubscribe)"
)

_STATUS_END = _compiled(r"(?:status|zustand|statut|estado|stato|stav|статус|durum)$")

_NO = _compiled(
    r"unsub|(?<!un)opt(?:ed)?out|donotallow(?:bulk)?e?mails?|donot(?:e?mail|contact|send|market|bulk|disturb)|dont(?:email|contact|send)|"
    r"donotbulkemail|nobulkemail|bulkemailno|(?:^|is)no(?:email|emails|newsletter|marketing|contact|mailing|mailings|bulkemail)|"
    r"noemail|blacklist|blocklist|blockede?mail|^(?:is)?blocked$|emailblocked|^(?:is)?suppress|suppress(?:ed|ion)|emailsuppress|"
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
    r"^dn[me]$|(?<!other)remove[ds]?from(?:the|our|all|my|any)*(?:list|mailing|e?mail|newsletter|database)|^removeme|"
    r"(?:e?mail|mailing|newsletter|marketing|promotion|communication|campaign)s?(?:is|are|was)?(?:disabled?|refus|declin|denied|prohibit|"
    r"invalid|forbidden|reject|stopped|exclu|objection)|"
    r"(?:disabled?|refuse[ds]?|declined?[ds]?|denied|prohibit(?:ed|s)?|invalid|block(?:ed)?|stop(?:ped|s)?|reject(?:ed|s)?|"
    r"exclu(?:de|ded|sion|des)|object(?:s|ed|ion|ions)?|oppose[ds]?)(?:from|to|all|of|the|our|my|any|direct|bulk|future|further)*"
    r"(?:e?mail(?!address)|mailing|newsletter|marketing|campaign|communication|promo|processing)|invalide?mail|"
    r"(?:donot|dont|no)(?:promot|solicit|advert)|^objections?$|^objected|righttoobject|^leftthelist|^leftlist|"
    r"(?:^|is|no)nomailings?|nomailings|unmail|undelivered(?:e?mails?)?$|deceased|dateofdeath|deathdate|^died|"
    r"(?:mailing|e?mail|kontakt|newsletter|werbe|werbung|versand|adress)s?(?:sperr|gesperrt)|sperrliste|kontaktverbot|nicht(?:angemeldet|abonn|einverst|gewunscht)|zugestimmtnicht|verstorben|todesdatum|"
    r"non(?:abonn|inscri|consent)|neplus|neveu[tx]|sansaccord|listerouge|npai|^stop(?:courriel|mailing)|(?:plus|pas)(?:recevoir|souhaite|dem)|pas(?:les|la|des|nos|vos|aux|a)(?:e?mail|newsletter|courriel|mailing|offres)|opposition|decede|dateded?eces|"
    r"noquiere|nodeseo|noquiero|noautoriz|noacept|fallecid|listaroja|"
    r"nonvuole|nondesidera|nonacc|nonautoriz|^rifiut|^revoca|opposizion|deceduto|deceduta|"
    r"naoquer|naoautoriz|naoaceit|cancelou|cancelamento|falecid|"
    r"bezwaar|wilgeen|nietabonn|wiltgeen|wilniet|overleden|"
    r"sprzeciw|niechce|niezgadz|niezycz|zmarl[ay]|"
    r"vill(?:inte|ej)|tackatnej|frabedt|frabedit|onskar(?:inte|ej)|reklamsparr|nixregist|avliden|"
    r"nejtak|neitakk|nejtack|onsker(?:ikke|ej)|vilikke|(?:^|reklame)afdod|^avdod|"
    r"kielletty|kieltaa|eihalua|eilupa|kuollut|"
    r"nepreje|nechce|nesouhlas|zemrel|"
    r"запрещенопис|запрещенорас|неприсыл|нерассыл|нежела|нехоч|нехот|неполуч|умер|"
    r"istemiyor|istemem|abonelik\w{0,3}iptal|gonderilmesin|vefat|"
    r"leiratkoz|nemker|tiltolista|elhunyt|dezabon|nemjarul|"
    r"退订|取消订阅|不接收|不订阅|拒收|勿扰|黑名单|수신거부|수신동의안|"
    r"受信しない|dm不要|送信不可|送信不要|送信停止|配信不要|配信しない|メール不要|^不要$|死亡|故人|"
    r"配信停止|配信不可|配信拒否|受信拒否|メール不可|退会|購読解除|登録解除"
)
_NO_WORDS = frozenset(
    "unsub unsubs unsubscribed blacklisted bounced cleaned suppressed baja dnc dnd".split()
)

_STATUS = _compiled(
    r"(?:e?mail|newsletter|subscri(?:ption|ber|be)s?|^sub|marketing|list|optin|permission|consent|"
    r"mailing|bounce|member|contactsubscription|mailinglist|campaign|delivery|deliverability|abo|"
    r"abonnements?|anmelde|abonnenten|inscription|abonne|suscripcion|suscriptor|iscrizione|iscritto|"
    r"inscricao|assinatura|inschrijving|inschrijf|abonnement|subskrypcji|zapisu|prenumeration|"
    r"tilmelding|tilaus|odberu|подписки|abonelik)"
    r"(?:marketing|subscription|contact)?(?:status|zustand|statut|estado|stato|stav|durum)|"
    r"(?:status|statut|estado|stato|stav|статус)(?:de|del|da|dela|du|of|vom|di|van)?(?:l|la)?"
    r"(?:e?mail|newsletter|subscription|marketing|optin|abonnement|inscription|suscripcion|"
    r"iscrizione|inscricao|assinatura|zapisu|подписки|abonelik)|"
    r"marketingcontactstatus|(?:email|subscription|optin|consent|subscriber)state$|購読状況|订阅状态|구독상태|配信状況|登録状況|配信ステータス"
)
#: Headers about many things: which of them, the values show.
_PLAIN_STATUS = frozenset(
    "status state statut estado stato stav tila статус durum ステータス 状態 subscription subscriptions "
    "subscriber subscribertype contactstatus active aktiv enabled confirmed".split()
)

#: The same, and their plain yes is a no.
PLAIN_NO = frozenset(
    "bounce bounces spam blocked inactive deleted removed banned suspended archived withdrawn "
    "quarantined disabled unconfirmed notconfirmed forgotten erased excluded "
    "gesperrt sperre geblockt blockiert inaktiv geloscht archiviert entfernt "
    "bloque bloquee refus supprime supprimee inactif archive banni "
    "bloqueado bloqueada bloquear excluir excluido inactivo eliminado archivado "
    "bloccato bloccata cancellato cancellata inattivo eliminato rifiuto archiviato revoca "
    "inativo removido arquivado geblokkeerd verwijderd inactief zablokowany usuniety nieaktywny "
    "sparr sparrad blockerad borttagen blokeret slettet blokkert estetty poistettu zablokovan "
    "smazan neaktivni заблокирован удален неактивен engelli silindi pasif letiltva torolve "
    "ブロック 削除 無効 已删除 已屏蔽".split()
)

#: Words that leave the meaning of such a header as it is: "is_deleted", "Removed at".
_FILLERS = frozenset(
    "is was has been are flag at on am le date datum fecha data time datetime timestamp".split()
)

_YES = _compiled(
    r"(?<!un)subscribed|(?:want|wish)(?:es|s)?(?:to)?(?:be)?(?:e?mail|contact|receiv|get|subscri)|opt(?:ed)?in(?!ion|terest|ng|ce)|(?<![a-z])optin|accepts?(?:e?mail|marketing|promo|offers|news)|"
    r"(?:e?mail|marketing|gdpr|newsletter)(?:ing)?s?(?:consent|permission|allowed|agreed?|accepted|optin|ok|authori[sz])|"
    r"(?:e?mails?|mailings?|newsletters?|marketing)(?:is|are)?(?:enabled|active|permitted|granted|given)|"
    r"ok(?:ay)?(?:to|for)?(?:be)?(?:contact|e?mail|send|market|mailing)|(?:can|may|should|could|shall)we(?:e?mail|contact|send|write|keep|stay|getintouch)|"
    r"(?:e?mail|notify|sign|put)me(?!mb|ss|ch|nt)|addme|addto(?:our|the|your|my)?(?:e?mail|mailing|newsletter|list)|"
    r"keepme(?:updated|informed|posted|intheloop|uptodate)|(?:stay|keep)intouch|(?<!didyou)hearfrom|signupfor(?:our|the)?(?:e?mail|news|updates)|"
    r"contact(?:is)?(?:allowed|permitted|ok$)|permitted(?:to)?(?:e?mail|contact)|"
    r"consent|gdpr|agree(?:d|s)?(?:to)?(?:e?mail|marketing|newsletter|receive|news)|"
    r"(?:allow|can|may|ok)(?:s|to|be)?(?:e?mail|contact|send|market|newsletter)|"
    r"(?:wants?|receives?|likes?|send|signmeup|signup)(?:to)?(?:receive)?(?:our|the|me|my)?(?:e?mails|e?newsletter|newsletter|news|marketing|promotions|offers|updates)|"
    r"(?:ismarketable|mailable|emailable|marketable|contactable)|permission(?:to)?(?:e?mail|send|market|contact)|"
    r"einwillig|zustimm|werbeerlaub|werbungerlaubt|newsletter(?:abo|anmeld|empf|erlaub|ja|gewunscht|abonniert)|"
    r"abonniert|erlaubnis(?:email|werbung|newsletter)|darf(?:per)?(?:e?mails?)?(?:kontaktiert|angeschrieben|angemailt|gemailt|beworben|zugeschickt|senden|schreiben)|mochte(?:den|unseren)?(?:newsletter|informiert|e?mails?)|einverstanden|genehmig|zugestimmt|(?:kontakt|e?mails?|mailings?|werbung)erlaubt|mailerlaub|dsgvo|"
    r"accord(?:commercial|marketing|emailing|newsletter|prospection|courriel|email)|consentement|accepte(?:la|les|de|l)?(?:news|e?mail|offres|pub|marketing|recevoir|communic|courriel)|"
    r"(?:souhaite|veut|desire)(?:recevoir|la|les)?|abonne(?:e)?(?:ala|a)?newsletter|inscrit(?:e)?(?:ala|a)?newsletter|"
    r"recevoir(?:la|les|nos|des|une?|de|l)?(?:news|offres|e?mail|info)|rgpd|"
    r"quier[eo](?:recibir|news|bolet|email|correo)|recibe(?:el|la|los)?(?:news|bolet|promo|correo|email)|consentimiento|suscrito|suscrita|acepta(?:r|n|cion)?(?:el|la|recibir|los)?(?:publi|market|bolet|news|promo|comuni|correo|email|envio)|"
    r"autoriza(?:cion|do|r|mento|zione|to)?|desea(?:recibir)?|recibir(?:el|la|los|nuestro)?(?:news|bolet|promo|publi|ofert|correo|email)|"
    r"ricev(?:e|ere)(?:la|le|il)?(?:news|promo|email|comunic)|consenso|iscritt[oa]|accett[ao](?:la|le|di|il)?(?:news|market|promo|ricev|comuni|email)|vuolericevere|desideraricevere|"
    r"quer(?:o)?(?:receber|news)|recebe(?:news|promo|email)|consentimento|inscrit[oa]|aceit[ao]?(?:receber)?(?:news|market|promo|email|comuni|ofert)|receber(?:news|promo|ofert|email|novidad)|lgpd|"
    r"wilt?(?:de|graag|onze)?(?:nieuwsbrief|mail|ontvangen)|toestemming|ingeschreven|aangemeld|akkoordmet|ontvangen?(?:nieuwsbrief|mail)|avg(?:akkoord|toestemming)|"
    r"zgod[aye]|wyrazam?zgod|chce(?:otrzym|newsl)|subskryb|zapisan|rodo|"
    r"onskar(?:nyhet|epost|utskick)|samtycke|prenumer(?:erar|ant)|vill(?:ha)?(?:nyhet|epost)|godkann|"
    r"samtykke|tilmeldt|pameldt|onskernyhed|onskernyhet|"
    r"saalahettaa|haluaa|suostumus|markkinointilupa|tilaa(?:nyt|ja)?uutiskir|"
    r"prejesi|souhlas|odebira|chcenovinky|"
    r"хочет(?:получ|рассыл)|соглас|подписан|подписчик|разреш|"
    r"onay|izin|izni|riza|kvkk|abone(?:mi|si)?$|"
    r"feliratkoz|hozzajarul|订阅|接收邮件|수신동의|abonat|"
    r"配信許可|配信希望|購読|同意|受信許可|メルマガ希望|許諾"
)
_YES_WORDS = frozenset("optin consent consented subscribed samtykke toestemming zgoda iys".split())

_MAYBE = _compiled(
    r"newsletter|enewsletter|infolettre|boletin|bollettino|nieuwsbrief|nyhetsbrev|nyhedsbrev|uutiskirje|"
    r"zpravodaj|novinky|hirlevel|뉴스레터|邮件列表|рассыл|подписк|bulten|メルマガ|ニュースレター|"
    r"^e?mailing(?:list|s)?$|^marketing$|^e?mailmarketing$|^marketinge?mails?$|^permissions?$|^promotions?$|"
    r"^promotionale?mails?$|^specialoffers$|^offers$|^abo$|^abonnement$|^suscripcion$|^iscrizione$|"
    r"^inscricao$|^werbung$|^publicidad$|^pubblicita$|^publicidade$|^reklame?$|^communications?$|"
    r"^contactpermission$|^permissions?(?:denied|refused|withdrawn|revoked|missing|granted|given)$|^preferences?$|"
    r"^(?:e?mail|mailing|contact|communication|marketing|newsletter)s?preferences?$|^bulke?mails?$|^privacymarketing$|^abonnee?s?$|"
    r"^wantsemails?$|^subscribes?$|^mailinglist"
)
