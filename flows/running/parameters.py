"""Types of the flows' parameters: what the run form shows, and what is refused before a run starts.

The descriptions on the form are the `Args:` of the flows.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Day = Annotated[date, Field(json_schema_extra={"pattern": r"^\d{4}-\d{2}-\d{2}$"})]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(max_length=10_000)]
Place = Annotated[str, Field(min_length=1, max_length=4096)]
Places = Annotated[list[Place], Field(min_length=1, max_length=10_000)]
Workers = Annotated[int, Field(ge=1, le=1024)]
Limit = Annotated[int, Field(ge=1, le=1_000_000_000)]
IfLocked = Literal["wait", "cancel"]


def absolute(path: Path) -> Path:
    """Returns the path as a flow's parameter must be: the command line knows relative ones, too."""
    return path.expanduser().absolute()


def _require_absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("it must be an absolute path: a flow run has no folder of its own")
    return path


# The form refuses what does not match before a run begins, with 409.
_AbsolutePath = Annotated[
    Path, AfterValidator(_require_absolute), Field(json_schema_extra={"pattern": "^/"})
]
Folder = _AbsolutePath
File = _AbsolutePath

_Column = Annotated[str, Field(min_length=1, max_length=200)]


class Columns(BaseModel):
    """Of rows (CSV, JSON, Parquet): which column holds a field; empty: the usual names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: _Column | None = None
    title: _Column | None = None
    text: _Column | None = None
    html: _Column | None = None
    published: _Column | None = None
    modified: _Column | None = None
    authors: _Column | None = None
    publication: _Column | None = None
    language: _Column | None = None
    description: _Column | None = None
    section: _Column | None = None
    keywords: _Column | None = None
    image_url: _Column | None = None

    def chosen(self) -> tuple[tuple[str, str], ...]:
        """(Our field, their column) of those that are named."""
        return tuple(self.model_dump(exclude_none=True).items())
