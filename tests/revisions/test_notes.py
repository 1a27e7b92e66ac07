"""Notes about corrections, in the languages of publishers, and what only looks like one."""

import pytest

from tasks.revisions.notes import LONGEST_NOTE, is_note

NOTES = [
    "Correction: The bridge is 90 metres long, not 900.",
    "CORRECTION (12 March): the mayor is Ada Holm.",
    "Clarification, 3 May 2025 – The firm was not named in the report.",
    "Corrections",
    "*Editor's note: this story has a new photograph.",
    "Editor’s Note — The name of the ship has been spelled out.",
    "Update 14:30: Two people were hurt.",
    "This article was amended on 12 March 2025 to give the right date.",
    "An earlier version of this story misspelled the harbour master's name.",
    "(Corrects paragraph 3 to say litres)",
    "Korrektur: Die Brücke ist 90 Meter lang.",
    "Anmerkung der Redaktion: Der Name wurde geändert.",
    "Anm. d. Red.: Wir haben den Satz gestrichen.",
    "In einer früheren Version dieses Artikels hieß es, die Bahn fahre nicht.",
    "Dieser Text wurde am 12. März aktualisiert.",
    "Rectificatif : le pont mesure 90 mètres.",
    "Mise à jour du 12 mars : le maire a répondu.",
    "Une version précédente de cet article donnait un autre chiffre.",
    "Fe de errores: el puente mide 90 metros.",
    "Una versión anterior de este artículo decía otra cosa.",
    "Errata corrige: il ponte misura 90 metri.",
    "Una precedente versione dell'articolo riportava un altro nome.",
    "Rectificatie: de brug is 90 meter lang.",
    "In een eerdere versie van dit artikel stond een andere naam.",
    "Correção: a ponte tem 90 metros.",
    "Uma versão anterior deste texto dizia outra coisa.",
    "Rättelse: bron är 90 meter lång.",
    "Rettelse: Broen er 90 meter lang.",
    "Oikaisu: silta on 90 metriä pitkä.",
    "Sprostowanie: most ma 90 metrów.",
    "Oprava: most měří 90 metrů.",
    "Helyreigazítás: a híd 90 méter.",
    "Düzeltme: köprü 90 metre.",
    "Уточнение: длина моста — 90 метров.",
    "تصحيح: طول الجسر 90 مترا.",
    "【訂正】橋の長さは90メートルです。",
    "更正：桥长90米。",
    "정정: 다리는 90미터입니다.",
]
STORIES = [
    "Correction of the market went on for a third day, traders said.",
    "Updated rules for the harbour come into force on Monday.",
    "Update your devices before you leave, the bank told its customers.",
    "Corrections officers walked out of the prison on Friday.",
    "Die Korrektur der Prognose fiel deutlicher aus als erwartet.",
    "Precisión y calma pidió el entrenador a su equipo.",
    "The editor's note on his desk said nothing of the fire.",
    "She wrote an earlier version of the song in 1971.",
    "",
]


@pytest.mark.parametrize("text", NOTES)
def test_a_note_is_recognised(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize("text", STORIES)
def test_a_sentence_of_a_story_is_no_note(text: str) -> None:
    assert not is_note(text)


def test_only_the_beginning_of_a_long_paragraph_is_looked_at() -> None:
    note = "An earlier version of this article gave another day."
    assert is_note(f"{'a ' * (LONGEST_NOTE // 4)}{note}")
    assert not is_note(f"{'a ' * LONGEST_NOTE}{note}")
