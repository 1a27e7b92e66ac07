"""The quality flags that metadata can raise; the documentation is made from this table."""

from typing import Final

METADATA_FLAGS: Final[dict[str, str]] = {
    "broken_jsonld": "A JSON-LD block of the page is not JSON, even after mending.",
    "date_ambiguous": "Day and month of the only date may change places (05/10/2022).",
    "date_conflict": "Declared publication dates or the URL's differ by more than a day.",
    "date_future": "A declared publication date lies after the fetch and was not believed.",
    "date_unparsable": "A declared publication date could not be read.",
}
