import pytest

from tasks.process.language import identify_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The harbour council of Nordholm met on Monday to speak about the ferry.", "en"),
        ("Der Hafenrat von Nordholm sprach am Montag über die alte Fähre.", "de"),
        ("Le conseil du port de Nordholm a parlé lundi de la vieille jetée.", "fr"),
        ("El consejo del puerto de Nordholm habló el lunes del viejo muelle.", "es"),
        ("港の評議会は月曜日に古い桟橋について話し合った。", "ja"),
        ("สภาท่าเรือประชุมเมื่อวันจันทร์เพื่อพูดคุยเกี่ยวกับเรือข้ามฟาก", "th"),
    ],
)
def test_languages_are_identified_by_the_text(text: str, code: str) -> None:
    found, score = identify_language(text)
    assert found == code
    assert 0.5 < score <= 1.0


def test_more_of_a_text_is_read_if_its_beginning_leaves_a_doubt() -> None:
    names = "Ossel Tarn Skerrow Iloba Vundo Kipra " * 8
    story = "Der Hafenrat von Nordholm sprach am Montag über die alte Fähre. " * 5
    assert len(names) < 300
    assert identify_language(names + "x" * 10)[0] != "de"
    assert identify_language(names + story)[0] == "de"


@pytest.mark.parametrize("text", ["", "   ", "Nordholm", "No pier yet."])
def test_the_language_of_a_very_short_text_is_undetermined(text: str) -> None:
    assert identify_language(text) == ("und", 0.0)


def test_the_declared_language_decides_only_if_the_model_is_unsure() -> None:
    sure = "The harbour council of Nordholm met on Monday to speak about the ferry."
    unsure = "Ossel Tarn Skerrow Iloba Vundo Kipra"
    assert identify_language(sure, "de")[0] == "en"
    assert identify_language(unsure)[1] < 0.5
    assert identify_language(unsure, "de")[0] == "de"
    assert identify_language(unsure, "not a language")[0] != "not a language"
