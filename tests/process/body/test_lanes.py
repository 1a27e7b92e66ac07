from typing import get_args

from config.choices import Lane
from tasks.process.body.lanes import EXTRACTORS


def test_every_extractor_that_the_settings_allow_has_a_function() -> None:
    assert set(EXTRACTORS) == set(get_args(Lane))
