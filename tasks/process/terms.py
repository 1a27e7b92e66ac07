"""Terms that processing writes into columns, each with its meaning for `docs/tables.md`."""

from tasks.reasons import Reason

QUALITY_FLAGS = {
    "text_removed": "The text was removed by `broadsheet prune` (setting `retention.text_days`).",
    "mixed_charset": "A UTF-8 document has bytes of another charset, read as windows-1252.",
    "undecodable_bytes": "No charset fits all bytes, so some characters are replaced.",
    "mojibake_repaired": "Text that was decoded wrongly before it was stored is repaired.",
    "unsure_text": "The fast extractor expects an F1 of N %, so trafilatura read the page, too.",
    "extractors_disagree": "The texts of the two extractors have few words in common.",
    "little_text_found": "The fast extractor found very little, so trafilatura read the page, too.",
    "text_in_script": "The text comes from a script's data or from `<noscript>`.",
    "table_layout": "Nested tables lay the page out, so trafilatura read it, too.",
    "careful_spared": "The text is in doubt, but the page has too many tags for trafilatura.",
    "careful_failed": "Trafilatura raised an error, so the fast extractor's text is kept.",
    "repaired_artefacts": "N paragraphs had stray marks, invisible characters or odd spaces.",
    "dropped_title": "N lines that repeat the headline are dropped.",
    "dropped_byline": "N lines above the story with its authors or a date are dropped.",
    "dropped_contents": "N lines of tables of contents, which the subheads repeat, are dropped.",
    "dropped_teaser": "N teasers of other stories below the text are dropped.",
    "dropped_wall": "N lines below the text that ask to subscribe or to log in are dropped.",
    "dropped_navigation": "N skip links, log-in links, tags or calls for comments are dropped.",
    "dropped_share_bar": "N lines of share buttons are dropped.",
    "dropped_notice": "N newsletter, cookie, social media or affiliate notices are dropped.",
    "dropped_advert": "N lines that label or announce advertising are dropped.",
    "dropped_credit": "N lines of photo credits, sources or copyright are dropped.",
    "dropped_stamp": "N lines with a reading time, a time of publication or a counter are dropped.",
    "dropped_link": 'N links to other stories, such as "Read more: ...", are dropped.',
    "dropped_ornament": "N lines without a letter or digit are dropped.",
    "dropped_learned": "N lines of the source's learned boilerplate are dropped: `boilerplate`.",
    "mostly_learned": "N learned lines are kept, or fewer than process.min_words would remain.",
    "short": "A row or text file with fewer words than process.min_words is loaded all the same.",
    "maybe_not_prose": "The text looks like code, a list or a manual, but may be a story.",
    "kept_no_article": "The page is not an article (see page_type); process.keep_all keeps it.",
    "maybe_section_front": "The address is like a section's, but the page has signs of an article.",
    "maybe_listing": "The page looks like a listing, but has signs of an article.",
    "maybe_collection": "The page looks like a collection, but has signs of an article.",
    "maybe_product": "The page sells a product, but has signs of an article.",
    "maybe_service": "The page looks like a service's, but has signs of an article.",
    "maybe_forum": "The page looks like a forum's, but has signs of an article.",
    "maybe_documentation": "The page looks like a manual's, but has signs of an article.",
    "broken_jsonld": "A JSON-LD block of the page is not JSON, even after mending.",
    "date_ambiguous": "The only date can be read with day and month in either order (05/10/2022).",
    "date_conflict": "Publication dates, declared or in the URL, differ by more than a day.",
    "date_future": "A declared publication date is later than the fetch and was rejected.",
    "date_order_of_site": "Dates on other pages of the site show which number is the day.",
    "own_address_unknown": "A web archive shows the page without its own address; see extra.",
    "truncated": "The row says that it has only the beginning of the text, as in `[+2345 chars]`.",
    "date_unparsable": "A declared publication date could not be read.",
}

PAGE_TYPES = {
    "article": "One story; also any page without signs of another type.",
    "live": "A live blog or ticker.",
    "gallery": "A series of pictures with a text.",
    "video": "A film with a text.",
    **{
        str(reason): reason.meaning
        for reason in (
            Reason.SOFT_404,
            Reason.BOT_CHECK,
            Reason.CONSENT_WALL,
            Reason.SECTION_FRONT,
            Reason.LISTING,
            Reason.COLLECTION,
            Reason.PRODUCT,
            Reason.SERVICE,
            Reason.FORUM,
            Reason.DOCUMENTATION,
            Reason.NOT_PROSE,
        )
    },
}

ACCESS_STATES = {
    "full": "The page declares that it is free to read.",
    "truncated": "The text breaks off: it ends in an invitation to subscribe, or says so.",
    "paywalled": "The page declares that it is not free to read; the text is a teaser.",
    "unknown": "The page does not declare it.",
}
