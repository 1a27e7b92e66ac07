"""Patterns for the words and addresses of pages that are not articles, in several languages."""

import re

ARTICLE_TYPES = frozenset(
    "article newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle"
    " backgroundnewsarticle reviewnewsarticle askpublicnewsarticle advertisercontentarticle"
    " satiricalarticle scholarlyarticle blogposting liveblogposting report claimreview"
    " medicalwebpage recipe interview".split()
)
PRODUCT_TYPES = frozenset(
    {"product", "productgroup", "og:product", "product.item", "individualproduct"}
)
COLLECTION_TYPES = frozenset({"product.group", "product:group", "offercatalog", "someproducts"})
LISTING_TYPES = frozenset({"collectionpage", "searchresultspage"})
SERVICE_TYPES = frozenset(
    {
        "service", "localbusiness", "professionalservice", "softwareapplication", "course",
        "financialservice", "dentist", "store", "contactpage", "aboutpage",
    }
)  # fmt: skip
FORUM_TYPES = frozenset({"discussionforumposting", "qapage"})

SOFT_404_TITLE = re.compile(
    r"""(?:.{0,40}[|:·–-]\s*)?(?:errore?\s*+:?\s*+|http\s*+|oops[!.,\s]*+|sorry[!.,\s]*+
    |fehler\s*+|erreur\s*+)*+
    (?:404\b.{0,60}
    | (?:(?:page|site|article|story|content|file|resource|document)s?\ )?(?:is\ |was\ |can(?:no
    |['’])?t\ be\ |could\ not\ be\ )?(?:not\ found|unavailable|no\ longer\ (?:available|exists?))
    | (?:the\ )?page\ (?:you\ (?:requested|are\ looking\ for)|does\ not\ exist|doesn['’]t\ exist
    |has\ been\ removed|is\ missing).{0,60}
    | (?:die\ |diese\ )?(?:seite|artikel)\ (?:wurde\ |konnte\ )?(?:leider\ )?nicht\ (?:gefunden
    |verfügbar|vorhanden)(?:\ werden)?
    | (?:cette\ )?(?:page|article)\ (?:est\ )?(?:introuvable|non\ trouvée?|inexistante?
    |indisponible)
    | (?:esta\ |la\ )?página\ no\ (?:encontrada|existe|disponible)|no\ (?:se\ )?encontr(?:ado
    |ó)\ la\ página
    | (?:esta\ |a\ )?página\ não\ (?:encontrada|existe|disponível)|conteúdo\ não\ encontrado
    | (?:la\ )?pagina\ (?:non\ (?:trovata|esiste|disponibile)|niet\ gevonden|bestaat\ niet)
    | (?:siden|sidan)\ (?:ble\ |blev\ |kunne\ )?(?:ikke|inte)\ (?:funnet|fundet|hittas|hittades
    |findes)|sivua\ ei\ löy(?:dy|tynyt)
    | (?:nie\ znaleziono\ strony|strona\ nie\ (?:istnieje|została\ znaleziona))
    |страница\ не\ найдена|stránka\ (?:nenalezena|neexistuje)
    | sayfa\ bulunamadı|az\ oldal\ nem\ található
    | ページが見つかりません.{0,30}|页面不存在|找不到(?:该)?页面
    |페이지를\ 찾을\ 수\ 없습니다
    )[\s!.]*(?:\s*[|:·»–-].{0,60})?""",
    re.VERBOSE,
)
SOFT_404_TEXT = re.compile(
    r"""(?:the|this)\ (?:page|article|story|content)\ (?:that\ )?(?:you(?:['’]re|\ are
    |\ were)?\ (?:looking\ for|requested|tried|trying)|(?:has|may\ have)\ been\ (?:re)?moved
    |(?:could|can)\ ?(?:not|['’]t)\ be\ found|(?:is|was)\ (?:no\ longer|not)\ (?:available
    |found)|(?:does\ not|doesn['’]t|no\ longer)\ exist)
    | we\ (?:can(?:no|['’])?t|could(?:n['’]t|\ not))\ find\ (?:the|that|this)\ (?:page|article)
    | (?:die|diese)\ (?:von\ ihnen\ )?(?:(?:gesuchte|gewünschte|angeforderte
    |aufgerufene)\ )?(?:seite|adresse)\ (?:existiert\ (?:leider\ )?nicht
    |wurde\ (?:leider\ )?nicht\ gefunden|konnte\ (?:leider\ )?nicht\ gefunden
    |ist\ (?:leider\ )?nicht\ (?:mehr\ )?(?:verfügbar|vorhanden|erreichbar))
    | (?:la|cette)\ page\ (?:que\ vous\ (?:recherchez|cherchez|demandez|avez\ demandée)|demandée
    |n['’]existe\ (?:pas|plus)|est\ introuvable)
    | la\ página\ (?:que\ (?:busca|buscas|ha\ solicitado|estás\ buscando|intentas)|solicitada
    |no\ existe|no\ se\ encuentra)
    | a\ página\ (?:que\ (?:você\ )?(?:procura|tentou|está\ procurando|solicitou)|solicitada
    |não\ (?:existe|foi\ encontrada))
    | la\ pagina\ (?:che\ (?:stai\ cercando|cercavi|hai\ richiesto)|richiesta|non\ (?:esiste
    |è\ stata\ trovata))
    | de\ pagina\ (?:die\ (?:u|je)\ zoekt|bestaat\ niet|kan\ niet\ worden\ gevonden
    |is\ niet\ gevonden)""",
    re.VERBOSE,
)
BOT_CHECK_TITLE = re.compile(
    r"""just\ a\ moment\W*|attention\ required\b.*
    |access\ (?:to\ this\ page\ has\ been\ )?denied.*|are\ you\ (?:a\ robot|human)\W*
    |(?:please\ )?verify(?:ing)?\ (?:that\ )?you\ are\ (?:a\ )?human.*
    |pardon\ our\ interruption\W*|security\ (?:check|verification)\b.*
    |(?:please\ wait|one\ moment,?\ please|checking\ your\ browser)\b.*|bot\ (?:verification|check
    |protection)|human\ verification.*
    |captcha.*|ddos-guard|robot\ check|validate\ user|.{0,30}:\ just\ a\ moment\W*
    |you\ have\ been\ blocked.*|client\ challenge|nur\ einen\ moment\W*""",
    re.VERBOSE,
)
BOT_CHECK_TEXT = re.compile(
    r"""verify\ (?:that\ )?you(?:['’]re|\ are)\ (?:a\ |not\ a\ )?(?:human|robot)
    |checking\ (?:if\ the\ site\ connection\ is\ secure|your\ browser)
    |enable\ javascript\ and\ cookies\ to\ continue|unusual\ (?:traffic|activity)\ from\ your
    |needs\ to\ review\ the\ security\ of\ your\ connection
    |performance\ (?:&|and)\ security\ by\ cloudflare|(?:complete|solve)\ the\ captcha
    |you\ are\ (?:a|not\ a)\ (?:ro)?bot\b|press\ (?:&|and)\ hold
    |made\ us\ think\ you\ (?:might\ be|were)\ a\ bot|kein\ roboter\ sind|no\ (?:eres
    |soy)\ un\ robot|vous\ n['’]êtes\ pas\ un\ robot""",
    re.VERBOSE,
)
CONSENT_TITLE = re.compile(
    r"""before\ you\ continue.*|(?:your\ )?(?:privacy|cookie)\ (?:choices|settings|preferences
    |consent).*|consent(?:\ (?:required|page))?|(?:cookie|gdpr|privacy)[\s-]*(?:wall|gate
    |consent).*
    |.{0,40}we\ value\ your\ privacy.*|zustimmung.*|datenschutz-?(?:einstellungen|hinweis).*
    |einwilligung.*|yahoo\ is\ part\ of.*|.{0,30}ist\ teil\ der\ yahoo.*
    |dpg\ media\ privacy\ gate""",
    re.VERBOSE,
)
CONSENT_TEXT = re.compile(
    r"""\bcookies?\b|\bconsent\b|\bwe\ value\ your\ privacy\b|\bour\ \d*\ ?partners\b
    |\bpersonal\ data\b|personali[sz]ed\ (?:ads|advertising|content)|privacy\ (?:policy|settings
    |notice)
    |\baccept\ all\b|\bzustimm|einwillig|\btracking\b|personenbezogene|datenschutz
    |unsere\ \d*\ ?partner|personalisierte\ (?:anzeigen|werbung|inhalte)|werbefrei|akzeptieren
    |consentement|vos\ données|nos\ \d*\ ?partenaires|accepter\ et|tout\ accepter|consentimiento
    |datos\ personales|nuestros\ (?:\d+\ )?socios|aceptar\ (?:y|todo)
    |consentimento|dados\ pessoais|nossos\ parceiros|consenso|dati\ personali
    |nostri\ (?:\d+\ )?partner|accetta|toestemming|persoonsgegevens|onze\ (?:\d+\ )?partners
    |samtykke|samtycke|personopplysninger""",
    re.VERBOSE,
)
# A page without any of these words asks for no consent: the slower patterns need not be tried.
CONSENT_WORD = re.compile(
    "cookie|consen[ts]|zustimm|einwillig|toestemming|samtyk|samtyck|zgod|privacy choices"
)

FORUM_HOST = re.compile(r"(?:forums?|community|discuss(?:ions?)?|bbs|boards?)\.", re.I)
FORUM_PATH = re.compile(
    r"/(?:threads?|viewtopic|showthread|showtopic|discussions?|forums?|questions)(?:[./-]|$)"
    r"|/topic/\d|/t/[^/]+/\d",
    re.I,
)
DOCUMENTATION_HOST = re.compile(
    r"(?:docs?|documentation|wiki|man|manual)\.|.*\.readthedocs\.(?:io|org)$", re.I
)
DOCUMENTATION_PATH = re.compile(r"/(?:docs|documentation|manual|reference|api-reference)/", re.I)
DOCUMENTATION_GENERATOR = re.compile(
    r"sphinx|mkdocs|docusaurus|rustdoc|mdbook|gitbook|antora|doxygen|javadoc|vuepress", re.I
)

# Addresses of stories. A story may also have a segment of SHOP_PATHS in its address; these patterns
# then exclude it from being taken for a shop or a listing.
STORY_PATH = re.compile(
    r"/(?:blogs?|news|nachrichten|posts?|articles?|artikel|stor(?:y|ies)|guides?|faq|press|presse)"
    r"(?:/|$)|\d{4}/\d\d?/|\d{5}|news_?view",
    re.I,
)
# The segments of STORY_PATH that only stories have, and the parameters of content systems for them.
NEWS_ADDRESS = re.compile(
    r"/(?:news|nachrichten|posts?|articles?|artikel|stor(?:y|ies)|presse?|blog)/[^/]|news_?view"
    r"|[?&](?:tx_(?:tt_?)?news|news_?id|article_?id|story_?id)\b",
    re.I,
)
PRODUCT_PATH = re.compile(
    r"/(?:products?|dp|item|itm|sku|shop)/[^/]|/p/(?:\d+|[A-Z0-9]{6,})$", re.I
)
COLLECTION_PATH = re.compile(
    r"/(?:collections|c|shop|catalog|store|departments?)(?:/|$)|/browse/[^/]+/[^/]"
    r"|/collection-",
    re.I,
)
LISTING_PATH = re.compile(
    r"/(?:categor(?:y|ies|ia|ias|ie)|kategorien?|tags?|topics?|thema|themen|schlagwort|etiquetas?"
    r"|sections?|rubriken?|rubriques?|authors?|autor(?:en|es)?|auteurs?|search|suche|recherche"
    r"|buscar|busca|archives?|archiv|latest|newest|jobs"
    r"|remote-jobs)(?:/[^/\d]{1,60})?(?:/page/\d+)?/?$"
    r"|/page/\d+/?$",
    re.I,
)
LISTING_WIKI = re.compile(r"/wiki/(?:List_of_|Category:|Portal:|Special:|Lists_of_)")
SERVICE_PATH = re.compile(
    r"/(?:services?|solutions?|pricing|plans|tuition(?:-and-fees)?|courses?|coupons?|quotes?)"
    r"(?:/[^/]+){0,2}/?$|/(?:[a-z]+-){1,3}(?:services?|solutions|courses?|coupons"
    r"|agency)(?:\.html?|/?)$",
    re.I,
)
LIVE_PATH = re.compile(
    # "live" alone must be a whole segment: `/live-healthy/tips`, `/live-music` are not live.
    r"/(?:live/|live$|(?:liveblog|live-?ticker|live-?news|newsblog|en-direct|en-vivo|ao-vivo)"
    r"(?:[/-]|$))"
    r"|[/-]live-?(?:blog|ticker|updates)\b|-en-direct\b",
    re.I,
)
GALLERY_PATH = re.compile(
    r"/(?:galler(?:y|ies)|galer(?:ie|ia|iak)|bildergaleri\w*|fotostrecken?|photos?|fotos?|pictures"
    r"|slideshows?|diaporamas?)/",
    re.I,
)
VIDEO_PATH = re.compile(r"/(?:videos?|watch|mediathek)/", re.I)
FRONT_PATH = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?(?:/|$)){0,2}"
    r"(?:(?:index|home|default|startseite|accueil|inicio|portada)(?:\.\w{3,5})?)?/?",
    re.I,
)
SECTION_NAMES = frozenset(
    "news nachrichten noticias notizie nieuws nyheter nyheder actualites actualite actu"
    " attualita politics politik politique politica world welt monde mundo mondo wereld"
    " international ausland inland national europe europa us uk africa asia china americas"
    " middle-east germany deutschland france business wirtschaft economie economy economia"
    " finance finanzen markets boerse money geld technology tech digital technik tecnologia"
    " technologie science wissen wissenschaft sciences ciencia scienze health gesundheit sante"
    " salud saude salute sport sports deportes esportes football fussball culture kultur"
    " cultura entertainment unterhaltung arts lifestyle leben life style fashion travel reise"
    " opinion opinions meinung debats debate commentisfree editorials columns society"
    " gesellschaft societe sociedad panorama vermischtes local lokales regional region"
    " regionen environment umwelt climate klima planete education bildung food auto cars motor"
    " games gaming video videos weather wetter media medien law crime justice justicia"
    " magazine newsletters podcasts podcast live latest ultime-notizie".split()
)
