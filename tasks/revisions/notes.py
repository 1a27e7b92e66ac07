"""Recognition of notes in which a publisher tells readers that a text was corrected or changed."""

import re

# Labels of such notes. They count at the beginning of a paragraph, if a colon or a dash follows, or
# nothing at all, for "Correction of the market" begins a sentence of a story.
_LABELS = {
    "en": r"corrections?|clarifications?|correction and clarification|corrected|editor['’]?s['’]?"
    r" note|editors['’]? note|note from the editor|erratum|errata|update|updated|amendment"
    r"|amended|retraction",
    "de": r"korrektur(?:hinweis)?|korrigiert|berichtigung|richtigstellung|klarstellung"
    r"|anmerkung der redaktion|anm\. ?d\. ?red\.?|hinweis der redaktion|aktualisierung"
    r"|aktualisiert|nachtrag|gegendarstellung",
    "fr": r"corrections?|rectificatif|correctif|mise à jour|mis à jour|note de la rédaction|ndlr"
    r"|note de l['’]éditeur|précision|droit de réponse",
    "es": r"correcci[oó]n|fe de err(?:ores|atas)|rectificaci[oó]n|aclaraci[oó]n|actualizaci[oó]n"
    r"|nota de la redacci[oó]n|nota del editor|n\. ?de la ?r\.?",
    "ca": r"correcció|rectificació|aclariment|actualització|nota de la redacció",
    "it": r"correzione|rettifica|errata corrige|nota della redazione|ndr|aggiornamento"
    r"|aggiornato|precisazione",
    "pt": r"corre[cç]ção|correção|rectificação|retificação|nota da reda[cç]ção|nota da redação"
    r"|nota do editor|atualização|actualização|esclarecimento",
    "nl": r"correctie|rectificatie|rechtzetting|noot van de redactie|naschrift|aanvulling",
    "sv": r"rättelse|förtydligande|uppdaterad|uppdatering",
    "da no": r"rettelse|præcisering|presisering|opdateret|oppdatert|korreksjon",
    "fi": r"oikaisu|korjaus|korjattu|tarkennus|täsmennys|päivitetty",
    "pl": r"sprostowanie|korekta|aktualizacja|od redakcji|wyjaśnienie",
    "cs sk": r"oprava|upřesnění|spresnenie|aktualizace|aktualizácia|doplnění",
    "hu": r"helyreigazítás|javítás|pontosítás|frissítés",
    "ro": r"erată|corecție|rectificare|actualizare|precizare",
    "tr": r"düzeltme|güncelleme|editörün notu",
    "el": r"διόρθωση|διευκρίνιση|ενημέρωση",
    "ru uk bg": r"исправление|исправлено|уточнение|поправка|опровержение|от редакции|обновлено"
    r"|виправлення|уточнення|спростування|від редакції|корекция",
    "ar he fa": r"تصحيح|تنويه|توضيح|תיקון|הבהרה|اصلاحیه",
    "zh ja ko": r"更正|勘误|勘誤|编者按|編者按|訂正|おことわり|追記|정정|바로잡습니다|알려왔습니다",
}
# Sentences of such notes, wherever they stand in a short paragraph or in words that were added.
_SENTENCES = {
    "en": r"(?:earlier|previous|prior|original|initial|first) version of (?:this|our|the"
    r" (?:article|story|report|headline|text|post|page))"
    r"|this (?:article|story|piece|report|post|headline|column|page|review|text|item) (?:was|has"
    r" been|is) (?:amended|corrected|updated|edited|changed|revised|clarified|modified)"
    r"|\(corrects |story (?:corrects|has been corrected)|we (?:apologi[sz]e|regret) (?:for )?the"
    r" error",
    "de": r"in einer (?:früheren|ersten|vorherigen|älteren|ursprünglichen) (?:version|fassung)"
    r"|dies(?:er|e) (?:artikel|text|beitrag|bericht|meldung) wurde|wir haben (?:das|den fehler|die"
    r" stelle) (?:korrigiert|berichtigt)|wir bitten(?: dies)? zu entschuldigen",
    "fr": r"une (?:version précédente|version antérieure|première version|précédente version)"
    r"|cet article a été (?:modifié|corrigé|mis à jour|actualisé|rectifié)",
    "es": r"una versi[oó]n (?:anterior|previa)|est[ae] (?:art[ií]culo|noticia|nota|texto) (?:ha"
    r" sido|fue) (?:corregid|actualizad|modificad|rectificad)",
    "it": r"una (?:versione precedente|precedente versione)|(?:questo articolo|questa notizia)"
    r" (?:è|e['’]) stat[oa] (?:corrett|aggiornat|modificat)",
    "pt": r"uma versão anterior|est[ae] (?:artigo|texto|notícia|reportagem|matéria) (?:foi"
    r" (?:corrigid|atualizad|modificad|actualizad))",
    "nl": r"in een (?:eerdere|vorige|oudere) versie|dit (?:artikel|bericht|stuk) (?:is|werd)"
    r" (?:aangepast|gecorrigeerd|gewijzigd|bijgewerkt|geüpdatet)",
    "sv da no": r"i en tidig(?:are|ere) ver(?:sion|sjon)|artikeln (?:är|har) (?:uppdaterad"
    r"|uppdaterats|rättats|korrigerats)",
    "pl cs": r"w(?:e)? (?:poprzedniej|wcześniejszej) wersji|v (?:předchozí|původní) verzi",
    "ru": r"в (?:предыдущей|первоначальной|ранней) версии",
}
# A note is a remark: longer paragraphs that speak of versions are parts of a story.
LONGEST_NOTE = 800
LONGEST_LABELLED = 60  # characters between a label and its colon, such as a date
_NOTE = re.compile(
    rf"[\W_]{{0,4}}(?:{'|'.join(_LABELS.values())})"
    rf"(?:\W{{0,3}}$|[^\w:–—][^:.!?–—\n]{{0,{LONGEST_LABELLED}}}(?:[:–—]| - )"
    r"|\W{0,3}[:：】–—\]])",
    re.IGNORECASE,
)
_TELLS = re.compile("|".join(_SENTENCES.values()), re.IGNORECASE)


def is_note(text: str) -> bool:
    """Return whether a paragraph, or words that were added to one, tell of a correction."""
    text = text.strip()[:LONGEST_NOTE]
    return bool(_NOTE.match(text) or _TELLS.search(text))
