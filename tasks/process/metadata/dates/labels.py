"""What the words and names around a date say it is: of publication, or of a change."""

import re
from typing import Final, Literal

from selectolax.lexbor import LexborNode

from tasks.process.metadata.element_names import names_of
from tasks.process.metadata.visible import text_before, text_behind

Label = Literal["labelled", "modified", "headline"]

# Words of scripts in which `\b` and case are of no use stand behind those of the others.
PUBLISHED: Final = re.compile(
    r"(?:(?:published|posted|first published|publié|publicado|publicada|veröffentlicht|pubblicato"
    r"|erstellt|opublikowano|yayınlanma|publicerad|publisert|gepubliceerd|geplaatst|created|date"
    r"|опубликован[оа]?|дата|публикации|опубліковано|публікації|публикувано|објављено"
    r"|đăng|xuất bản|δημοσιεύ[τθ]ηκε|δημοσίευση|ημερομηνία|paskelbta|publikuota|publicēt[sa]"
    r"|ievietots|avaldatud|objavljeno|publikované|zverejnené|uverejnené|publikováno|zveřejněno)\b"
    r"|प्रकाशित|เผยแพร่|โพสต์|نُ?شرت? |تاريخ النشر|تاریخ|انتشار|منتشر|פורסם|פרסום)[^\d]{0,30}$",
    re.IGNORECASE,
)
# Between label and date may stand a time: "Updated 10:30 AM EDT, May 3, 2024".
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
# WordPress names a date "published updated" where the page was not changed since.
PUBLISHED_NAME: Final = re.compile(r"publi|pubdate|posted|created")
REACH: Final = 60  # characters before and behind a date
INLINE: Final = frozenset({"time", "span", "b", "strong", "em", "i", "small", "abbr", "a"})
LINES: Final = frozenset({"p", "li", "div", "td", "dd"})


def label_of(before: str, behind: str = "") -> Label:
    """What the words before and behind a date say it is; "headline" where they say nothing."""
    if UPDATED.search(before[-REACH:]) or UPDATED_BEHIND.search(behind[:REACH]):
        return "modified"
    return "labelled" if PUBLISHED.search(before[-REACH:]) else "headline"


def is_update_name(names: str) -> bool:
    """Whether the class, id or property of an element says that its date is that of a change."""
    return bool(UPDATED_NAME.search(names)) and not is_publication_name(names)


def is_publication_name(names: str) -> bool:
    """Whether the class, id or property of an element says that its date is of publication."""
    return bool(PUBLISHED_NAME.search(names))


def is_in_update(text_node: LexborNode | None) -> bool:
    """Whether the line or inline element around a text is named as the date of a change."""
    node = text_node.parent if text_node is not None else None
    while node is not None and node.tag in INLINE | LINES:
        if is_update_name(names_of(node.attributes)):
            return True
        node = node.parent if node.tag in INLINE else None
    return False


def label_around(element: LexborNode) -> Label:
    """As `label_of`, for an element: the texts that stand right before and behind it."""
    return label_of(text_before(element, REACH), text_behind(element))
