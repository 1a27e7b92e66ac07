"""The names that data sets, APIs and other tools give to the fields of an article.

`docs/formats.md` shows this table. Names are compared without case, spaces and punctuation:
`datePublished`, `date_published` and `Date published` are one name. A name with dots is a path.
"""

from collections.abc import Mapping

# Canonical field: its names, the more telling first. A row may have several, such as `text` and a
# shortened `content`: the first with a value counts, and the others are kept in `extra`.
FIELD_NAMES: Mapping[str, tuple[str, ...]] = {
    "url": (
        *("url", "link", "article_url", "canonical_url", "canonical_link", "web_url"),
        *("page_url", "story_url", "news_url", "final_url", "permalink", "href", "original_url"),
        *("html.responded_url", "html.requested_url", "source_url", "lien", "enlace"),
        *("adresse", "webadresse", "indirizzo", "ссылка", "链接", "网址"),
    ),
    "title": (
        *("title", "headline", "headline_text", "article_title", "web_title", "news_title"),
        *("titel", "überschrift", "schlagzeile", "titre", "título", "titular", "titolo"),
        *("titulo", "manchete", "kop", "tytuł", "tittel", "overskrift", "otsikko"),
        *("заголовок", "название", "başlık", "标题", "見出し", "タイトル", "제목", "عنوان"),
    ),
    "text": (
        *("text", "maintext", "article_text", "full_text", "body", "content", "article"),
        *("article_body", "body_text", "text_content", "content_text", "content_html", "contents"),
        *("story", "story_text", "news_text", "article_content", "news_content", "main_text"),
        *("clean_text", "plain_text", "raw_text", "paragraphs", "volltext", "artikeltext"),
        *("inhalt", "artikel", "texte", "texte_intégral", "contenu", "corps", "texto"),
        *("contenido", "cuerpo", "noticia", "testo", "contenuto", "articolo", "corpo"),
        *("conteúdo", "tekst", "treść", "inhoud", "innehåll", "brødtekst", "teksti"),
        *("текст", "содержание", "metin", "içerik", "正文", "内容", "本文", "본문", "내용", "نص"),
        *("lead_paragraph", "body_xhtml", "body_html"),
    ),
    "html": ("html", "raw_html", "page_html", "html_source", "page_source"),
    "published": (
        *("published", "date_published", "date_publish", "publish_date", "publishing_date"),
        *("published_at", "published_date", "published_time", "published_on", "publication_date"),
        *("pub_date", "web_publication_date", "date_gmt", "publish_time", "posted_at", "date"),
        *("datum", "veröffentlicht", "veröffentlichungsdatum", "erscheinungsdatum", "fecha"),
        *("fecha_de_publicación", "fecha_publicacion", "date_de_publication", "data"),
        *("data_di_pubblicazione", "data_de_publicação", "data_publicacao", "publicatiedatum"),
        *("data_publikacji", "dato", "päivämäärä", "дата", "tarih", "日期", "发布时间", "日付"),
        *("날짜", "تاريخ", "content_created", "first_created", "version_created"),
    ),
    "modified": (
        *("modified", "date_modified", "date_modify", "updated", "updated_at", "modified_gmt"),
        *("modified_at", "last_modified", "last_updated", "geändert", "aktualisiert"),
        "version_created",
    ),
    "authors": (
        *("authors", "author", "byline", "author_name", "writer", "journalist", "creator"),
        *("autor", "autoren", "autorin", "verfasser", "auteur", "auteurs", "autores", "autore"),
        *("autori", "författare", "forfatter", "автор", "yazar", "作者", "記者", "기자", "كاتب"),
        "by",
    ),
    "publication": (
        *("publication", "publisher", "source", "source_name", "source_hostname", "site_name"),
        *("html.source_info.publisher", "feed.title", "newspaper", "outlet", "media_name"),
        *("meta_site_name", "site", "feed", "zeitung", "quelle", "medium", "journal"),
        *("periódico", "medio", "fuente", "giornale", "testata", "fonte", "jornal", "krant"),
        *("bron", "gazeta", "источник", "издание", "kaynak", "来源", "媒体", "언론사"),
        *("infosource", "infosources", "copyright_holder"),
    ),
    "language": ("language", "lang", "meta_lang", "language_code", "sprache", "langue", "idioma"),
    "description": (
        *("description", "summary", "abstract", "excerpt", "short_description", "dek"),
        *("standfirst", "trail_text", "meta_description", "subtitle", "teaser", "lead", "snippet"),
        *("body.summary", "zusammenfassung", "vorspann", "untertitel", "résumé", "chapeau"),
        *("resumen", "sommario", "resumo", "描述", "摘要"),
    ),
    "section": (
        *("section", "category", "topic", "section_name", "categories", "ressort", "rubrique"),
        *("rubrik", "sección", "sezione", "seção", "рубрика", "kategori", "kategorie"),
    ),
    "keywords": (
        *("keywords", "tags", "topics", "subjects", "schlagwörter", "schlagworte"),
        *("mots_clés", "palabras_clave", "parole_chiave", "palavras_chave", "关键词"),
    ),
    "image_url": (
        *("image_url", "image", "url_to_image", "top_image", "lead_image_url", "thumbnail"),
        "bild",
    ),
}
# These name the address in the output of some tools, and something else in others: their value
# counts where it is an address. In trafilatura's JSON `source` is the page, not the publication.
ONLY_AS_ADDRESS = ("source", "id", "guid", "uri", "identifier", "main_entity_of_page")
# Objects in a row that hold fields of the article. `author` and `image` have a `url`, too, and it
# is not the article's.
FIELD_CONTAINERS = frozenset(
    "_source metadata meta fields attributes article document doc node record story post item entry"
    " news data".split()
)
# Objects that only the paths above lead into.
WITH_PATHS = frozenset({"html", "source_info", "feed", "body"})
# Beside one of these columns `date` is the day of the crawl: FineWeb and other sets that were made
# from Common Crawl by datatrove.
CRAWL_COLUMNS = frozenset({"dump", "file_path"})
