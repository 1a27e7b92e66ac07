"""A generator of articles with planted copies, of which the truth is known.

Texts are made of invented words with the frequencies of real ones (Zipf), so that unrelated texts
share short phrases, and of names and figures that belong to a story.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SYLLABLES = "ba be bi bo da de du fa fe ga go ha ka ke ki la le li lo ma me mi na ne no".split()
VOCABULARY = 6_000
FIRST_DAY = date(2025, 3, 1)
KINDS = ("introduced", "cut", "edited", "extended")
# Phrases that unrelated texts share.
PHRASES = (
    "the minister said in a statement on the occasion that no further comment would be made",
    "police are asking anyone who saw what happened to call the station in the old town",
    "this article was first published in the morning edition and has been amended since then",
)
FORMULA = (
    "{name} is issuing a {figure} mln crown bond due in {year} paying {rate} pct and priced at "
    "par, lead manager {other} said. The bond comes in denominations of 5,000 crowns and will be "
    "listed in {place}. The payment date is {day} and interest is paid once a year. Fees are {fee} "
    "pct with {part} pct for management and the rest for the selling concession. Co-leads are "
    "{first} and {second}."
)


@dataclass(frozen=True, slots=True)
class Planted:
    """An article and its truth: the story that it tells, and how it was made."""

    name: str
    story: str
    kind: str
    text: str
    day: date


class Planter:
    """Plants stories and their copies, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        words = {self._word() for _ in range(2 * VOCABULARY)}
        self.words = sorted(words)[:VOCABULARY]
        self.random.shuffle(self.words)
        total = 0.0
        self.weights = [total := total + 1 / (rank + 3) for rank in range(len(self.words))]

    def _word(self) -> str:
        return "".join(self.random.choices(SYLLABLES, k=self.random.randint(1, 4)))

    def name(self) -> str:
        return self._word().capitalize() + self.random.choice("nrstl")

    def figure(self) -> str:
        return f"{self.random.randint(2, 99)},{self.random.randint(100, 999)}"

    def paragraph(self, words: int, facts: list[str]) -> str:
        """A paragraph of about so many words, some of which are the story's facts."""
        made: list[str] = []
        while len(made) < words:
            size = self.random.randint(7, 18)
            sentence = self.random.choices(self.words, cum_weights=self.weights, k=size)
            for _ in range(2):
                sentence[self.random.randrange(size)] = self.random.choice(facts)
            made += [sentence[0].capitalize(), *sentence[1:-1], f"{sentence[-1]}."]
        return " ".join(made)

    def paragraphs(self, words: int, facts: list[str] | None = None) -> list[str]:
        known = facts or [*(self.name() for _ in range(8)), *(self.figure() for _ in range(6))]
        made = []
        while sum(len(one.split()) for one in made) < words:
            made.append(self.paragraph(self.random.randint(20, 60), known))
        if self.random.random() < 0.3:
            made.insert(self.random.randrange(len(made) + 1), self.random.choice(PHRASES))
        return made

    def edited(self, text: str, share: float) -> str:
        """The text with a share of its words replaced, each alone."""
        words = text.split(" ")
        for index in range(len(words)):
            if "\n" not in words[index] and self.random.random() < share:
                words[index] = self.random.choice(self.words)
        return " ".join(words)

    def copy(self, kind: str, text: str) -> str:
        """A copy of one kind; of a text without one, such as a notice, an equal copy."""
        words = len(text.split())
        blocks = text.split("\n\n")
        if kind == "introduced":
            return "\n\n".join([*self.paragraphs(max(25, words // 5)), *blocks])
        if kind == "cut":
            return "\n\n".join(blocks[: max(1, round(len(blocks) * self.random.uniform(0.6, 0.9)))])
        if kind == "edited":
            return self.edited(text, self.random.uniform(0.02, 0.08))
        if kind == "extended":
            own = self.paragraphs(int(words * self.random.uniform(0.5, 2.0)))
            return "\n\n".join([*blocks, *own])
        return text

    def roundup(self, texts: list[str]) -> str:
        return "\n\n".join([*self.paragraphs(25), *texts])

    def notice(self) -> str:
        return FORMULA.format(
            **{key: self.name() for key in ("name", "other", "place", "first", "second")},
            **{key: self.figure() for key in ("figure", "rate", "fee", "part")},
            year=self.random.randint(1990, 2010),
            day=f"{self.name()} {self.random.randint(1, 30)}",
        )


def planted(articles: int, seed: int = 1, days: int = 30) -> Iterator[Planted]:
    """Yield about so many articles: a third are alone, others have copies, a few are notices."""
    planter = Planter(seed)
    recent: list[str] = []
    made = number = 0
    while made < articles:
        number += 1
        story = f"story-{number}"
        day = FIRST_DAY + timedelta(days=planter.random.randrange(days))
        if number % 25 == 0:
            yield Planted(story, story, "notice", planter.notice(), day)
            made += 1
            continue
        text = "\n\n".join(planter.paragraphs(planter.random.choice((35, 70, 120, 250, 400, 700))))
        yield Planted(story, story, "original", text, day)
        made += 1
        recent = [*recent[-20:], text]
        for copy in range(planter.random.choice((0, 0, 1, 2, 4))):
            kind = planter.random.choice(KINDS)
            later = day + timedelta(days=planter.random.randrange(3))
            copied = planter.copy(kind, text)
            yield Planted(f"{story}-copy-{copy}", story, kind, copied, later)
            made += 1
        if number % 40 == 0:
            some = planter.random.sample(recent, min(4, len(recent)))
            yield Planted(
                f"roundup-{number}", f"roundup-{number}", "roundup", planter.roundup(some), day
            )
            made += 1
