"""Far-Eastern charsets are decoded by the tables of browsers, not by the national standards."""

import pytest

from tasks.web.charset import decode

KOREAN = "시의회는 다리를 폐쇄했다. 펲 똠 햏 등 확장 완성형 글자도 있다."
JAPANESE = "市議会は橋を閉鎖した。①髙﨑さんと㈱橋本は反対した。"
TAIWANESE = "市議會決定關閉大橋，他住在裏湖，碁盤旁。"
CHINESE = "市议会决定关闭大桥，朱镕基、陶喆说。"
PAGE = '<meta http-equiv="Content-Type" content="text/html; charset={}"><title>{}</title>'


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("euc-kr", "cp949", KOREAN),
        ("ks_c_5601-1987", "cp949", KOREAN),
        ("cp949", "cp949", KOREAN),
        ("shift_jis", "cp932", JAPANESE),
        ("windows-31j", "cp932", JAPANESE),
        ("cp932", "cp932", JAPANESE),
        ("big5", "cp950", TAIWANESE),
        ("cp950", "cp950", TAIWANESE),
        ("gb2312", "gb18030", CHINESE),
        ("gbk", "gb18030", CHINESE),
    ],
)
def test_browser_tables_decode_vendor_characters(label: str, codec: str, text: str) -> None:
    found = decode(PAGE.format(label, text * 3).encode(codec), None)
    assert text in found.text
    assert found.flags == ()


def test_vendor_characters_of_euc_jp_are_decoded() -> None:
    circled = b"\xad\xa1"  # a one in a circle, in row 13, which the standard leaves empty
    body = PAGE.format("euc-jp", "橋を閉鎖した。" * 9).encode("euc_jp") + circled
    found = decode(body, None)
    assert found.text.endswith("\u2460")
    assert found.flags == ()


def test_hangul_of_vendors_is_decoded_without_a_right_label() -> None:
    text = (
        "<p>똠방각하가 월요일 저녁 펲시콜라를 마셨다고 시의회가 밝혔다. 주민들은 환영했다.</p>" * 3
    )
    for label in (None, "utf-8", "iso-8859-1"):
        assert decode(text.encode("cp949"), label).text == text


def test_one_damaged_character_does_not_change_the_charset() -> None:
    body = PAGE.format("euc-kr", KOREAN * 9).encode("cp949").replace(b"</title>", b"\xff</title>")
    found = decode(body, None)
    assert KOREAN in found.text
    assert found.flags == ("undecodable_bytes",)


def test_a_wrong_label_is_overruled_by_the_detector() -> None:
    body = PAGE.format("euc-kr", JAPANESE * 20).encode("cp932")
    assert JAPANESE in decode(body, None).text
