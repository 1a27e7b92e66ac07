from hypothesis import given
from hypothesis import strategies as st

from tasks.process.clean.paragraphs import clean
from tasks.process.plaintext import read_plain_text
from tests.process.pages import SENTENCES

TITLE = "Nordholm’s Vandermolen hails pier ahead of the minister’s visit"


def test_the_first_line_is_the_title_and_blank_lines_separate_paragraphs() -> None:
    found = read_plain_text(f"{TITLE}\n\n" + "\n\n".join(SENTENCES) + "\n")
    assert found.title == TITLE
    assert found.paragraphs == SENTENCES


def test_a_skip_link_above_the_title_is_not_the_title() -> None:
    found = read_plain_text(f"Skip to content\n{TITLE}\n\n" + "\n\n".join(SENTENCES))
    assert found.title == TITLE
    assert clean(found.paragraphs, found.title).paragraphs == SENTENCES


def test_a_machine_paraphrase_with_artefacts_comes_out_clean() -> None:
    text = (
        f"Skip to content\n{TITLE}\n\nEditor’s note: Subscribe to the Nordholm in Brief newsletter "
        "that explores what you need to know.\n\n\nThe mayor met Ola Tarn. .\n\n"
        "Both sides spoke of “open lines.” », According to Lindwick."
    )
    found = read_plain_text(text)
    cleaned = clean(found.paragraphs, found.title)
    assert found.title == TITLE
    assert cleaned.paragraphs == (
        "The mayor met Ola Tarn.",
        "Both sides spoke of “open lines.”, According to Lindwick.",
    )
    assert cleaned.flags == ("dropped_navigation:1", "dropped_notice:1", "repaired_artefacts:2")


def test_a_text_that_begins_with_a_sentence_has_no_title() -> None:
    assert read_plain_text("\n\n".join(SENTENCES)).title is None
    assert read_plain_text("Just one line").title is None
    assert read_plain_text("").title is None


def test_hard_wrapped_lines_are_joined_and_indents_begin_paragraphs() -> None:
    text = (
        "Showers continued throughout the week in the Skerrow herring\n"
        "zone, alleviating the drought since early January and improving\n"
        "prospects for the coming season, although levels have not been\n"
        "restored, the harbour office said in its weekly review.\n"
        "    The dry period means that the catch will be late this year.\n"
        "    Arrivals for the week ended February 22 were 155,221 barrels\n"
        "of 60 kilos, making a total of five million."
    )
    found = read_plain_text(text)
    assert found.title is None
    assert len(found.paragraphs) == 3
    assert "the Skerrow herring zone, alleviating the drought" in found.paragraphs[0]
    assert found.paragraphs[2].endswith("barrels of 60 kilos, making a total of five million.")


def test_lines_that_end_sentences_are_not_joined() -> None:
    found = read_plain_text("\n".join(SENTENCES))
    assert found.paragraphs == SENTENCES


def test_markup_is_removed_from_markdown_and_the_text_is_kept() -> None:
    text = (
        '---\ntitle: "The pier"\ndate: 2024-03-01\n---\n\n'
        "Work **begins** in [spring](https://courier.example/spring), said *Ola*.\n\n"
        "## What comes next\n\n- a tram\n- a ferry\n\n> We are late.\n\n![pier](pier.jpg)\n"
    )
    found = read_plain_text(text)
    assert found.title == "The pier"
    assert found.paragraphs == (
        "Work begins in spring, said Ola.",
        "What comes next",
        "a tram",
        "a ferry",
        "We are late.",
    )


def test_a_markdown_heading_is_the_title() -> None:
    found = read_plain_text(f"# The pier #\n\n{SENTENCES[0]}\n")
    assert (found.title, found.paragraphs) == ("The pier", (SENTENCES[0],))


def test_html_entities_and_tags_left_by_an_export_are_resolved() -> None:
    found = read_plain_text("<p>Tarn &amp; Sons.</p><p>said &quot;no&quot;<br/>twice</p>")
    assert found.paragraphs == ("Tarn & Sons.", 'said "no"', "twice")


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    found = read_plain_text(text)
    assert all(line.strip() for line in found.paragraphs)


@given(st.text(alphabet="[]()*_`#>- \n!a.&<", max_size=300))
def test_any_markdown_can_be_read(text: str) -> None:
    read_plain_text(text)
