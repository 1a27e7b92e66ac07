"""Many nights over a changing site; after each the warehouse is compared with the expected state.

`python -m tests.nights.trial --seeds 20` tries many seeds and prints the differences.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.nights.night import FIRST, Desk, kill
from tests.sites.living_server import LivingSites
from tests.sites.press import Trait
from tests.sites.truth import ExpectedOutcomes, StoredAnswer, stored_answers

ANSWERS = """
    select *, cast(started_at as varchar) as started_at, cast(night as varchar) as night
    from fetches
    where kind = 'article' and outcome in ('fetched', 'unchanged')
    order by fetches.started_at
"""
VERSIONS = """
    select article_id, version, url, title, text, change_reason, locator
    from article_versions
    order by article_id, version
"""
CURRENT = """
    select article_id, count(*) as versions, count(*) filter (superseded.version is null) as current
    from article_versions
    left join superseded using (article_id, version)
    group by article_id
    having current <> 1
"""
BALANCE = """
    select n.source, cast(n.night as varchar) as night, d.* from nights as n join (
        select source, night,
            count(*) filter (outcome = 'loaded') as loaded,
            count(*) filter (outcome = 'revised') as revised,
            count(*) filter (outcome = 'duplicate') as duplicate,
            count(*) filter (outcome = 'rejected') as rejected
        from documents join (select run_id, any_value(night) as night from visits group by run_id)
            using (run_id)
        group by source, night
    ) as d using (source, night)
    where (n.loaded, n.revised, n.unchanged, n.rejected)
        <> (d.loaded, d.revised, d.duplicate, d.rejected)
        or n.fetched <> n.loaded + n.revised + n.unchanged + n.rejected + n.failed
"""


@dataclass
class Trial:
    """A number of nights over a site that is generated from a seed.

    Attributes:
        kills: the number of nights that are killed, once or twice each; these run as processes.
        traits: the peculiarities of the site.
        faults: the share of responses that are faulty.
        truth: the state that the warehouse must have, by all responses so far.
        taken: the locators of all responses that `truth` knows.
        interrupted: nights that were killed and not repeated. Of these, only addresses from lists
            that were read must be fetched in the end.
    """

    folder: Path
    seed: int
    nights: int
    _: KW_ONLY
    kills: int = 0
    traits: frozenset[Trait] = frozenset(Trait)
    publishers: int = 2
    new: int = 3
    faults: float = 0.1
    truth: ExpectedOutcomes = field(default_factory=ExpectedOutcomes, init=False)
    taken: set[str] = field(default_factory=set, init=False)
    interrupted: set[int] = field(default_factory=set, init=False)

    def run(self) -> list[str]:
        """Run all nights and return the problems of the first night that has some."""
        random = Random(self.seed)
        killed = set(random.sample(range(1, self.nights), self.kills))
        site = LivingSites(
            self.publishers,
            seed=self.seed,
            faults=self.faults,
            traits=self.traits,
            nights=self.nights,
            new=self.new,
        )
        with site:
            desk = Desk(self.folder, site)
            desk.settings["fetch"] |= {
                "retry_seconds": 0.02,
                "stall_seconds": 0.5,
                "revisit_days": [1, 2, 3, 4, 6, 8, 11, 15, 20, 26],
            }
            for night in range(self.nights):
                site.begin_night()
                is_whole = self._night(desk, site, night, random if night in killed else None)
                if not is_whole:
                    self.interrupted.add(night)
                found = list(self._problems(desk, site, is_whole=is_whole))
                if found:
                    return [f"seed {self.seed}, night {night}: {one}" for one in found]
        return []

    def _night(self, desk: Desk, site: LivingSites, night: int, random: Random | None) -> bool:
        """Run a night and return whether it ended by itself."""
        if random is None:
            desk.quick_night(night)
            return True
        for _ in range(random.choice((1, 2))):
            process = desk.start(night)
            most = len(site.requests) + random.randrange(1, 60)
            while len(site.requests) < most and process.poll() is None:
                pass
            kill(process)
        if random.random() < 0.5 and night + 1 < self.nights:
            return False  # the next night completes it
        desk.night(night)
        return True

    def _problems(self, desk: Desk, site: LivingSites, *, is_whole: bool) -> Iterator[str]:
        if not (desk.warehouse / "news.duckdb").is_file():
            return
        seen = self._seen(desk, site)
        self.truth.add_answers(seen)
        yield from self._wrong_documents(desk)
        yield from self._wrong_articles(desk, site)
        yield from (f"not one current version: {row}" for row in desk.ask(CURRENT))
        yield from (f"does not add up: {row}" for row in desk.ask(BALANCE))
        if is_whole:
            yield from self._never_fetched(desk, site)

    def _seen(self, desk: Desk, site: LivingSites) -> list[StoredAnswer]:
        rows = desk.ask(ANSWERS)
        first = datetime.combine(FIRST, datetime.min.time())
        new = [one for one in stored_answers(site, rows, first) if one.locator not in self.taken]
        self.taken.update(one.locator for one in new)
        return new

    def _wrong_documents(self, desk: Desk) -> Iterator[str]:
        rows = {row["locator"]: row for row in desk.ask("select * from documents")}
        for locator in rows.keys() - self.truth.outcomes.keys():
            yield f"a document of no fetch: {rows[locator]}"
        ids: dict[str, str] = {}
        for locator, outcome in self.truth.outcomes.items():
            sight, row = self.truth.stored_answers[locator], rows.get(locator)
            if row is None:
                yield f"{sight.url}: fetched, and not in the ledger"
            elif row["outcome"] != outcome:
                yield f"{sight.url}: expected {outcome}, found {row['outcome']} ({row['reason']})"
            elif sight.page and sight.text:
                known = ids.setdefault(sight.page.identity, row["article_id"])
                if known != row["article_id"]:
                    yield f"{sight.url}: its article has two ids"
        if len(set(ids.values())) < len(ids):
            yield "two articles have one id"

    def _wrong_articles(self, desk: Desk, site: LivingSites) -> Iterator[str]:
        stored: dict[str, list[dict[str, Any]]] = {}
        for row in desk.ask(VERSIONS):
            page = site.page_at(row["url"])
            stored.setdefault(page.identity if page else row["url"], []).append(row)
        current = {row["article_id"]: row for row in desk.ask("select * from articles")}
        for identity in stored.keys() - self.truth.lives.keys():
            yield f"{identity}: nobody served it"
        for identity, life in self.truth.lives.items():
            rows = stored.get(identity, [])
            if len(rows) != len(life.versions):
                yield f"{identity}: {len(life.versions)} versions, found {len(rows)}"
                continue
            for number, (row, sight) in enumerate(zip(rows, life.versions, strict=True), start=1):
                yield from _differences(row, sight, number)
            shown = current.get(rows[-1]["article_id"])
            if shown is None:
                yield f"{identity}: not in articles"
            elif shown["version"] != len(rows):
                yield f"{identity}: version {len(rows)} is current, found {shown['version']}"
        if len(current) != len(self.truth.lives):
            yield f"{len(self.truth.lives)} articles, found {len(current)}"

    def _never_fetched(self, desk: Desk, site: LivingSites) -> Iterator[str]:
        """Yield a problem for each listed address that was never fetched, though it is served."""
        rows = desk.ask(
            "select distinct url from fetches where kind = 'article' and attempt > 0 "
            "and (outcome in ('fetched', 'unchanged') or not passing)"
        )
        pages = (site.page_at(row["url"]) for row in rows)
        got = {page.url for page in pages if page}
        read = {
            (row["night"], row["source"])
            for row in desk.ask(
                "select cast(night as varchar) as night, source from nights where discovery = 'ok'"
            )
        }
        for night in range(site.number + 1):
            day = (FIRST + timedelta(days=night)).isoformat()
            for url in site.listed[night] - got:
                source = re.search(r"press-\d+", url)
                assert source
                if night not in self.interrupted or (day, source[0]) in read:
                    yield f"{url}: listed in night {night}, and never fetched"


def _differences(row: dict[str, Any], sight: StoredAnswer, number: int) -> Iterator[str]:
    text = sight.text
    assert text is not None
    expected = {
        "version": number,
        "title": text.title,
        "url": sight.url,
        "change_reason": "publisher" if number > 1 else None,
    }
    for name, value in expected.items():
        if row[name] != value:
            yield f"{sight.url}: version {number}: {name} {value!r}, found {row[name]!r}"
    if row["text"] not in (text.words, text.words_learned):
        difference = _differing_paragraphs(text.words, row["text"])
        yield f"{sight.url}: version {number}: text {difference}"


def _differing_paragraphs(expected: str, found: str) -> str:
    """Return a text that names the paragraphs that only one of two texts has."""
    lines = [set(text.split("\n\n")) for text in (expected, found)]
    return f"lacks {sorted(lines[0] - lines[1])}, has {sorted(lines[1] - lines[0])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--faults", type=float, default=0.1)
    parser.add_argument("--without", nargs="*", default=[], choices=list(Trait))
    given = parser.parse_args()
    traits = frozenset(Trait) - {Trait(name) for name in given.without}
    failed = 0
    for seed in range(given.first, given.first + given.seeds):
        with tempfile.TemporaryDirectory() as folder:
            trial = Trial(
                Path(folder),
                seed,
                given.nights,
                kills=given.kills,
                traits=traits,
                faults=given.faults,
            )
            problems = trial.run()
        print(
            f"seed {seed}: {len(trial.taken)} answers, {len(trial.truth.lives)} articles, "
            f"{len(problems)} problems",
            *problems[:20],
            sep="\n  ",
            flush=True,
        )
        failed += bool(problems)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
