"""Find out from the words and element names around a date whether it dates a change."""

import re
from typing import Final, Literal

from selectolax.lexbor import LexborNode

from tasks.process.metadata.element_names import names_of
from tasks.process.metadata.visible import text_after, text_before

Label = Literal["labelled", "modified", "headline"]

# Words of scripts in which `\b` does not work come last, outside the group that ends in `\b`.
_PUBLISHED: Final = re.compile(
    r"(?:(?:published|posted|first published|publié|publicado|publicada|veröffentlicht|pubblicato"
    r"|erstellt|opublikowano|yayınlanma|publicerad|publisert|gepubliceerd|geplaatst|created|date"
    r"|опубликован[оа]?|дата|публикации|опубліковано|публікації|публикувано|објављено"
    r"|đăng|xuất bản|δημοσιεύ[τθ]ηκε|δημοσίευση|ημερομηνία|paskelbta|publikuota|publicēt[sa]"
    r"|ievietots|avaldatud|objavljeno|publikované|zverejnené|uverejnené|publikováno|zveřejněno)\b"
    r"|प्रकाशित|เผยแพร่|โพสต์|نُ?شرت? |تاريخ النشر|تاریخ|انتشار|منتشر|פורסם|פרסום)[^\d]{0,30}$",
    re.IGNORECASE,
)
# A time may be between the label and the date: "Updated 10:30 AM EDT, May 3, 2024".
_UPDATED: Final = (
    r"(?:(?:updated?|modified|revised|reviewed|edited|amended|aktualisiert|geändert|änderung"
    r"|bearbeitet|aktualisierung|mis(?:e)? à jour|màj|maj|modifié|actualisé|actualizado|actualizada"
    r"|actualización|modificado|atualizado|atualizada|atualização|aggiornato|aggiornamento"
    r"|bijgewerkt|gewijzigd|uppdaterad|ändrad|oppdatert|endret|opdateret|zaktualizowano"
    r"|aktualizacja|güncelleme|обновлено|обновлён|обновлен|обновления|изменено|оновлено|ажурирано"
    r"|cập nhật|ενημέρωση|ενημερώθηκε|atnaujinta|atjauno[st]s|atjaunināt[sa]|uuendatud|muudetud"
    r"|ažurirano|izmijenjeno|aktualizované|aktualizováno|upraveno|upravené|posodobljeno"
    r"|checked|accessed|copyright)\b|©|更新|업데이트|수정|تحديث|حُ?دّ?ث |رو?زرسانی|ویرایش"
    r"|अपडेट|संशोधित|अद्यतन|อั[ปพ]เด[ตท]|ปรับปรุง|แก้ไข|עודכן|עדכון)"
)
UPDATED: Final = re.compile(
    rf"{_UPDATED}[^\d]{{0,30}}(?:\d{{1,2}}[:.h]\d\d[^\d]{{0,20}})?$", re.IGNORECASE
)
UPDATED_BEHIND: Final = re.compile(rf"^\W{{0,3}}[(\[][^\d()\[\]]{{0,20}}{_UPDATED}", re.IGNORECASE)
UPDATED_NAME: Final = re.compile(r"updat|modif|revis|aktualis|changed")
# WordPress gives a date the class "published updated" if the page was not changed since.
PUBLISHED_NAME: Final = re.compile(r"publi|pubdate|posted|created")
_REACH: Final = 60  # characters before and after a date
_INLINE: Final = frozenset({"time", "span", "b", "strong", "em", "i", "small", "abbr", "a"})
_LINES: Final = frozenset({"p", "li", "div", "td", "dd"})


def label_of(before: str, behind: str = "") -> Label:
    """Return the label that the words before or after a date give it; "headline" for none."""
    if UPDATED.search(before[-_REACH:]) or UPDATED_BEHIND.search(behind[:_REACH]):
        return "modified"
    return "labelled" if _PUBLISHED.search(before[-_REACH:]) else "headline"


def is_update_name(names: str) -> bool:
    """Return whether the class, id or property of an element names the date of a change."""
    return bool(UPDATED_NAME.search(names)) and not is_publication_name(names)


def is_publication_name(names: str) -> bool:
    """Return whether the class, id or property of an element names the date of publication."""
    return bool(PUBLISHED_NAME.search(names))


def is_in_update(text_node: LexborNode | None) -> bool:
    """Return whether the line or inline element around a text is named as the date of a change."""
    node = text_node.parent if text_node is not None else None
    while node is not None and node.tag in _INLINE | _LINES:
        if is_update_name(names_of(node.attributes)):
            return True
        node = node.parent if node.tag in _INLINE else None
    return False


def label_around(element: LexborNode) -> Label:
    """Return the label that the texts right before and after an element give it (`label_of`)."""
    return label_of(text_before(element, _REACH), text_after(element))
