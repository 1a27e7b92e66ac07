"""Judges whether the whole text of a page was free to read."""

import re
from typing import Literal

from tasks.process.markup.parse import ParsedPage
from tasks.process.metadata.model import Metadata

AccessState = Literal["full", "truncated", "paywalled", "unknown"]

# A page that is not free, but has more words than this, shows more than a teaser.
TEASER_WORDS = 150
# Below a shorter text, an invitation to subscribe means that the text is cut off. Below a longer
# one it is a part of the site's footer.
SHORT_WORDS = 400
LAST_LINES = 6  # lines at the end of a text in which an invitation is looked for
INVITATION = re.compile(
    r"""(?:subscribe|sign\ (?:in|up)|log\ ?in|register|become\ a\ (?:member
    |subscriber))\b.{0,60}\bto\ (?:continue|keep|finish|read|unlock|access|view)\b
    |(?:continue|keep|finish)\ reading\b.{0,40}\b(?:subscri|account|free|trial|member)
    |this\ (?:article|story|content)\ is\ (?:for|available\ (?:only\ )?to|exclusive\ (?:to|for)
    |reserved\ for)\ (?:our\ )?(?:paid\ |paying\ )?(?:subscribers|members)
    |(?:already|not\ yet)\ a\ (?:subscriber|member)\?|to\ read\ (?:the\ (?:full|rest)|this
    |more)\b.{0,60}\b(?:subscribe|log\ ?in|sign)|you(?:['’]ve|\ have)\ (?:reached|read
    |used)\b.{0,40}\bfree\ (?:articles?|stories)
    |(?:weiterlesen|lesen\ sie\ weiter)\ mit\b|mit\ .{0,30}(?:abo|\+)\ weiterlesen|(?:jetzt
    |hier)\ (?:abonnieren|registrieren|anmelden|testen)\b|(?:bereits|schon)\ (?:abonnent
    |registriert|digitalabonnent)|dieser\ (?:artikel|inhalt)\ ist\ (?:nur\ für|exklusiv\ für
    |kostenpflichtig)|diesen\ artikel\ (?:weiterlesen|freischalten)
    |(?:cet\ article|la\ suite)\ est\ réservée?\b|(?:article|contenu)\ réservé\ (?:aux
    |à\ nos)\ abonnés|déjà\ abonnée?\s?\?|abonnez-vous\ pour|pour\ lire\ la\ suite
    |(?:contenido|artículo|noticia)\ (?:exclusiv[oa]|solo|reservado)\ para\ (?:suscriptores
    |abonados)|(?:suscríbete|regístrate|inicia\ sesión)\ para\ (?:seguir|continuar|leer)
    |¿ya\ (?:eres|es)\ suscriptor
    |(?:conteúdo|artigo|matéria)\ (?:exclusivo|restrito)\ para\ assinantes|assine\ para\ (?:ler
    |continuar)|já\ é\ assinante
    |(?:contenuto|articolo)\ (?:riservato|esclusivo|premium)\b|(?:abbonati
    |accedi)\ per\ (?:continuare|leggere)|sei\ già\ abbonato
    |(?:dit\ artikel|verder\ lezen)\b.{0,40}\b(?:abonnees?|abonnement)|al\ abonnee\?|(?:for\ å
    |för\ att)\ (?:lese|läsa)\ (?:videre|vidare)|(?:kun|bare|endast)\ for\ abonnenter
    |この記事は(?:有料|会員限定)|(?:有料|会員)(?:会員)?限定|残り\s?\d+\s?文字|続きを読むには|登录后(?:继续)?阅读""",
    re.VERBOSE,
)
# Elements that the common paywall scripts add to a page.
WALL = ".paywall, .tp-container-inner, #piano-inline, .piano-inline, .regwall, [data-paywall]"


def access_state(
    page: ParsedPage | None, metadata: Metadata, paragraphs: tuple[str, ...], words: int
) -> AccessState:
    """Return how much of the story the text holds, judged by signs that are rarely wrong.

    Args:
        page: the parsed page; None for plain text.
        paragraphs: as extracted, before cleaning drops the invitation to subscribe.
        words: the number of words of the clean text.

    Returns:
        `paywalled` if the page declares that it is not free, and its text is no longer than a
        teaser or ends in an invitation to subscribe. `truncated` if the text ends in such an
        invitation, or is no longer than a teaser on a page with a paywall's elements. `full` if the
        page declares that it is free. Otherwise `unknown`.
    """
    is_invitation_below = words <= SHORT_WORDS and any(
        INVITATION.search(line.lower()) for line in paragraphs[-LAST_LINES:]
    )
    if metadata.free_to_read is False:
        return "paywalled" if words <= TEASER_WORDS or is_invitation_below else "unknown"
    if is_invitation_below:
        return "truncated"
    if words <= TEASER_WORDS and page is not None and page.tree.css_first(WALL) is not None:
        return "truncated"
    return "full" if metadata.free_to_read else "unknown"
