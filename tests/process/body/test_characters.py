import numpy as np
import pytest

from tasks.process.body.characters import DIGIT, LOWER, STOP, UPPER, Characters
from tasks.web.fingerprint import word_count


def test_characters_are_counted_per_block() -> None:
    counts = Characters(["Ab 1.", "c", "!!"]).counts
    assert counts[UPPER].tolist() == [1, 0, 0]
    assert counts[LOWER].tolist() == [1, 1, 0]
    assert counts[DIGIT].tolist() == [1, 0, 0]
    assert counts[STOP].tolist() == [1, 0, 2]


def test_first_and_last_characters_are_known() -> None:
    characters = Characters(["Ab.", "1"])
    assert characters.first.tolist() == [UPPER, DIGIT]
    assert characters.last.tolist() == [STOP, DIGIT]


@pytest.mark.parametrize(
    "text",
    [
        "The harbour council of Nordholm decided on Monday to rebuild the old ferry pier.",
        "Городской совет решил в понедельник восстановить старый паромный причал острова.",
        "قرر مجلس الميناء يوم الاثنين إعادة بناء رصيف العبارات القديم في الجزيرة",
        "港湾評議会は月曜日に古い桟橋を再建することを決定しました。",
        "港口委员会周一决定重建旧渡轮码头。",
        "สภาท่าเรือตัดสินใจเมื่อวันจันทร์ที่จะสร้างท่าเรือข้ามฟากเก่าขึ้นใหม่",
    ],
)
def test_words_are_counted_as_the_language_writes_them(text: str) -> None:
    [words] = Characters([text]).words()
    assert words == pytest.approx(word_count(text), rel=0.15)


def test_lone_surrogates_and_rare_planes_are_counted() -> None:
    characters = Characters(["\ud800", "\U0010ffff\x00", "𠮷野家"])
    assert np.all(characters.counts.sum(0) == [1, 2, 3])
