"""Dates as they are written in many languages, scripts and calendars."""

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.process.metadata.dates.calendars import persian_day
from tasks.process.metadata.dates.labels import label_of
from tasks.process.metadata.dates.written import Reading, find_dates, read_whole
from tasks.web.months import MONTH_NAMES, PERSIAN_NAMES, fold_name, month_number
from tests.process.metadata.pages import metadata_of, published

FIFTH = date(2024, 3, 5)
WRITTEN = [
    # Russian, Ukrainian, Bulgarian, Serbian
    "5 марта 2024",
    "5 марта 2024 г.",
    "5 марта 2024 года",
    "5 МАРТА 2024",
    "05 мар. 2024",
    "5 березня 2024",
    "5 березня 2024 р.",
    "5 березень 2024",
    "5 бер. 2024",
    "вівторок, 5 березня 2024 року",
    "5 март 2024 г.",
    "5. марта 2024.",
    # Vietnamese
    "ngày 5 tháng 3 năm 2024",
    "Ngày 05 tháng 03 năm 2024",
    "5 tháng 3, 2024",
    "5 Tháng Ba, 2024",
    "Tháng Ba 5, 2024",
    "05-03-2024",
    "Thứ ba, 5/3/2024",
    # Hindi, with both kinds of digits
    "5 मार्च 2024",
    "५ मार्च २०२४",
    "मंगलवार, 5 मार्च 2024",
    "मार्च 5, 2024",
    "05 Mar 2024",
    # Thai: Buddhist years
    "5 มีนาคม 2567",
    "๕ มีนาคม ๒๕๖๗",
    "5 มี.ค. 2567",
    "5 มี.ค. 67",
    "5มีนาคม2567",
    "วันอังคารที่ 5 มีนาคม พ.ศ. 2567",
    "5 มีนาคม 2024",
    "5/3/2567",
    # Arabic: Egypt and the Gulf, Levant, Maghreb
    "5 مارس 2024",
    "٥ مارس ٢٠٢٤",
    "الثلاثاء 5 مارس 2024",
    "5 مارس، 2024",
    "مارس 5, 2024",
    "٥ آذار ٢٠٢٤",
    "5 آذار/مارس 2024",
    "5 آذار (مارس) 2024",
    # Persian, in both calendars
    "۱۵ اسفند ۱۴۰۲",
    "سه‌شنبه ۱۵ اسفند ۱۴۰۲",
    "15 اسفند 1402",
    "۱۴۰۲/۱۲/۱۵",
    "1402/12/15",
    "۵ مارس ۲۰۲۴",
    # Hebrew
    "5 במרץ 2024",
    "5 מרץ 2024",
    "5 במרס, 2024",
    # Greek
    "5 Μαρτίου 2024",
    "5 ΜΑΡΤΙΟΥ 2024",
    "Τρίτη, 5 Μαρτίου 2024",
    "5 Μάρτιος 2024",
    "05 Μαρ 2024",
    "5 Μαρ. 2024",
    # Lithuanian, Latvian, Estonian
    "2024 m. kovo 5 d.",
    "2024 m. kovo 5",
    "kovo 5, 2024",
    "2024. gada 5. marts",
    "2024. gada 5. martā",
    "5. marts 2024",
    "5. märts 2024",
    "2024. aasta 5. märts",
    # Croatian, Slovak, Slovenian
    "5. ožujka 2024.",
    "5. ožujak 2024.",
    "utorak, 5. ožujka 2024.",
    "5. marca 2024",
    "5. marec 2024",
    "utorok 5. marca 2024",
    "5. 3. 2024",
]  # fmt: skip


@pytest.mark.parametrize("raw", WRITTEN)
def test_a_written_date_is_read_alone_and_in_a_text(raw: str) -> None:
    reading = Reading(order="day_first")
    written = read_whole(raw, reading)
    assert written is not None
    assert (written.day, written.precision) == (FIFTH, "day")
    text = f"Ada Brook | {raw} | "
    found = [(text[at : at + len(part)], one.day) for at, part, one in find_dates(text, reading)]
    assert [day for _, day in found] == [FIFTH]
    assert found[0][0] in raw


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("5 كانون الثاني 2024", date(2024, 1, 5)),
        ("5 كانون الأول 2024", date(2024, 12, 5)),
        ("5 تشرين الأول 2024", date(2024, 10, 5)),
        ("5 تشرين الثاني/نوفمبر 2024", date(2024, 11, 5)),
        ("5 آب 2024", date(2024, 8, 5)),
        ("5 جانفي 2024", date(2024, 1, 5)),
        ("5 فيفري 2024", date(2024, 2, 5)),
        ("5 أوت 2024", date(2024, 8, 5)),
        ("5 غشت 2024", date(2024, 8, 5)),
        ("5 ابريل 2024", date(2024, 4, 5)),
        ("5 إبريل 2024", date(2024, 4, 5)),
        ("۵ دی ۱۴۰۳", date(2024, 12, 25)),
        ("30 اسفند 1403", date(2025, 3, 20)),
        ("1 فروردین 1403", date(2024, 3, 20)),
        ("5 พฤษภาคม 2567", date(2024, 5, 5)),
        ("29 กุมภาพันธ์ 2567", date(2024, 2, 29)),
        ("5 ม.ค. 2567", date(2024, 1, 5)),
        ("5 มิ.ย. 2567", date(2024, 6, 5)),
        ("5 Tháng Mười Hai, 2024", date(2024, 12, 5)),
        ("5 Tháng Mười, 2024", date(2024, 10, 5)),
        ("5 Μαΐου 2024", date(2024, 5, 5)),
        ("5 Μάι 2024", date(2024, 5, 5)),
        ("5 мая 2024", date(2024, 5, 5)),
        ("5 травня 2024", date(2024, 5, 5)),
        ("5. travnja 2024.", date(2024, 4, 5)),
        ("5. srpnja 2024.", date(2024, 7, 5)),
        ("5. srpna 2024", date(2024, 8, 5)),
        ("5. října 2024", date(2024, 10, 5)),
        ("5 फ़रवरी 2024", date(2024, 2, 5)),
        ("5 दिसंबर 2024", date(2024, 12, 5)),
        ("2024 m. gruodžio 31 d.", date(2024, 12, 31)),
        ("2024. gada 31. decembris", date(2024, 12, 31)),
        ("31. detsember 2024", date(2024, 12, 31)),
        ("31 december 2024", date(2024, 12, 31)),
    ],
)
def test_months_with_similar_names_are_not_confused(raw: str, day: date) -> None:
    written = read_whole(raw, Reading(order="day_first"))
    assert written is not None
    assert written.day == day


@pytest.mark.parametrize(
    ("raw", "language", "month"),
    [
        ("5 listopada 2024", "pl", 11),
        ("5 listopada 2024", "", 11),
        ("5. listopada 2024.", "hr", 10),
        ("5. listopada 2024.", "", 10),
        ("5. listopadu 2024", "cs", 11),
        ("5. listopad 2024.", "hr", 10),
        ("5 listopad 2024", "pl", 11),
    ],
)
def test_listopad_is_october_in_croatian_and_november_elsewhere(
    raw: str, language: str, month: int
) -> None:
    written = read_whole(raw, Reading(language=language))
    assert written is not None
    assert written.day == date(2024, month, 5)


def test_no_name_of_the_table_has_two_meanings() -> None:
    for names in (MONTH_NAMES, PERSIAN_NAMES):
        months: dict[str, set[int]] = {}
        for line in names.strip().splitlines():
            for number, alternatives in enumerate(line.split(), 1):
                for name in alternatives.split("/"):
                    months.setdefault(fold_name(name), set()).add(number)
        assert not [name for name, numbers in months.items() if len(numbers) > 1]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_month_names_are_found_in_any_case_and_form(form: str) -> None:
    for name, number in (("Août", 8), ("МАЯ", 5), ("Ιούλιος", 7), ("KASIM", 11), ("सितंबर", 9)):
        assert month_number(unicodedata.normalize(form, name)) == number


@pytest.mark.parametrize(
    "raw",
    [
        "5 March 1402",  # a year of the Middle Ages, not of the Persian calendar
        "31 اسفند 1402",
        "30 اسفند 1402",  # no leap year
        "32 มีนาคม 2567",
        "13 tháng 13, 2024",
        "5 آذار الثاني 2024",
    ],
)
def test_a_day_that_no_calendar_has_is_not_read(raw: str) -> None:
    assert read_whole(raw, Reading(order="day_first")) is None


def test_only_thai_dates_have_buddhist_years() -> None:
    written = read_whole("5 March 2567", Reading())
    assert written is not None
    assert written.day == date(2567, 3, 5)


@given(st.dates(min_value=date(1921, 3, 21), max_value=date(2060, 1, 1)))
def test_each_day_has_one_persian_date(day: date) -> None:
    """Compare with a simple count of days from the new year, which is on 20 to 22 March."""
    year = day.year - 621
    starts = persian_day(year, 1, 1)
    assert starts is not None
    year -= day < starts
    start = persian_day(year, 1, 1)
    assert start is not None
    assert (start.month, 20 <= start.day <= 22) == (3, True)
    ordinal = (day - start).days
    month, rest = divmod(ordinal, 31) if ordinal < 186 else divmod(ordinal - 186, 30)
    month += 1 if ordinal < 186 else 7
    assert persian_day(year, month, rest + 1) == day


@pytest.mark.parametrize(
    ("raw", "clock"),
    [
        ("5 марта 2024 г., 10:30 MSK", (7, 30)),
        ("Thứ ba, 5/3/2024, 10:30 (GMT+7)", (3, 30)),
        ("5 березня 2024 р. о 10:30 UTC", (10, 30)),
        ("2024 m. kovo 5 d. 10:30 UTC", (10, 30)),
        ("5 มีนาคม 2567 เวลา 10:30 น. UTC", None),
        ("5 มีนาคม 2567 เวลา 10:30 UTC", (10, 30)),
        ("5 مارس 2024 10:30 م UTC", (22, 30)),
        ("۱۵ اسفند ۱۴۰۲ - ۱۰:۳۰ ب.ظ UTC", (22, 30)),
        ("5 Μαρτίου 2024, 10:30 μ.μ. UTC", (22, 30)),
    ],
)
def test_the_time_after_a_date_of_any_script_is_read(
    raw: str, clock: tuple[int, int] | None
) -> None:
    ((_, _, written),) = find_dates(raw, Reading(order="day_first"))
    assert written.day == FIFTH
    assert written.instant == (datetime(2024, 3, 5, *clock, tzinfo=UTC) if clock else None)


@pytest.mark.parametrize(
    "label",
    [
        "Опубликовано:", "Дата публикации:", "Опубліковано:", "Дата публікації", "Ngày đăng:",
        "प्रकाशित:", "प्रकाशित तिथि:", "เผยแพร่เมื่อ", "เผยแพร่:", "نُشر في", "نشر في:",
        "تاريخ النشر:", "تاریخ انتشار:", "منتشر شده در", "פורסם:", "פורסם בתאריך",
        "Δημοσιεύτηκε:", "Δημοσίευση:", "Paskelbta:", "Publicēts:", "Avaldatud:", "Objavljeno:",
        "Publikované", "Zverejnené:", "Objavljeno",
    ],
)  # fmt: skip
def test_words_for_published_label_the_date_after_them(label: str) -> None:
    assert label_of(f"Ada Brook {label} ") == "labelled"


@pytest.mark.parametrize(
    "label",
    [
        "Обновлено:", "Оновлено:", "Cập nhật:", "Cập nhật lúc", "अपडेटेड:", "अपडेट:", "संशोधित:",
        "आखरी अपडेट:", "อัปเดต:", "อัพเดท:", "แก้ไขล่าสุด", "آخر تحديث:", "حُدّث في", "بروزرسانی:",
        "به‌روزرسانی:", "עודכן:", "עדכון אחרון:", "Ενημερώθηκε:", "Τελευταία ενημέρωση:",
        "Atnaujinta:", "Atjaunots:", "Atjaunināts:", "Uuendatud:", "Muudetud:", "Ažurirano:",
        "Aktualizované:", "Posodobljeno:", "zuletzt bearbeitet:",
    ],
)  # fmt: skip
def test_words_for_updated_mark_the_date_of_a_change(label: str) -> None:
    assert label_of(f"Ada Brook {label} ") == "modified"


@pytest.mark.parametrize("raw", ["۱۵ اسفند ۱۴۰۲", "5 มีนาคม 2567", "5 มี.ค. 67", "٥ مارس ٢٠٢٤"])
def test_a_date_of_any_script_is_found_on_a_page_without_a_headline(raw: str) -> None:
    filler = "<p>Чайки не читают газет, но любят на них сидеть.</p>" * 30
    assert published(metadata_of(f"{filler}<p>{raw}</p>")).day == FIFTH
