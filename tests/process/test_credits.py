import pytest

from tasks.process.credits import credited_agencies

STORY = "The harbour office opened the inner basin again on Tuesday, after two years of work."


@pytest.mark.parametrize(
    ("paragraphs", "authors", "agencies"),
    [
        ([STORY], (), ()),
        ([STORY], ("Ida Marsh",), ()),
        ([STORY], ("Reuters",), ("reuters",)),
        ([STORY], ("Ida Marsh", "Agence France-Presse"), ("afp",)),
        ([STORY], ("dpa/AFP",), ("afp", "dpa")),
        ([f"BERLIN (dpa) - {STORY}"], (), ("dpa",)),
        ([f"{STORY} (Reuters)"], (), ("reuters",)),
        ([STORY, "© AFP"], (), ("afp",)),
        ([STORY, "Quelle: dpa"], (), ("dpa",)),
        ([STORY, "dpa/lno"], (), ("dpa",)),
        ([STORY, "(ANSA)"], (), ("ansa",)),
        ([f"MARROWBY (TPA) - {STORY}"], (), ("tpa",)),
        ([f"MARROWBY (TPA) - {STORY}"], ("Tessary Press Agency",), ("tessary press agency",)),
        ([f"LONDON (UK) - {STORY}"], (), ()),
        (["Reuters moved its office (page 4).", STORY, STORY, STORY], (), ()),
    ],
)
def test_agencies_are_read_from_byline_dateline_and_last_lines(
    paragraphs: list[str], authors: tuple[str, ...], agencies: tuple[str, ...]
) -> None:
    assert credited_agencies(paragraphs, authors) == agencies
