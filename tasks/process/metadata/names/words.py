"""Word lists that tell names of people from the other words in a byline."""

# News agencies count as authors. They are the only publishers that this code knows by name.
AGENCIES = frozenset(
    {
        "dpa", "afp", "ap", "reuters", "apa", "efe", "ansa", "tass", "upi", "pti", "ani", "ians",
        "xinhua", "kyodo", "yonhap", "anp", "belga", "sda", "sid", "kna", "epd", "ritzau", "ntb",
        "tt", "stt", "pap", "lusa", "agerpres", "anadolu", "interfax", "ukrinform", "unian", "aap",
        "bernama", "antara", "dts", "afx", "ots", "agi", "adnkronos", "europa press", "press trust",
        "associated press", "the associated press", "agence france-presse", "press association",
        "pa media", "bloomberg", "keystone-sda", "dapd", "cna", "mti", "ctk", "čtk", "tanjug",
        "hina", "sta", "bta", "cnw", "the canadian press", "canadian press", "anadolu agency",
        "notimex", "telam", "télam", "agencia efe", "agência brasil", "agência lusa", "dow jones",
    }
)  # fmt: skip

PARTICLES = frozenset(
    {
        "de", "da", "do", "dos", "das", "del", "della", "di", "du", "des", "van", "von", "vom",
        "der", "den", "ter", "ten", "zu", "zur", "la", "le", "el", "al", "bin", "ibn", "ben", "af",
        "av", "e", "y", "i", "het", "op", "'t", "las", "los", "dal", "dalla", "d'", "ul",
        "ur", "abu", "mac", "mc", "st.", "san",
    }
)  # fmt: skip

# A part of a byline with one of these words is a role, a desk, an employer or a link, not a person.
ROLE_WORDS = frozenset(
    """
    staff editor editors editorial editora reporter reporters correspondent correspondents
    correspondant correspondante corresponsal correspondent:in korrespondent korrespondentin
    writer writers contributor contributors contributing columnist journalist journaliste
    journalistin periodista redacteur rédacteur rédaction redaktion redakteur redakteurin
    redaktör redazione redacción redacao redação redakcja redactie redaktorin autor autorin
    author authors director founder co-founder ceo cto cfo manager president producer analyst
    professor prof lecturer researcher fellow senior junior chief deputy associate assistant
    specialist strategist consultant expert coach reviewer reviewed medically fact-checked
    photographer photo photos photography fotograf fotos illustration video videos newsroom desk
    bureau team newsletter follow subscribe share updated published posted read more min minutes
    comments comment views written words writing edited university institute department service
    services agency news magazine press media group inc llc ltd gmbh company corp foundation
    associates association society network online digital web administrator admin webmaster
    guest user login member weblog anonymous unknown superuser marketing content seo blog website
    channel profile profil biografie bio about contact e-mail email twitter facebook linkedin
    instagram rss
    politik wirtschaft sport kultur panorama leiter leiterin ressort chefredakteur chefredakteurin
    head vice executive managing general policy health science business tech technology politics
    sports culture entertainment opinion lifestyle travel finance education weather crime world
    national local today yesterday hours ago january february march april june july august
    september october november december monday tuesday wednesday thursday friday saturday sunday
    und-agenturen agenturen agencies agencias agences mitarbeiter mitarbeit special freelance
    freier freie leserreporter gardener horticulturist horticulturalist educator grader licensed
    certified master chef engineer developer designer practice admin dietitian nutritionist
    physician nurse partner sponsored advertisement anzeige
    """.split()
)
DEGREES = frozenset(
    """
    md m.d. phd ph.d. ph.d dr rn r.n. rd r.d. rdn ldn mph m.p.h. mba m.b.a. ms m.s. msc m.sc. ma
    m.a. ba b.a. bs b.s. bsc jd j.d. esq esq. cpa cfp cfa pharmd pharm.d. dds d.d.s. do d.o. dvm
    d.v.m. dpt np pa-c facs facp faap lcsw lmft cscs cpt psyd psy.d. edd ed.d. med m.ed. llm llb
    fnp fnp-bc aprn bsn msn ms,rd cns cde mfa frcp
    """.split()
)
SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
# A visible text with one of these words is not a name.
STOP_WORDS = frozenset(
    """
    the this that these those our your we you they he she it its is are was were has have had how
    what when where why who which not all new more most get can will for with without from about
    into over after before between on at in to of as or if but so than by an here there click see
    view learn sign log home skip menu search next previous continue read watch listen topics
    tags category categories posts articles latest related popular top best free online how-to
    """.split()
)
