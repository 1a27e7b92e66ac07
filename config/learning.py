"""How boilerplate is learned: the bounds, and what an analyst says of single lines.

What is said stands in `boilerplate.toml` in the warehouse's folder, beside the tables that it is
about, so that it holds whatever folder a run is started from:

    ["Harbour Courier"]                     # as in the column `source` of the table `boilerplate`
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
# With fewer articles what they share may be the story itself.
LEAST_ARTICLES = 20


class LearnSettings(Section):
    """From when on a line that recurs is boilerplate."""

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
    """Lines of one source that are never removed, and lines that always are."""

    keep: Lines = ()
    drop: Lines = ()

    @property
    def states(self) -> dict[str, Literal["kept", "dropped"]]:
        """By line; one that is named as both is kept."""
        return {**dict.fromkeys(self.drop, "dropped"), **dict.fromkeys(self.keep, "kept")}


def load_overrides(warehouse: Path) -> dict[str, Overrides]:
    """What `boilerplate.toml` of a warehouse says, by source; {} where there is none.

    Raises:
        BroadsheetError: the file cannot be read, or an entry is refused; names it and the key.
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
    said = first["msg"].replace("tuple", "list")  # as TOML calls it
    return (
        f"{path} is refused at {place}: {said}; write a source's name in brackets, and "
        'below it keep = ["a line", …] or drop = ["a line", …].'
    )
