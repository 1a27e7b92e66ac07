"""Opening the catalog of a lake in a bucket: PostgreSQL and REST, and a sentence for each fault."""

import pytest

from config.errors import UsageError
from config.settings import Settings, load_settings
from tests.bucket.service import ObjectService
from tests.service.postgres import PASSWORD, postgres
from warehouse.bucket.catalogs import CatalogError, catalog_place, open_bucket_catalog
from warehouse.lake import NAMESPACE
from warehouse.schema import RUNS


def _settings(catalog: str, **bucket: object) -> Settings:
    return load_settings(lake="s3://press/lake", bucket={"catalog": catalog, **bucket})


def test_postgresql_names_tables_in_the_bucket(
    objects: ObjectService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres() as server:
        settings = load_settings(
            lake=f"s3://{objects.bucket}/lake",
            bucket={"catalog": f"postgresql://prefect@{server.place}"},
        )
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        open_bucket_catalog(settings).create_namespace(NAMESPACE)
        made = open_bucket_catalog(settings).create_table((NAMESPACE, "runs"), RUNS.arrow)
        found = open_bucket_catalog(settings).load_table((NAMESPACE, "runs"))
        assert found.metadata == made.metadata
        assert found.metadata_location.startswith(settings.lake)
        monkeypatch.setenv("PGPASSWORD", "wrong-secret")
        with pytest.raises(CatalogError, match="password authentication failed") as error:
            open_bucket_catalog(settings)
        assert "wrong-secret" not in str(error.value)
        assert str(error.value).count("\n") == 0


@pytest.mark.parametrize("scheme", ["postgresql", "http"])
def test_a_catalog_that_does_not_answer_is_named_without_its_password(scheme: str) -> None:
    secret = "ida:wrong-secret@" if scheme == "postgresql" else ""
    with pytest.raises(CatalogError, match=r"127\.0\.0\.1:9.* did not answer") as error:
        open_bucket_catalog(_settings(f"{scheme}://{secret}127.0.0.1:9/lake"))
    assert "wrong-secret" not in str(error.value)
    assert str(error.value).count("\n") == 0


@pytest.mark.parametrize(
    ("catalog", "message"),
    [
        ("", "has no catalog: set bucket.catalog"),
        ("mysql://ida:wrong-secret@db/lake", r"no address of a catalog \(mysql://ida@db/lake\)"),
        ("https://ida:wrong-secret@db/lake", "set BROADSHEET_CATALOG_TOKEN instead"),
        ("postgresql://ida:wrong-secret@db:port/lake", "no address such as"),
    ],
)
def test_an_address_that_is_no_catalog_is_refused(catalog: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        open_bucket_catalog(_settings(catalog))
    assert "wrong-secret" not in str(error.value)


def test_the_place_of_a_catalog_has_no_secrets() -> None:
    place = catalog_place("postgresql://ida:secret@db:5432/lake?password=secret&sslmode=require")
    assert place == "postgresql://ida@db:5432/lake"
