import pytest

from tasks.web.references import unescape_html


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("Caf&eacute; &#233;&#xE9;", "Café éé"),
        (f"a &#{'9' * 5_000}; b &amp; c", "a \ufffd b & c"),
        (f"&#{'0' * 5_000}65 &lt;", "\ufffd <"),
        (f"&#x{'0' * 5_000}41;", "A"),
        ("&#1114112; &#9999999", "\ufffd \ufffd"),
    ],
)
def test_a_reference_of_any_length_is_resolved_or_replaced(text: str, resolved: str) -> None:
    assert unescape_html(text) == resolved
