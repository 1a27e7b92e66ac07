from dataclasses import fields
from pathlib import Path

from tasks.records import Article
from warehouse.schema import ARTICLE_VERSIONS, PROCESSED
from warehouse.statements import FOLDER, statement

BY_PROCESS = {column.name for column in ARTICLE_VERSIONS if column.origin == "process"}
# Fields of the record that resolving turns into columns, or into rows of other tables.
NOT_COLUMNS = {
    *("position", "bytes", "publication", "article_id", "date_candidates", "readings"),
    *("links", "images"),
    *("agencies", "fingerprints", "fingerprint_rate", "shingles"),
}


def test_every_column_from_processing_is_a_field_of_the_record() -> None:
    assert {field.name for field in fields(Article)} - NOT_COLUMNS == BY_PROCESS


def test_every_other_column_is_filled_by_the_statement_of_new_versions() -> None:
    others = {column.name for column in ARTICLE_VERSIONS} - BY_PROCESS
    text = statement("new_versions") + statement("contents")
    assert not [name for name in others if name not in text]


def test_the_record_of_a_document_has_every_column_that_a_part_file_has() -> None:
    assert set(PROCESSED.names) >= BY_PROCESS


def test_every_statement_has_a_name_of_its_own() -> None:
    names = [path.stem for path in FOLDER.rglob("*.sql")]
    assert len(names) == len(set(names))
    assert {path.parent.parent for path in FOLDER.rglob("*.sql")} == {Path(FOLDER)}
