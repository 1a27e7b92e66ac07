import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.web.charset import decode, known_charset
from tasks.web.mojibake import LONGEST_STRETCH

GERMAN = "Die Präsidentin sprach über größere Öfen für Käse in Süßwick. " * 10
RUSSIAN = "Мэр Северогорска рассказал о новом порте и большом мосте. " * 10
JAPANESE = "町長は新しい港と大きな橋について話した。船が来る。" * 10


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (GERMAN, "utf-8", None),
        (GERMAN, "utf-8", "iso-8859-1"),
        (GERMAN, "latin-1", "latin-1"),
        (GERMAN, "cp1252", "utf-8"),
        (GERMAN, "utf-16", None),
        (GERMAN, "utf-16-le", None),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "cp1251", "iso-8859-1"),
        (RUSSIAN, "koi8-r", None),
        (JAPANESE, "shift_jis", "utf-8"),
        (JAPANESE, "euc-jp", None),
        (JAPANESE, "iso2022_jp", None),
        (JAPANESE, "utf-16-be", "utf-16be"),
    ],
)
def test_text_is_decoded_under_right_wrong_and_missing_labels(
    text: str, codec: str, declared: str | None
) -> None:
    assert decode(f"<html><p>{text}</p>".encode(codec), declared).text == f"<html><p>{text}</p>"


def test_the_meta_charset_is_used_if_the_header_names_none() -> None:
    page = '<meta charset="iso-8859-2"><p>Zażółć gęślą jaźń</p>'
    assert decode(page.encode("iso-8859-2"), None).text == page


def test_labels_have_the_meaning_that_browsers_give_them() -> None:
    assert known_charset("latin-1") == "cp1252"
    assert known_charset("ISO-8859-1") == "cp1252"
    assert known_charset(" 'GB2312' ") == "gb18030"
    assert known_charset("no-such-charset") is None
    assert known_charset(None) is None


def test_a_few_stray_bytes_do_not_change_the_charset_of_a_utf8_page() -> None:
    decoded = decode(GERMAN.encode() + "Käse".encode("latin-1"), None)
    assert decoded.text == GERMAN + "Käse"
    assert decoded.flags == ("mixed_charset",)


def test_mojibake_is_repaired_and_flagged() -> None:
    spoilt = GERMAN.encode().decode("cp1252", "ignore")
    decoded = decode(f"<p>{spoilt}</p>".encode(), None)
    assert "größere" in decoded.text
    assert decoded.flags == ("mojibake_repaired",)


def test_mojibake_in_the_state_of_a_long_script_is_repaired_piece_by_piece() -> None:
    filler = ", ".join('"a string of the state"' for _ in range(5_000))
    script = f'<script>["Ã¼ber den FluÃŸ", {filler}]</script>'
    assert len(script) > LONGEST_STRETCH
    repaired = script.replace("Ã¼ber den FluÃŸ", "über den Fluß")
    assert decode(script.encode(), None).text == repaired


def test_words_that_resemble_mojibake_are_kept() -> None:
    text = "Une forêt près de l’hôtel, à São Vicente: ÂNGELO E JOÃO."
    decoded = decode(text.encode(), None)
    assert decoded.text == text
    assert decoded.flags == ()


def test_control_characters_and_the_bom_are_removed_and_c1_becomes_windows_1252() -> None:
    body = b"\xef\xbb\xbfIt\xc2\x92s\x00 \x01here\tand\nthere"
    assert decode(body, None).text == "It’s here\tand\nthere"


@given(st.binary(max_size=3_000), st.none() | st.text(max_size=20))
def test_any_bytes_decode_to_text_that_can_be_stored(body: bytes, declared: str | None) -> None:
    decoded = decode(body, declared)
    assert "\x00" not in decoded.text
    assert decoded.utf8 in (None, decoded.text.encode("utf-8"))


@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "cp1251", "shift_jis"]))
def test_any_text_in_any_charset_decodes(text: str, codec: str) -> None:
    decoded = decode(text.encode(codec, "ignore"), codec)
    assert decoded.utf8 in (None, decoded.text.encode("utf-8"))


def test_the_bytes_of_a_clean_utf8_page_are_returned_unchanged() -> None:
    body = "Die Fähre – am Kai".encode()
    assert decode(body, None).utf8 == body
    assert decode(b"Die F\xe4hre am Kai", "latin-1").utf8 is None
