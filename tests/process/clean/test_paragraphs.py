import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.process.clean.artefacts import repair_artefacts
from tasks.process.clean.paragraphs import boilerplate_kind, clean
from tasks.web.fingerprint import content_hash, word_count
from tests.process.pages import SENTENCES

TITLE = "Nordholm rebuilds its pier"
BOILERPLATE = [
    "Skip to content",
    "Zum Inhalt springen",
    "Aller au contenu principal",
    "Saltar al contenido",
    "Editor’s note: Subscribe to the Nordholm in Brief newsletter, which explores the island.",
    "Sign up for our daily newsletter and never miss a ferry.",
    "สมัครรับจดหมายข่าวของเราเพื่อไม่พลาดทุกเรื่องสำคัญ",
    "欢迎订阅我们的每日简报",
    "メールマガジンの登録はこちら",
    "뉴스레터 구독하기",
    "Подпишитесь на нашу рассылку",
    "اشترك في نشرتنا اليومية",
    "Jetzt den kostenlosen Newsletter der Nordholmer Zeitung abonnieren!",
    "Abonnez-vous à notre newsletter",
    "We use cookies to improve your experience on this site. By clicking Accept, you agree.",
    "Wir verwenden Cookies, um Inhalte zu personalisieren.",
    "Share this article",
    "Facebook Twitter WhatsApp Email",
    "Teilen",
    "Share on Facebook",
    "Advertisement",
    "- Anzeige -",
    "Publicité",
    "Read more: Herring season opens late in Skerrow",
    "» Lesen Sie auch: Die Heringe kommen spät",
    "À lire aussi : les harengs se font attendre",
    "Leggi anche: le aringhe arrivano tardi",
    "Leia também: Os arenques chegam tarde",
    "Lees ook: Haringen komen laat",
    "Auch interessant",
    "Photo: Ola Tarn/Skerrow Press",
    "Foto: Ola Tarn",
    "Image credit: Skerrow Press",
    "© 2024 The Nordholm Courier. All rights reserved.",
    "Follow us on Facebook, Instagram and YouTube.",
    "Lesedauer: 4 Minuten",
    "5 min read",
    "Aktualisiert am 19.02.2020",
    "229 comments",
    "1 Comment",
    "1,204 views",
    "Comments: 12",
    "37 Kommentare",
    "4 commentaires",
    "No comments yet",
    "3 hours ago",
    "Updated 5 minutes ago",
    "vor 2 Stunden",
    "il y a 3 heures",
    "hace 4 horas",
    "Tags: pier, harbour, ferry",
]
STORY = [
    *SENTENCES,
    "他十年前订阅了这份报纸，至今每天早上都在码头读它。",
    "เขาสมัครเป็นลูกเรือเมื่อปีที่แล้ว",
    "Advertisement for the ferry had been banned since May.",
    "No comment.",
    "12 views of the harbour hang in the town hall.",
    "Three days ago the pier was closed.",
    "3 hours ago the pier was closed.",
    "Share prices of the shipyard fell by a tenth.",
    "Read the letter aloud, the mayor told her deputy.",
    "Cookies were served after the council had voted.",
    "Facebook",
    "Like Facebook, Twitter has closed its office on the island.",
    "Photo finishes are rare in the Lindwick regatta.",
    "Copyright law is changing in Skerrow.",
    "We asked the commission to reply to the fishermen.",
    "Related diseases have been found in the herring.",
    "Sign up for the boat lottery with the same card as last year.",
    "Shares",
    "Die Anzeige gegen den Bürgermeister wurde zurückgezogen.",
    "La publicité du port a été interdite.",
]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_a_line_of_boilerplate_is_dropped(line: str) -> None:
    cleaned = clean([SENTENCES[0], line, SENTENCES[1]], TITLE)
    assert cleaned.paragraphs == SENTENCES[:2]
    assert len(cleaned.flags) == 1
    assert cleaned.flags[0].startswith("dropped_")
    assert cleaned.flags[0].endswith(":1")


@pytest.mark.parametrize("line", STORY)
def test_a_line_of_the_story_is_kept(line: str) -> None:
    assert boilerplate_kind(line) is None
    assert clean([SENTENCES[2], line], TITLE).paragraphs == (SENTENCES[2], line)


def test_boilerplate_within_a_paragraph_is_kept() -> None:
    paragraph = f"{SENTENCES[0]} Read more: Herring season opens late. {SENTENCES[1]}"
    assert clean([paragraph], None).paragraphs == (paragraph,)


def test_dropped_lines_are_counted_by_kind() -> None:
    lines = ["Skip to content", *SENTENCES[:2], "Read more: One", "Read more: Two", "* * *"]
    assert clean(lines, TITLE).flags == (
        "dropped_link:2",
        "dropped_navigation:1",
        "dropped_ornament:1",
    )


@pytest.mark.parametrize(
    "line",
    [
        TITLE,
        "NORDHOLM REBUILDS ITS PIER!",
        "Harbours: Nordholm rebuilds its pier",
        "Nordholm rebuilds its pier | Courier",
    ],
)
def test_the_repeated_title_is_dropped_above_the_story(line: str) -> None:
    cleaned = clean([line, *SENTENCES], TITLE)
    assert cleaned.paragraphs == SENTENCES
    assert cleaned.flags == ("dropped_title:1",)


def test_the_title_is_kept_below_the_story_and_if_it_is_the_only_text() -> None:
    assert clean([*SENTENCES, TITLE], TITLE).paragraphs == (*SENTENCES, TITLE)
    assert clean([TITLE], TITLE).paragraphs == (TITLE,)


@pytest.mark.parametrize(
    ("raw", "repaired"),
    [
        ("said the minister Wang Yi. .", "said the minister Wang Yi."),
        ("open lines.” », According to Lindwick.", "open lines.”, According to Lindwick."),
        ("said the ministry. , using old terms.", "said the ministry, using old terms."),
        ("the ferry , they said , was late .", "the ferry, they said, was late."),
        ("two  spaces\u00a0and\u200b a soft\u00adhyphen", "two spaces and a softhyphen"),
        ("e\u0301t\u00e9", "été"),
        ("Ãœber den Hafen", "Über den Hafen"),
        ("The end.». Then", "The end. Then"),
        # what writers do on purpose
        ("Well . . . perhaps", "Well . . . perhaps"),
        ("Il a dit « non ». Puis rien.", "Il a dit « non ». Puis rien."),
        ("c’est fini ! », a-t-il dit.", "c’est fini ! », a-t-il dit."),
        ("a conference (APEC). summit.", "a conference (APEC). summit."),
        ("written in .NET , in short", "written in .NET, in short"),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_only_certain_artefacts_are_repaired(raw: str, repaired: str) -> None:
    assert repair_artefacts(raw) == repaired


PIECES = st.lists(
    st.sampled_from(
        [*BOILERPLATE, *STORY, TITLE, " .", "».", " »", ",", "”", "…", "\u200b", "é", "\n"]
    )
    | st.text(max_size=12),
    max_size=8,
).map(" ".join)


@given(st.lists(PIECES | st.text(max_size=80), max_size=12), st.none() | st.just(TITLE) | st.text())
def test_cleaning_twice_changes_nothing(paragraphs: list[str], title: str | None) -> None:
    once = clean(paragraphs, title)
    twice = clean(once.paragraphs, title)
    assert twice.paragraphs == once.paragraphs
    assert twice.flags == ()


@given(st.lists(PIECES | st.text(max_size=80) | st.just("İskele ẖ ß"), max_size=12))
def test_words_and_hash_are_those_of_the_clean_text(paragraphs: list[str]) -> None:
    cleaned = clean(paragraphs, None)
    assert cleaned.words == tuple(map(word_count, cleaned.paragraphs))
    assert cleaned.content_hash == content_hash("\n\n".join(cleaned.paragraphs))


@given(st.lists(st.sampled_from(SENTENCES), max_size=8), st.none() | st.just(TITLE))
def test_no_sentence_of_a_story_is_lost(sentences: list[str], title: str | None) -> None:
    assert list(clean(sentences, title).paragraphs) == sentences
