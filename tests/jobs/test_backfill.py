"""A backfill fetches the pages that a source's sitemaps date to some days, and nothing else."""

from datetime import date
from pathlib import Path

from tests.jobs.site import write_config
from tests.pipeline.command import ask, run
from tests.sites.many import ManySites


def test_only_pages_of_the_given_days_are_fetched_and_none_a_second_time(tmp_path: Path) -> None:
    with ManySites(publishers=2, articles=12, feed_items=3) as site:
        listed = tmp_path / "sources.toml"
        listed.write_text(site.sources_toml())
        config = write_config(tmp_path, site, sources=listed)
        days = ("--from", "2025-03-01", "--to", "2025-03-09")
        run("backfill", "press-00", *days, "-w", tmp_path / "w", "--config", config)
        found = ask(tmp_path / "w", "select url, published_date, source from articles")
        asked = [seen.path for seen in site.of("press-00.example")]
        run("backfill", "press-00", *days, "-w", tmp_path / "w", "--config", config)
        again = [seen.path for seen in site.of("press-00.example")][len(asked) :]
        others = site.of("press-01.example")
    assert found
    assert all(
        date(2025, 3, 1) <= date.fromisoformat(r["published_date"]) <= date(2025, 3, 9)
        for r in found
    )
    assert {row["source"] for row in found} == {"press-00"}
    assert "/feed.xml" not in asked
    assert not others
    assert not [
        path
        for path in again
        if path in {row["url"][len("http://press-00.example") :] for row in found}
    ]
    assert ask(tmp_path / "w", "select count(*) as n from nights") == [{"n": 0}]


def test_a_backfill_without_days_is_wrong_usage(tmp_path: Path) -> None:
    refused = run("backfill", "press-00", "-w", tmp_path / "w", status=2)
    assert "--from" in refused.stderr
