"""The settings of publication, of the search index, of retention, and of compaction.

They are isolated here because `config/settings.py` has no room for more sections.
"""

from typing import Annotated

from pydantic import Field

from config.section import Section


class CompactSettings(Section):
    """The time that a night may spend on compaction, and when compaction pays.

    Attributes:
        seconds: time after which no further file is written; 0 if nights do not compact.
        files: the number of files of the present month from which on they are merged.
    """

    seconds: Annotated[float, Field(ge=0)]
    files: Annotated[int, Field(ge=2)]


class PublishSettings(Section):
    """Contents of the published file, and the time for which old files are kept."""

    latest_days: Annotated[int, Field(gt=0)]
    grace_days: Annotated[int, Field(ge=1)]
    free_bytes: Annotated[int, Field(ge=0)]
    report: bool
    report_port: Annotated[int, Field(ge=0, le=65_535)]


class SearchSettings(Section):
    """The full-text index that is published with the tables.

    Attributes:
        index: whether there is one.
        memory_bytes: memory for articles that are not written yet.
    """

    index: bool
    memory_bytes: Annotated[int, Field(ge=15_000_000, le=4_000_000_000)]


MOST_DAYS = 36_500


class RetentionSettings(Section):
    """The ages at which `broadsheet prune` reduces texts and removes WARC files; 0: never."""

    text_days: Annotated[int, Field(ge=0, le=MOST_DAYS)]
    raw_days: Annotated[int, Field(ge=0, le=MOST_DAYS)]
