"""The labels of the fields in databanks' downloads, in the languages of their interfaces.

To add a language, add its words to the tables below; no code depends on a language.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# One field per line, with its labels separated by `|`. Case, accents and hyphens are ignored.
NEXIS: Final = """
title: headline | title | überschrift | titel | titre | titular | título | titolo | kop | manchete
authors: byline | author | authors | autor | autoren | verfasser | auteur | auteurs | autores | autore | autori | av | por | par | byline author | firma | forfatter
section: section | rubrik | ressort | rubrique | sección | seccion | sezione | rubriek | sectie | seção | secção | caderno | avdeling | seksjon | sektion
length: length | länge | laenge | longueur | longitud | extensión | lunghezza | lengte | comprimento | extensão | tamanho | lengde | längd | pituus
dateline: dateline | datumszeile | ort | date et lieu | lugar y fecha | luogo | plaats | local e data | data e luogo
description: highlight | highlights | abstract | zusammenfassung | encart | résumé | resumen | sommario | samenvatting | resumo | lead | teaser | kurzfassung
load_date: load-date | load date | update | ladedatum | aktualisierung | date-chargement | date de chargement | mise à jour | fecha-carga | fecha de carga | data-caricamento | data caricamento | laaddatum | laad-datum | datum van opladen | data-carga | data de carga | opladedato
language: language | sprache | langue | idioma | lengua | lingua | taal | língua | språk | sprog
publication_type: publication-type | publikationsart | publikationstyp | zeitungstyp | medientyp | type-publication | type de publication | tipo-publicación | tipo de publicación | tipo-pubblicazione | publicatietype | type-publicatie | tipo-publicação | tipo de publicação | tipo di pubblicazione
publication_code: journal-code | zeitungs-code | code-journal | código-periódico | codice-giornale | code-revue | journal code | code du journal | código-diario
graphic: graphic | graphics | grafik | graphique | gráfico | grafico | illustratie | illustration | abbildung | bild
url: url | web-url | link
body: body | text | full text | volltext | haupttext | textkörper | corps | corps du texte | corps de l'article | texte intégral | cuerpo | cuerpo del artículo | texto | texto completo | corpo | corpo del testo | testo | testo integrale | tekst | hoofdtekst | volledige tekst | corpo do texto
classification: classification | klassifizierung | klassifikation | clasificación | classificazione | classificatie | classificação | indexing | indexierung
correction: correction | correction-date | correction appended | korrektur | berichtigung | rectificatif | corrección | rettifica | correctie | correção
series: series | serie | série
edition: edition | ausgabe | édition | edición | edizione | editie | edição
notes: notes | note | anmerkung | anmerkungen | remarques | notas | opmerkingen
subject: subject | thema | themen | schlagwort | schlagwörter | sujet | tema | materia | materias | argomento | onderwerp | assunto
company: company | firma | unternehmen | société | societe | empresa | società | bedrijf | organization | organisation | organización | organizzazione | organisatie | organização
ticker: ticker | börsenkürzel | symbole-boursier | símbolo bursátil | simbolo di borsa
industry: industry | branche | industrie | secteur-activité | secteur-activite | sector | settore | industria | bedrijfstak | indústria
person: person | personne | persona | persoon | pessoa | personen
geography: geographic | geographie | geografie | localisation-géo | localisation-geo | geográfico | geografico | geografisch | city | state | country | land | stadt | ville | pays | país | ciudad | paese | cidade | region
identifier: acc-no | accession-number | document-id | issn | isbn | doi | dok-nr | nummer
kind: type | document-type | genre | tipo | art | dokumenttyp | publication-subject | distribution | status | class | columns | column | name | copyright notice | kommentar | comments | comment
"""  # noqa: E501

PROQUEST: Final = """
title: title | titel | titre | título | titolo | tytuł | název | cím | tittel | judul | заголовок | название | başlık | タイトル | 제목 | العنوان | 标题 | 標題
authors: author | authors | autor | autoren | auteur | auteurs | autores | autore | autori | forfatter | szerző | автор | yazar | pengarang | 著者 | 저자 | المؤلف | 作者
publication: publication title | titel der publikation | publikationstitel | titre de la publication | título de publicación | título de la publicación | titolo pubblicazione | titolo della pubblicazione | título da publicação | tytuł publikacji | název publikace | publikáció címe | utgivelsestittel | judul publikasi | titel van publicatie | название публикации | yayın adı | 出版物のタイトル | 출판물 제목 | عنوان المطبوعة | 出版物名称 | 出版物名稱
published: publication date | publikationsdatum | erscheinungsdatum | date de publication | date du diplôme | fecha de publicación | fecha de titulación | data di pubblicazione | data de publicação | data da publicação | data publikacji | datum vydání | publikáció dátuma | utgivelsesdato | tanggal publikasi | publicatiedatum | дата публикации | yayın tarihi | 出版日 | 출판 날짜 | تاريخ النشر | 出版日期
year: publication year | erscheinungsjahr | publikationsjahr | année de publication | año de publicación | anno di pubblicazione | ano de publicação | ano da publicação | rok publikacji | rok vydání | publikáció éve | utgivelsesår | jaar van publicatie | year | jahr | année | año | anno | ano | rok | 出版年
body: full text | volltext | texte intégral | texte complet | texto completo | testo completo | testo integrale | texto integral | volledige tekst | pełny tekst | úplný text | teljes szöveg | fulltekst | teks lengkap | полный текст | tam metin | 全文 | フルテキスト | 전문 | full text (english)
description: abstract | zusammenfassung | kurzfassung | abstrakt | résumé | resumen | estratto | riassunto | resumo | abstrakt | streszczenie | samenvatting | kivonat | sammendrag | аннотация | öz | 摘要 | 抄録 | 초록
section: section | bereich | rubrik | sección | sezione | seção | secção | rozdział | sekce | rész | del | bagian | sectie | раздел | セクション | 섹션
pages: pages | seiten | page | seite | páginas | página | pagine | pagina | pagina's | strony | strany | oldalak | sider | halaman | first page | startseite | страницы | ページ | 페이지
language: language of publication | publikationssprache | sprache der publikation | langue de publication | idioma de la publicación | idioma de publicación | lingua di pubblicazione | língua de publicação | język publikacji | jazyk publikace | publikáció nyelve | utgivelsesspråk | bahasa publikasi | taal van publicatie | language | sprache | langue | idioma | lingua | taal | 出版物の言語
url: document url | url des dokuments | dokument-url | url du document | url del documento | url do documento | url van document | adres url dokumentu | url | link | persistent link | 文档 url | ドキュメントの url
document_id: proquest document id | proquest-dokument-id | id du document proquest | identifiant du document proquest | id de documento proquest | id del documento de proquest | id documento proquest | id do documento proquest | id do documento do proquest | proquest-document-id | identyfikator dokumentu proquest | proquest документ id | proquest 文档 id
subject: subject | thema | sujet | materia | soggetto | assunto | temat | předmět | tárgy | emne | subjek | onderwerp | subjects | subject term | 主題
keywords: identifier / keyword | identifikator/schlüsselwort | identificateur / mot-clé | identificador / palabra clave | identificativo/parola chiave | identificador / palavra-chave | identyfikator/słowo kluczowe | keywords | trefwoord
publisher: publisher | herausgeber | verlag | éditeur | editorial | casa editrice | editora | wydawca | vydavatel | kiadó | utgiver | penerbit | uitgever
info: publication info | publikationsinfo | veröffentlichungsinformationen | informations sur la publication | información de publicación | información de la publicación | informazioni sulla pubblicazione | informações da publicação | publicatie-info | informacje o publikacji
links: links | link | liens | enlaces | collegamenti | ligações | koppelingen
other: source type | quellentyp | type de source | tipo de fuente | tipo di fonte | tipo de fonte | brontype | document type | dokumententyp | dokumenttyp | type de document | tipo de documento | tipo di documento | documenttype | database | datenbank | base de données | base de datos | base de dados | databank | copyright | urheberrecht | droits d'auteur | copyright notice | place of publication | verlagsort | erscheinungsort | lieu de publication | lugar de publicación | luogo di pubblicazione | local de publicação | plaats van publicatie | country of publication | publikationsland | erscheinungsland | pays de publication | país de publicación | paese di pubblicazione | país de publicação | land van publicatie | publication subject | publikationsthema | sujet de la publication | materia de publicación | soggetto pubblicazione | assunto da publicação | issn | eissn | isbn | issue | ausgabe | numéro | número | fascicolo | edição | volume | band | tomo | deel | last updated | letzte aktualisierung | zuletzt aktualisiert | dernière mise à jour | última actualización | ultimo aggiornamento | última atualização | laatst bijgewerkt | company / organization | firma / organisation | unternehmen/organisation | société / organisation | empresa / organización | azienda / organizzazione | empresa / organização | bedrijf / organisatie | people | person | personen | personnes | personas | persone | pessoas | location | ort | lieu | lugar | luogo | local | locatie | classification | klassifikation | clasificación | number of pages | seitenanzahl | nombre de pages | número de páginas | numero di pagine | document feature | dokumentmerkmal | column | kolumne | dateline | datumszeile | supplement | credit | edition | start page | word count | wörter | narrow subject | broad subject | correction | doi | accession number | ticker | naics | journal subject | illustration | publication year | special feature
"""  # noqa: E501

# Units of a declared length.
WORD_UNITS: Final = frozenset(
    "words word wörter wort woerter mots mot palabras palabra parole parola palavras palavra "
    "woorden woord ord sanaa słów słowa слов слова слово kelimeler kelime kata szó slov 字 个字 "
    "個字 単語 語 文字 단어 자 문자 λέξεις كلمة".split()
)
WEEKDAYS: Final = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag "
    "freitag samstag sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes "
    "martes miercoles jueves viernes sabado domingo lunedi martedi mercoledi giovedi venerdi "
    "domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag segunda feira terca "
    "sabato quarta quinta sexta mandag tirsdag onsdag torsdag fredag lordag sondag tisdag".split()
)
# Names of languages, as databanks write them; the code is ISO 639-1.
_LANGUAGES: Final = """
en: english | englisch | anglais | inglés | inglese | engels | inglês | englanti | engelska | engelsk | angielski | английский | 英文 | 英語 | 英语 | 영어
de: german | deutsch | allemand | alemán | tedesco | duits | alemão | tyska | tysk | niemiecki | немецкий | 德文 | 德語 | 德语 | ドイツ語
fr: french | französisch | français | francés | francese | frans | francês | franska | fransk | francuski | французский | 法文 | 法語 | 法语 | フランス語
es: spanish | spanisch | espagnol | español | castellano | spagnolo | spaans | espanhol | spanska | spansk | hiszpański | испанский | 西班牙文 | 西班牙语 | スペイン語
it: italian | italienisch | italien | italiano | italiaans | italienska | italiensk | włoski | итальянский | 意大利文 | イタリア語
nl: dutch | niederländisch | néerlandais | neerlandés | holandés | olandese | nederlands | neerlandês | holandês | nederländska | nederlandsk | hollandsk | niderlandzki | 荷兰语 | オランダ語
pt: portuguese | portugiesisch | portugais | portugués | portoghese | portugees | português | portugisiska | portugisisk | portugalski | португальский | 葡萄牙文
da: danish | dänisch | danois | danés | danese | deens | dinamarquês | dansk | danska
sv: swedish | schwedisch | suédois | sueco | svedese | zweeds | svenska | svensk
no: norwegian | norwegisch | norvégien | noruego | norvegese | noors | norueguês | norsk | norska
fi: finnish | finnisch | finnois | finlandés | finlandese | fins | finlandês | suomi | finska | finsk
pl: polish | polnisch | polonais | polaco | polacco | pools | polonês | polski
cs: czech | tschechisch | tchèque | checo | ceco | tsjechisch | čeština
hu: hungarian | ungarisch | hongrois | húngaro | ungherese | hongaars | magyar
ro: romanian | rumänisch | roumain | rumano | rumeno | roemeens | română
ru: russian | russisch | russe | ruso | russo | rosyjski | русский | 俄文 | ロシア語
uk: ukrainian | ukrainisch | ukrainien | ucraniano | ucraino | oekraïens | українська
tr: turkish | türkisch | turc | turco | turks | türkçe
el: greek | griechisch | grec | griego | greco | grieks | ελληνικά
ar: arabic | arabisch | arabe | árabe | arabo | العربية | 阿拉伯文
zh: chinese | chinesisch | chinois | chino | cinese | chinees | chinês | 中文 | 繁體中文 | 簡體中文 | 简体中文 | 繁体中文
ja: japanese | japanisch | japonais | japonés | giapponese | japans | japonês | 日本語 | 日文
ko: korean | koreanisch | coréen | coreano | koreaans | 한국어 | 韩文
ca: catalan | katalanisch | catalán | català | catalano
"""  # noqa: E501
_BETWEEN = re.compile(r"[\s_\-–/.]+")
_LABEL = re.compile(r"([^\W\d_](?:[^:\n]{0,48}[^\W_])?(?:\([^()\n]{1,20}\))?)\s*[:：](?:\s+|$)")
_LENGTH = re.compile(r"\(?(\d[\d.,' \u00a0\u202f]{0,12})\s*([\ufffd\w]*)\)?\.?")


def folded_label(name: str) -> str:
    """Return a label without case, accents and hyphens: `LÄNGE` and `Lange` become `lange`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _BETWEEN.sub(" ", bare.casefold()).strip()


def table(lines: str) -> Mapping[str, str]:
    """Return the fields of a table of labels, keyed by the folded label."""
    fields: dict[str, str] = {}
    for line in lines.strip().splitlines():
        field, _, names = line.partition(":")
        for name in names.split("|"):
            fields.setdefault(folded_label(name), field)
    return fields


def language_code(name: str | None) -> str | None:
    """Return the ISO 639-1 code of a language name; the name itself if it is unknown."""
    if not name:
        return None
    first = name.replace(",", ";").split(";")[0].strip()
    return _CODES.get(folded_label(first), first or None)


def split_label(text: str) -> tuple[str, str] | None:
    """Split a line such as `BYLINE: Jane Doe` into label and value; None without a label."""
    match = _LABEL.match(text)
    return (match[1], text[match.end() :]) if match else None


def read_length(text: str) -> int | None:
    """Return the number of words in a line such as `1.285 Wörter`; None for any other line."""
    match = _LENGTH.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    unit = match[2].casefold()
    # Exports with a wrong charset contain U+FFFD instead of an umlaut.
    known = unit in WORD_UNITS or re.fullmatch("w\ufffd+rter", unit)
    digits = re.sub(r"\D", "", match[1])
    return int(digits) if known and digits else None


_CODES = table(_LANGUAGES)
