"""The stories and addresses of the publishers of `living`, made from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from tests.sites.living import REFRAIN, Page, Story, Text, Validators, morning


class Trait(StrEnum):
    """A peculiarity that a site may have."""

    TRACKING = "tracking"  # feeds add parameters to addresses, different ones every night
    CHANGES = "changes"
    VALIDATORS = "validators"
    VARIANTS = "variants"  # print, mobile and AMP versions, with a canonical and without
    SECOND_PAGES = "second_pages"  # second pages of stories, whose canonical is the first page
    CARELESS = "careless"  # stories whose canonical is the section
    SPELLINGS = (
        "spellings"  # spellings of an address: port, fragment, percent-encoding, dot segments
    )
    LAG = "lag"
    WALLS = "walls"
    DETOURS = "detours"  # a redirect to a wall for a night
    MOVES = "moves"
    LOSSES = "losses"
    REFRAIN = "refrain"
    COUNTERS = "counters"  # numbers of comments within the article


TRACKING = ("utm_source", "utm_medium", "fbclid", "gclid", "mc_cid", "_ga", "at_medium")
HONEST = (Validators.NONE, Validators.ETAG, Validators.WEAK, Validators.MODIFIED, Validators.BOTH)


@dataclass(frozen=True, slots=True)
class Press:
    """The traits of one publisher, from which its pages are made.

    Attributes:
        nights: length of the trial; nothing is planned for later.
    """

    host: str
    first_number: int
    traits: frozenset[Trait]
    nights: int

    def pages(self, number: int, night: int, random: Random) -> list[Page]:
        """Return the pages at all addresses of a story that is published on a night."""
        number += self.first_number
        one = self._story(number, night, random)
        plain = self._plain(one, random)
        others = list(self._variants(plain, random)) if Trait.VARIANTS in self.traits else []
        if Trait.SECOND_PAGES in self.traits and random.random() < 0.2:
            others.append(self._second_page(plain, random))
        for page in (plain, *others):
            self._plan_later_nights(page, random)
        if Trait.MOVES in self.traits and random.random() < 0.15:
            others.append(self._moved(plain, random))
        return [plain, *others]

    def _story(self, number: int, night: int, random: Random) -> Story:
        refrain = REFRAIN.format(host=self.host) if Trait.REFRAIN in self.traits else ""
        text = Text(number * 100, f"District {number * 100} decides", refrain=refrain)
        life = [(night, text)]
        changes = random.choice((0, 0, 1, 1, 2, 3)) if Trait.CHANGES in self.traits else 0
        for _ in range(changes):
            night += random.choice((1, 1, 2, 3, 5, 8))
            text = _changed(text, [past for _, past in life], random)
            if text != life[-1][1]:
                life.append((night, text))
        return Story(number, life[0][0], tuple(life))

    def _plain(self, one: Story, random: Random) -> Page:
        name = "café-at-the" if Trait.SPELLINGS in self.traits and one.number % 3 == 0 else "at-the"
        path = f"/{morning(one.born):%Y/%m/%d}/{name}-district-{one.number}"
        path = path.replace("é", "%C3%A9")
        page = Page(self.host, path, one, f"http://{self.host}{path}")
        page.canonical = random.choice((page.url, page.url, None))
        if Trait.CARELESS in self.traits and random.random() < 0.3:
            page.canonical = f"http://{self.host}/news/"
        page.validators, page.has_furniture = self._validators(random), random.random() < 0.5
        page.has_counter = Trait.COUNTERS in self.traits and random.random() < 0.3
        return page

    def _validators(self, random: Random) -> Validators:
        if Trait.VALIDATORS not in self.traits:
            return random.choice(HONEST[:2])
        return random.choice((*HONEST, *Validators))

    def _variants(self, plain: Page, random: Random) -> Iterator[Page]:
        folder, _, leaf = plain.path.rpartition("/")
        kinds = {
            (self.host, f"/print{plain.path}"),
            (self.host, f"{plain.path}/amp"),
            (f"m.{self.host}", plain.path),
            (self.host, f"{folder}/{leaf}?view=print"),
        }
        for host, path in random.sample(sorted(kinds), random.choice((0, 0, 1, 1, 2))):
            has_canonical = plain.canonical == plain.url and random.random() < 0.6
            yield Page(
                host,
                path,
                plain.story,
                plain.url if has_canonical else f"http://{host}{path}",
                plain.url if has_canonical else None,
                self._validators(random),
                random.random() < 0.5,
                random.choice((0, 0, 1, 2)) if Trait.LAG in self.traits else 0,
            )

    def _second_page(self, plain: Page, random: Random) -> Page:
        other = Text(plain.story.number * 100 + 50, plain.story.life[0][1].title)
        path = f"{plain.path}?page=2"
        one = replace(plain.story, life=((plain.story.born, other),))
        url = f"http://{self.host}{path}"
        return Page(self.host, path, one, url, plain.url, self._validators(random))

    def _plan_later_nights(self, page: Page, random: Random) -> None:
        """Plan what happens to an address in later nights."""
        later = range(page.story.born + 1, self.nights)
        nights = random.sample(later, min(2, len(later)))
        if Trait.WALLS in self.traits and random.random() < 0.15:
            page.walled = frozenset(nights)
        if Trait.DETOURS in self.traits and random.random() < 0.15:
            page.detoured = frozenset(nights)
        if Trait.LOSSES in self.traits and nights and random.random() < 0.15:
            page.gone = (nights[0], random.choice((404, 410)))
        if random.random() < 0.3:
            page.listed_until = page.story.born + random.choice((0, 1, 2, 4))

    def _moved(self, plain: Page, random: Random) -> Page:
        night = plain.story.born + random.choice((1, 2, 4))
        page = Page(self.host, f"/moved{plain.path}", plain.story, "", None)
        page.identity = page.url
        page.canonical = random.choice((page.url, None))
        # The page is reached by two addresses, so an unreliable validator would confirm two
        # different stored answers.
        page.validators = random.choice(HONEST)
        plain.moved = (night, page.url)
        return page


def _changed(text: Text, past: list[Text], random: Random) -> Text:
    kind = random.choice(("rewrite", "word", "title", "note", "back", "back"))
    if kind == "rewrite":
        return replace(text, number=text.number + 1)
    if kind == "word":
        return replace(text, word="panel" if text.word == "committee" else "committee")
    if kind == "title":
        return replace(text, title=f"{text.title} again")
    if kind == "note":
        note = f"Correction: an earlier report gave district {text.number} the wrong harbour."
        return replace(text, note="" if text.note else note)
    return past[-2] if len(past) > 1 else replace(text, number=text.number + 1)


def tracked(url: str, random: Random) -> str:
    """Return an address with tracking parameters, as a feed lists it tonight."""
    names = random.sample(TRACKING, random.choice((0, 1, 1, 2)))
    added = "&".join(f"{name}=n{random.randrange(1000)}" for name in names)
    return f"{url}{'&' if '?' in url else '?'}{added}" if added else url


def respelled(url: str, random: Random) -> str:
    """Return another spelling of the same address."""
    host = url.split("/")[2]
    return random.choice(
        (
            url,
            f"{url}#comments",
            url.replace(host, f"{host}:80"),
            url.replace(host, host.upper()),
            url.replace("%C3%A9", "%c3%a9"),
            url.replace("%C3%A9", "é"),
            url.replace("%C3%A9", "e%CC%81"),
            url.replace("/2025/", "/2025/a/../"),
        )
    )
