"""Every reason and flag that processing gives, each with its meaning; the docs are made from it."""

REJECTION_REASONS = {
    "too_large": "Larger than read.document_bytes, or longer than process.page_chars.",
    "too_many_tags": "The page has more tags than process.tag_count.",
    "too_deep": "Elements are nested deeper than process.tag_depth.",
    "too_many_attributes": "One tag has more attributes than process.tag_attributes.",
    "too_short": "A page with fewer words than process.min_words, or a text without any word.",
    "not_prose": "Source code, a log, a licence, a list, mail: a text that tells no story.",
    "soft_404": "The page says that there is no such page, though its status was 200.",
    "bot_check": "The page asks for proof that the visitor is no robot.",
    "consent_wall": "The page holds little but a request for consent.",
    "section_front": "The page is a front page or the front of a section.",
    "listing": "The page lists other pages: a category, a topic, search results, an author's work.",
    "collection": "The page is a shop's collection of products.",
    "product": "The page sells a product.",
    "service": "The page advertises a service.",
    "forum": "The page is a thread of a forum or a question with answers.",
    "documentation": "The page is part of a manual or a reference.",
}

FAILURE_REASONS = {
    "extractor_error": "The extractor raised an error on this page.",
    "internal_error": "Broadsheet raised an error on this document: a defect, please report it.",
}

QUALITY_FLAGS = {
    "mixed_charset": "A UTF-8 document with bytes of another charset, read as windows-1252.",
    "undecodable_bytes": "No charset fits all bytes; some characters are replaced.",
    "mojibake_repaired": "Text that was decoded wrongly before it came here is repaired.",
    "unsure_text": "The fast extractor expects an F1 of N %; trafilatura was asked, too.",
    "extractors_disagree": "The texts of the two extractors have little in common.",
    "little_text_found": "Next to no text was found; trafilatura was asked, too.",
    "text_in_script": "The text stands only in a script's data or in `<noscript>`.",
    "table_layout": "The page is laid out by tables; trafilatura was asked, too.",
    "careful_spared": "Unsure, yet the page has too many tags for trafilatura.",
    "careful_failed": "Trafilatura raised an error; the text is that of the fast extractor.",
    "repaired_artefacts": "N paragraphs had stray marks, invisible characters or odd spaces.",
    "dropped_title": "N lines that repeat the headline are dropped.",
    "dropped_byline": "N lines above the story that name its authors or its day are dropped.",
    "dropped_contents": "N lines of tables of contents, which the subheads repeat, are dropped.",
    "dropped_teaser": "N teasers of other stories below the text, broken off, are dropped.",
    "dropped_wall": "N lines below the text that ask to subscribe, to read on, are dropped.",
    "dropped_navigation": "N skip links, log-in links, tags or calls for comments are dropped.",
    "dropped_share_bar": "N lines of share buttons are dropped.",
    "dropped_notice": "N newsletter, cookie, social media or affiliate notices are dropped.",
    "dropped_advert": "N lines that announce advertising are dropped.",
    "dropped_credit": "N lines of photo credits, sources or copyright are dropped.",
    "dropped_stamp": "N lines of reading time, times of publication, or counters are dropped.",
    "dropped_link": 'N links to other stories, such as "Read more: ...", are dropped.',
    "dropped_ornament": "N lines without a letter or digit are dropped.",
    "dropped_learned": "N lines that recur in the source's articles are dropped: `boilerplate`.",
    "mostly_learned": "N such lines stay, for without them less than process.min_words is left.",
    "short": "A row or text file with fewer words than process.min_words, loaded as it was given.",
    "maybe_not_prose": "The text looks like code, a list, a manual, yet may be a story.",
    "kept_no_article": "The page is no article, as page_type says; process.keep_all keeps it.",
    "maybe_section_front": "The address looks like a section's, the page has signs of an article.",
    "maybe_listing": "The page looks like a listing, yet has signs of an article.",
    "maybe_collection": "The page looks like a collection, yet has signs of an article.",
    "maybe_product": "The page sells a product, yet has signs of an article.",
    "maybe_service": "The page looks like a service's, yet has signs of an article.",
    "maybe_forum": "The page looks like a forum's, yet has signs of an article.",
    "maybe_documentation": "The page looks like a manual's, yet has signs of an article.",
}

PAGE_TYPES = {
    "article": "One story, or what nothing speaks against.",
    "live": "A live blog or ticker.",
    "gallery": "A series of pictures with a text.",
    "video": "A film with a text.",
    **{
        name: REJECTION_REASONS[name]
        for name in (
            "soft_404",
            "bot_check",
            "consent_wall",
            "section_front",
            "listing",
            "collection",
            "product",
            "service",
            "forum",
            "documentation",
            "not_prose",
        )
    },
}

ACCESS_STATES = {
    "full": "The page declares that it is free to read.",
    "truncated": "A short text that ends in an invitation to subscribe or log in.",
    "paywalled": "The page declares that it is not free to read; the text is a teaser.",
    "unknown": "The page does not say.",
}
