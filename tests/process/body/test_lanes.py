from typing import get_args

import pytest

from config.choices import Lane
from config.settings import load_settings
from tasks.process.body.lanes import EXTRACTORS
from tasks.process.document import examine
from tasks.records import RawDocument

SETTINGS = load_settings().process.model_copy(update={"extractor": "cascade"})
# A text that is so short that the fast lane doubts it.
LAMP = (
    b"<html><head><title>Lamp</title></head><body><h1>Lamp</h1><p>This lamp for piers is made of"
    b" brass, and it is as bright as day.</p></body></html>"
)


def test_every_extractor_that_the_settings_allow_has_a_function() -> None:
    assert set(EXTRACTORS) == set(get_args(Lane))


@pytest.mark.parametrize(
    ("url", "keep_all", "extractor"),
    [
        ("https://shop.example/product/123/pier-lamp", False, "blocks"),
        ("https://shop.example/product/123/pier-lamp", True, "trafilatura"),
        ("https://courier.example/2024/03/01/pier-lamp", False, "trafilatura"),
    ],
)
def test_trafilatura_is_not_asked_for_a_page_in_doubt_that_is_rejected_with_any_text(
    url: str, keep_all: bool, extractor: str
) -> None:
    document = RawDocument(locator="lamp", position=0, media="html", body=LAMP, url=url)
    found = examine(document, SETTINGS.model_copy(update={"keep_all": keep_all}))
    assert found.draft is not None
    assert found.draft.body.flags[0] == "little_text_found"
    assert found.draft.body.extractor == extractor
