"""No part of a password in the address of a catalog is shown, whatever characters it has."""

import pytest

from config.errors import UsageError
from config.settings import load_settings
from warehouse.bucket.catalogs import catalog_place, open_bucket_catalog


@pytest.mark.parametrize("password", ["sec#ret", "sec?ret", "sec/ret", "sec@ret", "sec:ret"])
@pytest.mark.parametrize("form", ["ida:{}@db:5432/lake", "db:5432/lake?user=ida@news&password={}"])
def test_no_part_of_a_password_is_shown(password: str, form: str) -> None:
    place = catalog_place(f"postgresql://{form.format(password)}")
    assert "sec" not in place
    assert "ret" not in place
    assert place.startswith("postgresql://")


def test_a_password_that_ends_too_early_is_refused_without_its_rest() -> None:
    address = "postgresql://ida:sec@ret@127.0.0.1:1/lake"
    settings = load_settings(lake="s3://press/lake", bucket={"catalog": address})
    with pytest.raises(UsageError, match="PGPASSWORD") as refused:
        open_bucket_catalog(settings)
    assert "ret@" not in str(refused.value)
