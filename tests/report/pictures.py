"""A program that takes the pictures of the report for README.md and docs/report.md.

`python -m tests.report.pictures WAREHOUSE` takes all of them again; the warehouse is that of
`broadsheet demo`, and the browser is the machine's chromium. Each picture is below 300 kB.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.settings import load_settings
from tasks.report.corpus_report import ReportRequest, make_report
from tests.service.browser import chromium, launched

DOCS = Path(__file__).parents[2] / "docs"
MARGIN = 24


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the report.

    Attributes:
        path: its place in docs/.
        size: that of the window.
        section: the key of the only section to show; "": the beginning of the page.
    """

    path: str
    size: tuple[int, int]
    scheme: Literal["light", "dark"] = "light"
    section: str = ""


PICTURES = (
    Picture("report.png", (880, 1540)),
    Picture("images/report-stories.png", (880, 900), section="stories"),
    Picture("images/report-phone.png", (390, 800), "dark"),
)


def main() -> None:
    report = make_report(ReportRequest(), load_settings(warehouse=Path(sys.argv[1])))
    with launched(chromium()) as browser:
        for picture in PICTURES:
            width, height = picture.size
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=picture.scheme
            )
            page.goto(report.as_uri())
            path = DOCS / picture.path
            if picture.section:
                box = page.locator(f"#{picture.section}").bounding_box()
                assert box
                margins = {"x": box["x"] - MARGIN, "y": box["y"] - MARGIN}
                sides = {"width": box["width"] + 2 * MARGIN, "height": box["height"] + MARGIN}
                page.screenshot(path=path, full_page=True, clip=margins | sides)  # type: ignore[arg-type]
            else:
                page.screenshot(path=path)
            page.close()
            print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
