"""A program that takes the picture of docs/report.png: `python -m tests.report.pictures WAREHOUSE`.

The warehouse is that of `broadsheet demo`.
"""

import sys
from pathlib import Path

from config.settings import load_settings
from tasks.report.corpus_report import ReportRequest, make_report
from tests.service.browser import chromium, launched

PICTURE = Path(__file__).parents[2] / "docs" / "report.png"
SIZE = {"width": 880, "height": 1540}


def main() -> None:
    report = make_report(ReportRequest(), load_settings(warehouse=Path(sys.argv[1])))
    with launched(chromium()) as browser:
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(report.as_uri())
        page.screenshot(path=PICTURE)
    print(PICTURE, PICTURE.stat().st_size)


if __name__ == "__main__":
    main()
