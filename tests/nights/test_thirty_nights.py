"""Many nights over a changing site: the warehouse holds exactly the pages that were served."""

from pathlib import Path

import pytest

from tests.nights.trial import Trial


def test_after_each_of_four_nights_the_warehouse_matches_the_site(tmp_path: Path) -> None:
    trial = Trial(tmp_path, seed=1, nights=4, new=2)
    assert trial.run() == []
    assert {"loaded", "revised", "duplicate", "rejected"} <= set(trial.truth.outcomes.values())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_after_each_of_twelve_nights_with_kills_the_warehouse_matches_the_site(
    tmp_path: Path,
) -> None:
    trial = Trial(tmp_path, seed=2, nights=12, kills=3)  # thirty: python -m tests.nights.trial
    assert trial.run() == []
    assert len(trial.truth.lives) > 60
