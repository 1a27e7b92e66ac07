"""Data sets that have a story in each file, or several tables in an archive."""

import csv
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cases.data_sets.items import Item

POUNDS = "It costs \xa35m, they said."
README = b"""Stories of Varnhaven's broadcaster about business, sport and technology.

If you make use of the stories, please cite the paper that describes them. All rights in the content
of the original articles are owned by the broadcaster.
"""
TOPICS = (
    "acq alum barley bop carcass castor-oil cocoa coconut coffee copper corn cotton cpi cpu crude "
    "dfl dlr dmk earn fuel gas gnp gold grain groundnut heat hog housing"
)
DOCUMENT_TYPE = b"""<!-- The type of these documents -->
<!ELEMENT LEWIS    - - (REUTERS+)>
<!ELEMENT REUTERS  - - (DATE, TOPICS, PLACES, TEXT)>
<!ATTLIST REUTERS  TOPICS (YES|NO|BYPASS) #REQUIRED
                   NEWID  CDATA           #REQUIRED>
<!ELEMENT DATE     - - (#PCDATA)>
<!ELEMENT TOPICS   - - (D*)>
"""


def bbc(folder: Path, items: Sequence[Item]) -> None:
    """BBC News full text, as the page of its download describes it (D. Greene, 2006).

    A zip with a folder for each category; the first line of a file is the title. Some files are in
    Latin-1. `README.TXT` explains the set.
    """
    members = {"bbc/README.TXT": README}
    for item in items:
        text = "\n\n".join([item.title, *item.paragraphs, POUNDS])
        members[f"bbc/{item.label}/{item.number:03}.txt"] = f"{text}\n".encode("latin-1")
    _write_zip(folder / "bbc-fulltext.zip", members)


def fake_and_real(folder: Path, items: Sequence[Item]) -> None:
    """Fake and real news, as Kaggle shows its columns (C. Bisaillon, 2020).

    A zip with `Fake.csv` and `True.csv`: title, text, subject, date. The label is the file's name;
    dates are written as "December 31, 2017 ", with a space at the end.
    """
    members = {}
    for name in ("Fake", "True"):
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        rows.writerow(["title", "text", "subject", "date"])
        for item in items:
            if item.label == name:
                rows.writerow([item.title, item.text, "politicsNews", f"{item.day:%B %d, %Y} "])
        members[f"{name}.csv"] = out.getvalue().encode()
    _write_zip(folder / "archive.zip", members)


def cnn(folder: Path, items: Sequence[Item]) -> None:
    """CNN/DailyMail stories, as the page of their download describes them (K. Hermann, 2015).

    A tgz with files named by the hash of their address; `@highlight` stands above each highlight.
    """
    members = {}
    for item in items:
        name = hashlib.sha1(item.url.encode(), usedforsecurity=False).hexdigest()
        lines = [*item.paragraphs, "@highlight", item.label, "@highlight", item.summary]
        members[f"cnn/stories/{name}.story"] = "\n\n".join(lines).encode()
    _write_tar(folder / "cnn_stories.tgz", members)


def reuters(folder: Path, items: Sequence[Item]) -> None:
    """Reuters-21578, as its README.txt describes it (D. Lewis, 1997).

    A tar.gz of SGML files; lists of all topics and the document type stand beside them.
    """
    head = '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n'
    stories = [
        f'<REUTERS TOPICS="YES" LEWISSPLIT="TRAIN" CGISPLIT="TRAINING-SET" OLDID="{item.number}" '
        f'NEWID="{item.number}">\n<DATE>{item.day:%d-%b-%Y} 15:01:01.79</DATE>\n'
        f"<TOPICS><D>{item.label}</D></TOPICS>\n<PLACES><D>varn</D></PLACES>\n<PEOPLE></PEOPLE>\n"
        f"<TEXT>&#2;\n<TITLE>{item.title}</TITLE>\n<DATELINE>    VARNHAVEN, March 1 - "
        f"</DATELINE><BODY>{item.text}\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n"
        for item in items
    ]
    half = len(stories) // 2
    members = {
        "reut2-000.sgm": (head + "".join(stories[:half])).encode("latin-1"),
        "reut2-001.sgm": (head + "".join(stories[half:])).encode("latin-1"),
        "all-topics-strings.lc.txt": "\n".join(TOPICS.split()).encode(),
        "README.txt": README,
        "lewis.dtd": DOCUMENT_TYPE,
    }
    _write_tar(folder / "reuters21578.tar.gz", members)


def _write_zip(path: Path, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _write_tar(path: Path, members: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
