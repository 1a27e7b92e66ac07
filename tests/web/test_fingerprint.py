import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.web.fingerprint import article_id, content_hash, payload_digest, word_count


def test_the_content_hash_depends_on_words_only() -> None:
    assert content_hash("“The pier”,\n\nsaid OLA. ") == content_hash("the pier said Ola")
    assert content_hash("the pier said Ola") != content_hash("the pier said Ole")


def test_hashes_are_128_bits_in_hexadecimal() -> None:
    for value in (content_hash("pier"), article_id("courier.example/pier")):
        assert len(value) == 32
        int(value, 16)


def test_the_payload_digest_is_written_as_in_warc_headers() -> None:
    # The value for an empty payload, found in many WARC files.
    assert payload_digest(b"") == "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("The pier, rebuilt.", 3),
        ("Größere Öfen", 2),
        ("港の評議会は話した", 5),
        ("Nordholm の港", 2),
        ("สภาท่าเรือ", 5),
    ],
)
def test_words_are_counted_in_scripts_with_and_without_spaces(text: str, words: int) -> None:
    assert word_count(text) == words


@given(st.text())
def test_any_text_has_a_hash_and_a_count(text: str) -> None:
    assert len(content_hash(text)) == 32
    assert word_count(text) >= 0
