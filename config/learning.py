"""Settings of learned boilerplate, and an analyst's decisions on single lines.

The decisions are in `boilerplate.toml` in the warehouse's folder. There they apply to every run,
whatever folder it is started from:

    ["Harbour Courier"]                     # a value of the column `source` of `boilerplate`
    keep = ["What we know so far"]          # never removed
    drop = ["Sign up for our newsletter."]  # always removed
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from config.errors import BroadsheetError
from config.section import Section

OVERRIDES = "boilerplate.toml"
# The texts that fewer articles share may belong to the story itself.
LEAST_ARTICLES = 20


class StoriesSettings(Section):
    """Bounds of the search for copies among all articles."""

    days: Annotated[int, Field(ge=0, le=3_660)]


class LearnSettings(Section):
    """Thresholds from which a recurring line is boilerplate (section `[learn]`)."""

    remove: bool
    stories: Annotated[int, Field(ge=LEAST_ARTICLES)]
    source_articles: Annotated[int, Field(ge=LEAST_ARTICLES)]
    line_articles: Annotated[int, Field(ge=2)]
    line_days: Annotated[int, Field(ge=1)]
    share: Annotated[float, Field(gt=0, le=1)]
    half_life: Annotated[float, Field(gt=0)]


def _one_line(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty")
    return " ".join(text.split())


Lines = tuple[Annotated[str, AfterValidator(_one_line)], ...]


class Overrides(Section):
    """Lines of one source that are never removed, and lines that are always removed."""

    keep: Lines = ()
    drop: Lines = ()

    @property
    def states(self) -> dict[str, Literal["kept", "dropped"]]:
        """Return the decision for each line; a line in both lists is kept."""
        return {**dict.fromkeys(self.drop, "dropped"), **dict.fromkeys(self.keep, "kept")}


def load_overrides(warehouse: Path) -> dict[str, Overrides]:
    """Return the decisions in a warehouse's `boilerplate.toml`, by source.

    Returns:
        The decisions; {} if there is no such file.

    Raises:
        BroadsheetError: the file cannot be read, or an entry is refused; the message names it.
    """
    path = warehouse / OVERRIDES
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        return TypeAdapter(dict[str, Overrides]).validate_python(content)
    except OSError as error:
        raise BroadsheetError(f"Cannot read {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BroadsheetError(f"{path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        raise BroadsheetError(_explain(error, path)) from error


def _explain(error: ValidationError, path: Path) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].replace("tuple", "list")  # TOML's word for it
    return (
        f"{path} is refused at {place}: {problem}; write a source's name in brackets, and "
        'below it keep = ["a line", …] or drop = ["a line", …].'
    )
