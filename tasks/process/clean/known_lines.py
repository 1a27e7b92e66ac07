"""Patterns of boilerplate lines by kind, in the languages of the corpora.

A pattern must match a whole line, in lower case and without bullets around it. Some patterns allow
any text after a label ("Read more: ..."), within the length that `LONGEST` sets for the kind.
"""

import re

LABELS_OF_LINKS = r"""
    read\ (?:more|also|next|this|on)|also\ read|more\ to\ read|see\ (?:also|more|related)|must\ read
  | related|related\ (?:articles?|stor(?:y|ies)|content|posts?|coverage|news|topics?|reading|links?)
  | (?:you\ )?(?:may|might)\ also\ (?:like|be\ interested\ in)|what\ to\ read\ next
    |more\ on\ this(?:\ story)?
  | recommended(?:\ (?:for\ you|reading|stories|articles))?|explore\ (?:further|more)
    |further\ reading
  | (?:most\ )?popular|most\ (?:read|viewed|shared)|trending(?:\ now)?|editor['’]?s['’]?\ picks?
    |don['’]t\ miss
  | more\ (?:stories|news|coverage)|keep\ reading|up\ next|in\ case\ you\ missed\ it
  | lesen\ sie\ (?:auch|mehr|dazu|hier)|lies\ auch|auch\ interessant|das\ könnte\ (?:sie
    |dich)\ auch\ interessieren
  | mehr\ (?:zum\ thema|dazu|lesen|infos)|weiterlesen|zum\ thema|weitere\ (?:artikel|meldungen
    |themen)
  | weiterführende\ links|ähnliche(?:\ artikel)?|meistgelesen|passend\ dazu|siehe\ auch|lesetipps?
  | (?:à\ )?lire\ (?:aussi|la\ suite|plus|également)|à\ lire|voir\ aussi|sur\ le\ même\ sujet
    |les\ plus\ lus
  | en\ savoir\ plus|vous\ aimerez\ aussi|nos\ (?:derniers\ )?articles|à\ découvrir
  | lee?r?\ (?:también|más|además)|lea\ (?:también|más|además)|(?:te|le)\ puede\ interesar
    |más\ información
  | noticias?\ relacionadas?|lo\ más\ (?:leído|visto)|ver\ más|vea\ también|en\ contexto
    |relacionad[oa]s?
  | le(?:ia|r)\ (?:também|mais)|veja\ (?:também|mais)|saiba\ mais|mais\ lidas|notícias\ relacionadas
  | leggi\ anche|leggi\ (?:di\ più|tutto)|potrebbe\ interessarti(?:\ anche)?|i\ più\ letti
    |vedi\ anche
  | lees\ (?:ook|meer|verder)|meer\ (?:over|lezen)|gerelateerd|bekijk\ ook|zie\ ook
  | les\ (?:også|mer)|saken\ fortsetter|læs\ (?:også|mere)|läs\ (?:också|mer|även)|lue\ (?:myös
    |lisää)
  | czytaj\ (?:też|także|więcej|również)|zobacz\ (?:też|także|również)|читайте\ также|по\ теме
  | okumaya\ devam|ayrıca\ okuyun|あわせて読みたい|関連記事|相关阅读|相关新闻
"""

NETWORK = (
    r"(?:facebook|twitter|x|whats\s?app|linked\s?in|pinterest|reddit|telegram|tumblr|messenger|xing"
    r"|flipboard|instagram|threads|bluesky|mastodon|pocket|line|vk|e-?mail|mail|print|sms|rss|url)"
)
_SHARE = (
    r"(?:share|tweet|pin(?:\ it)?|copy\ link|link\ kopieren|teilen|drucken|merken|partager|imprimer"
    r"|compartir|compartilhar|imprimir|condividi|stampa|delen|deel|del|dela|kopier\ lenke"
    r"|copiar\ enlace"
    r"|copier\ le\ lien|copy\ url|комментировать|поделиться|udostępnij|paylaş)"
)
ON = r"(?:on|via|by|with|auf|per|bei|sur|par|en|por|no|na|su|op|på|to)"
MAIL_WORDS = (
    r"(?:newsletters?|inbox|briefing|alerts?|mailing\ list|boletín|boletines|posteingang"
    r"|nieuwsbrief"
    r"|nyhetsbrev|nyhedsbrev|infolettre|boletim)"
)
NETWORKS_NAMED = (
    r"(?:facebook|twitter|instagram|whatsapp|telegram|linkedin|youtube|tik\s?tok|google\ news"
    r"|bluesky|threads)"
)
STAMP_WORD = (
    r"(?:(?:first\ |last\ )?(?:published|updated|modified|posted)(?:\ (?:on|at))?"
    r"|aktualisiert(?:\ am)?"
    r"|veröffentlicht(?:\ am)?|stand(?=:?\ ?\d)|erstellt(?:\ am)?|publié(?:\ le)?"
    r"|mis\ à\ jour(?:\ le)?|publicado(?:\ el|\ em)?"
    r"|actualizado(?:\ el)?|atualizado(?:\ em)?|pubblicato(?:\ il)?|aggiornato(?:\ il)?"
    r"|gepubliceerd(?:\ op)?"
    r"|bijgewerkt|publicerad|uppdaterad|publisert|oppdatert|güncelleme)"
)
# Counters ("12 comments") and ages ("3 hours ago") differ at each fetch. If they were kept, each
# fetch would make a new version of the story.
COUNTED = (
    r"(?:comments?|replies|reply|views?|reads|likes?|reactions?|kommentare?|kommentarer|aufrufe"
    r"|commentaires?|vues|comentarios?|visualizaciones|comentários?|visualizações|commenti"
    r"|visualizzazioni|reacties|komentarzy|yorum|комментари(?:й|я|ев))"
)
AGE = (
    r"(?:(?:\d+|an?|one)\ (?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)\ ago"
    r"|vor\ (?:\d+|einer|einem)\ (?:sekunden?|min(?:uten?|\.)?|stunden?|std\.?|tag(?:en)?|wochen?)"
    r"|il\ y\ a\ (?:\d+|une?)\ (?:minutes?|min|heures?|h|jours?)"
    r"|(?:hace|há)\ (?:\d+|una?|uma?)\ (?:minutos?|horas?|días?|dias?)"
    r"|(?:\d+|un['’]?)\ ?(?:minut[oi]|or[ae]|giorn[oi])\ fa)"
)
_STAMP = r"[\d\s:.,/|()+•·–-]*\d[\d\s:.,/|()+•·–-]*"

PATTERNS = {
    "navigation": r"""
        (?:skip|jump|go)\ to\ (?:the\ )?(?:main\ )?(?:content|navigation|search|footer|menu|article)
      | (?:direkt\ )?zum\ (?:haupt)?inhalt(?:\ (?:springen|wechseln))?|hauptinhalt
      |zur\ (?:haupt)?navigation(?:\ springen)?
      | (?:aller|passer|accéder)\ (?:directement\ )?au\ (?:contenu|menu)(?:\ principal)?
      | (?:saltar|ir|pasar)\ al\ contenido(?:\ principal)?|(?:pular|ir
      |saltar)\ para\ o\ conteúdo(?:\ principal)?
      | (?:vai|salta|passa)\ al\ contenuto(?:\ principale)?|(?:(?:ga|spring
      |direct)\ )?naar\ (?:de\ )?(?:hoofd)?inhoud(?:\ gaan)?
      | (?:hopp|gå|spring)\ (?:rett\ )?(?:til|till)\ (?:hoved)?(?:innhold(?:et)?|innehåll(?:et)?
      |indhold(?:et)?)
      | przejdź\ do\ (?:głównej\ )?treści|siirry\ sisältöön|перейти\ к\ (?:основному\ )?содержанию
      |本文へスキップ
      | back\ to\ (?:top|the\ top)|nach\ oben|zum\ seitenanfang|retour\ en\ haut|volver\ arriba
      |voltar\ ao\ topo|torna\ su
      | (?:leave|add|post|write)\ a\ (?:comment|reply)|(?:view|show|read|see
      |load)\ (?:all\ )?(?:\d+\ )?comments?|comments?(?:\ \(\d+\))?
      | join\ (?:the\ (?:conversation|discussion)|our\ commenting\ forum)
      |kommentare?(?:\ (?:schreiben|lesen|anzeigen))?
      | commentaires?|comentarios?|comentários?|commenti|reacties|kommentarer|комментарии
      | would\ you\ like\ to\ comment\ on\ this\ article\?
      |please\ read\ our\ comment\ policy\ before\ commenting\.?
      | join\ thought-provoking\ conversations,.{0,100}
      | embed|link\ zum\ \w+-inhalt|video\ player|play\ video|watch\ (?:now|video|live)
      |loading(?:\.{3}|…)?
      | show\ (?:more|less|all)|mehr\ anzeigen|view\ (?:gallery|image\ in\ fullscreen)
      |afficher\ plus|mostrar\ más
      | (?:sign|log)\ in|sign\ up|register|subscribe(?:\ now)?|anmelden|einloggen|s['’]abonner
      |suscríbete|assine|abbonati
      | hear\ this\ story|listen\ to\ (?:this\ )?(?:article|story)|artikel\ (?:an|vor)(?:hören
      |lesen)|écouter\ l['’]article
      | tags?|topics?|schlagwörter|schlagworte|themen|etiquetas|mots[- ]clés
      | (?:tags?|topics?|filed\ under|posted\ in|categor(?:y|ies)|schlagwörter
      |schlagworte)\ ?:.{0,150}
    """,
    "share_bar": rf"""
        {_SHARE}(?:\ (?:this|the|diesen?|cet|este|esta|questo|dit)(?:\ (?:article|story|post|page
        |artikel|beitrag|artículo|nota|artigo|articolo|on|via))*)?
      | {_SHARE}\ {ON}\ {NETWORK}(?:\ \(opens\ in\ (?:a\ )?new\ window\))?
      | (?:{_SHARE}|{NETWORK})(?:[\s,|/·•&+-]+(?:{ON}\ )?(?:{_SHARE}|{NETWORK})){{1,12}}
      | (?:like|enjoy(?:ed)?|loved?)\ (?:this|what\ you).{{0,40}}\bshare\b.{{0,60}}
      | click\ to\ (?:share|email|print)\b.{{0,80}}
      | share\ (?:this\ )?(?:{ON}\ )?social\ media|spread\ the\ word
      |compartir\ en(?:\ redes(?:\ sociales)?)?
    """,
    "notice": rf"""
        (?:editor['’]?s['’]?\ note\s*[:–-]\s*)(?:subscribe|sign\ up|get|join|follow|this\ (?:story
        |article)\ (?:first|originally)\ appeared\ in\ .{{0,40}}newsletter).{{0,260}}
      | (?:(?:click\ here\ (?:to|and)\ )?(?:please\ )?(?:subscribe|sign\ up|signup
      |register)\b).{{0,120}}\b{MAIL_WORDS}\b.{{0,100}}
      | (?:get|receive|join|want)\b.{{0,100}}\b(?:newsletters?|(?:in|to)\ your\ inbox
      |straight\ to\ your\ inbox|mailing\ list)\b.{{0,80}}
      | (?:there['’]?s\ plenty\ more|stay\ (?:on\ top|up\ to\ date|informed)
      |sign\ up:)\b.{{0,120}}\b{MAIL_WORDS}\b.{{0,80}}
      | (?:abonnieren|bestellen|melden|holen|erhalten|jetzt|hier
      |sie\ m[öo]gen)\b.{{0,120}}\bnewsletter\b.{{0,100}}
      | (?:inscrivez|abonnez|recevez)(?:-vous)?\b.{{0,120}}\b(?:newsletter|infolettre
      |lettre\ d['’]information)\b.{{0,60}}
      | (?:suscr[ií]b[ea](?:te|se)|recibe|reciba|apúntate|regístrate|assine|inscreva-se|receba
      |iscriviti|ricevi|schrijf\ je)\b.{{0,120}}\b(?:newsletter|bolet[ií]n(?:es)?|boletim
      |nieuwsbrief)\b.{{0,60}}
      | สมัคร(?:รับ|สมาชิก)?(?:จดหมายข่าว|ข่าวสาร).{{0,120}}
      | (?:欢迎|歡迎|点击|點擊|立即|马上)?(?:订阅|訂閱).{{0,20}}
        (?:通讯|通訊|简报|簡報|电子报|電子報|邮件|郵件).{{0,60}}
      | .{{0,30}}(?:メールマガジン|メルマガ|ニュースレター).{{0,10}}(?:登録|購読).{{0,40}}
      | .{{0,30}}뉴스레터.{{0,10}}(?:구독|신청).{{0,40}}
      | (?:подпишитесь|підпишіться|подписывайтесь)\ на\ .{{0,120}}
      | (?:اشترك|سجل)\b.{{0,40}}(?:النشرة|نشرتنا).{{0,80}}
      | (?:we|this\ (?:web)?site|our\ (?:web)?sites?|[\w-]+\.[a-z]{{2,4}})\ (?:use|uses
      |utili[sz]es?)\ cookies\b.{{0,250}}
      | (?:wir\ (?:verwenden|nutzen|setzen)|diese\ (?:web)?(?:site|seite)\ (?:verwendet
      |nutzt))\b.{{0,40}}\bcookies\b.{{0,250}}
      | (?:nous\ utilisons|ce\ site\ utilise|(?:este|esta)\ (?:sitio|web|site
      |página)\ (?:web\ )?(?:utiliza|usa)|utilizamos|usamos|questo\ sito\ (?:utilizza|usa)
      |deze\ (?:web)?site\ (?:gebruikt|maakt\ gebruik\ van)
      |wij\ gebruiken)\b.{{0,60}}\bcookies?\b.{{0,250}}
      | by\ (?:continuing|using|browsing)\b.{{0,80}}\b(?:cookies?|privacy\ policy
      |terms\ of)\b.{{0,120}}
      | (?:accept|reject|manage)\ (?:all\ )?(?:cookies|preferences)
      |alle\ (?:cookies\ )?akzeptieren|tout\ accepter|aceptar\ (?:todo|cookies)
      | (?:please\ )?(?:(?:like|find|join|connect\ with|tag)\ us
      |follow\ (?!the\ )@?[\w.'’-]+(?:\ [\w.'’-]+){{0,3}})\b.{{0,50}}\b{NETWORKS_NAMED}\b.{{0,100}}
      | (?:folgen\ sie|folge|suivez|s[ií]gue|siga|seguici|volg|følg
      |följ)\b.{{0,60}}\b{NETWORKS_NAMED}\b.{{0,80}}
      | subscribe\ to\b.{{0,60}}\b(?:youtube|channel|podcast)\b.{{0,80}}
      | (?:got|have)\ (?:a|any)\ (?:news\ )?(?:tip|tips|story)\b\s?\?.{{0,160}}
      | get\ in\ touch\ with\ our\ (?:news\ )?team\b.{{0,100}}
      |for\ more\ stories\ like\ this,.{{0,60}}
      | (?:if\ you\ (?:buy|purchase|click)\b.{{0,100}}\b|(?:we|this\ (?:post|article
      |page))\ (?:may|might|can|could)\b.{{0,50}}\b)(?:share\ of\ the\ sale|commission
      |affiliate\ (?:links|commissions?))\b.{{0,80}}
      | our\ standards:\ the\ thomson\ reuters\ trust\ principles\.?(?:,\ opens\ new\ tab)?
      | (?:diesen\ artikel|diese\ inhalte)\b.{{0,60}}\b(?:freischalten|abonnement|abo)\b.{{0,60}}
    """,
    "advert": r"""
        (?:[-–—*\[( ]*)(?:advertisement|advertising|advert|ad|anzeige|werbung|publicité|publicidad
        |publicidade|pubblicità|advertentie
      | annonse|annons|annonce|reklama|reklam|реклама|mainos|広告)(?:[-–—*\]) ]*)
      | (?:advertisement\W*)?(?:story|article|report)\ continues\ (?:below
      |after)(?:\ (?:this\ )?(?:ad|advert|advertisement))?
      | continue\ reading\ below|continue\ reading(?:\ the\ main\ story)?|scroll\ to\ continue
      |sponsored(?:\ (?:content|by))?|promoted(?:\ content)?
      | nach\ der\ werbung\ weiterlesen|artikel\ wird\ nach\ der\ anzeige\ fortgesetzt
      |la\ suite\ après\ (?:la\ publicité|cette\ publicité)
      | continua\ después\ de\ la\ publicidad|continua\ (?:após|depois\ d)a?\ (?:a\ )?publicidade
      |lees\ verder\ onder\ de\ advertentie
      | artikelen\ fortsetter\ under\ annonsen|saken\ fortsetter\ under\ annonsen
    """,
    "credit": r"""
        (?:photo(?:graph)?|picture|image|video|pic|bild|foto|fotos|photos|imagen|imagem|immagine
        |beeld|фото|illustration|grafik|titelbild|aufmacherbild)
        (?:\ ?(?:credit|courtesy|by|source|von|de|di|copyright|quelle
        |rechte)s?)?\ ?(?:\ of)?[:/©]\ ?[^.!?]{1,70}(?:\.\w{2,4})?
      | (?:(?:photo|image|picture|illustration|video)s?\ (?:by|courtesy\ of|via))\ [^.!?]{1,60}
      | (?:credits?|copyright|urheber)\ ?:\ ?[^.!?]{1,70}
      | (?:©|\(c\)\ ?(?=copyright|\d{4})|copyright\ ?(?:©|\(c\)|\d{4})).{0,110}
      | (?:[\w\ .,'’-]{0,40}(?:/|via\ )\ ?)?(?:getty(?:\ images)|shutterstock(?:\.com)?
      |istock(?:photo)?|alamy|afp\ photo)(?:\ ?/\ ?[\w\ -]{1,25})?
      | (?:all\ rights\ reserved|alle\ rechte\ vorbehalten|tous\ droits\ réservés
      |todos\ los\ derechos\ reservados|todos\ os\ direitos\ reservados)\.?.{0,60}
      | (?:source|sources|quelle|quellen|fuente|fonte|bron|kilde|källa|źródło
      |источник)\ ?:\ ?[^.!?]{1,40}(?:\.\w{2,4})?
      | \(?(?:quelle|source)\ ?:\ ?[^.!?]{1,40}\)|mit\ (?:dpa|afp|reuters|ap)(?:[/,\ ]+(?:dpa|afp
      |reuters|ap))*|\((?:ntb|dpa|afp|reuters|ap|apa|sda)(?:/\w+)*\)
    """,
    "stamp": rf"""
        (?:tempo\ (?:de|di)\ le(?:itura|ttura)|lesedauer|lesezeit
        |(?:estimated\ )?read(?:ing)?\ time|temps\ de\ lecture|tiempo\ de\ lectura|leestijd
        |lesetid)\ ?:?\ ?(?:ca\.\ ?)?\d+\ ?\w{{0,8}}\.?
      | \d+\ ?min(?:ute)?s?\.?\ ?(?:read|lesezeit|de\ lecture|de\ lectura|de\ leitura|leestijd
      |lesetid)
      | -?\ ?{STAMP_WORD}\s?:?\ ?(?:{_STAMP})?(?:uhr|h|gmt|utc|[ap]m
      |[ap]\.m\.)?(?:\ ?[|•·-]?\ ?{STAMP_WORD}\s?:?\ ?{_STAMP}(?:uhr)?)?
      | {STAMP_WORD}\s?:?\ ?(?:\w{{3,10}}\.?,?\ )?(?:\d{{1,2}}\.?\ )?(?:de\ )?\w{{3,10}}\.?
        \ (?:\d{{1,2}}(?:st|nd|rd|th)?,?\ )?(?:de\ )?\d{{4}}.{{0,25}}
      | \d[\d.,\ ]*\ ?[km]?\ {COUNTED}|{COUNTED}\ ?:\ ?\d[\d.,\ ]*|no\ comments(?:\ yet)?
      | (?:{STAMP_WORD}\s?:?\ ?)?{AGE}
      | (?:19|20)\d\d-\d\d-\d\d(?:[t\ ]\d\d:?\d\d(?::?\d\d(?:[.,]\d{{1,9}})?)?\ ?(?:z
      |[+-]\d\d:?\d\d)?)?
    """,
}

LONGEST = {
    "navigation": 160,
    "share_bar": 160,
    "notice": 320,
    "advert": 80,
    "credit": 130,
    "stamp": 90,
    "link": 200,
}
LONGEST_LINE = max(LONGEST.values())

_LINK = rf"""
    (?:{LABELS_OF_LINKS})\ ?(?:[:|»>→–-]|\.\.\.|…)\ ?.{{1,170}}
  | (?:{LABELS_OF_LINKS})\ ?(?:[:|»>→]|\.\.\.|…)?
  | read\ (?:more|(?:the|our)\ full)\b.{{0,100}}|(?:see|view)\ (?:more|all)(?:\ \w+){{0,3}}
  | (?:more|next|previous|also)\ ?:\ .{{1,150}}|also\ on\ [\w-]+\.[\w.-]+\ .{{1,150}}
  | (?:more\ from|popular\ on)\ [^.!?:]{{1,40}}
  | (?:leggi\ anche|lesen\ sie\ auch|lire\ aussi|leia\ também|lea\ también|lees\ ook)\b.{{0,170}}
"""
LINES = {
    kind: re.compile(pattern, re.VERBOSE) for kind, pattern in {**PATTERNS, "link": _LINK}.items()
}
