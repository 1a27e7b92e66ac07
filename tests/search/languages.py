"""Invented news in thirteen languages, with words that differ by case, accents, width and form."""

import random

SENTENCES = {
    "en": "The Ferry strike goes on, ferries stay in port. "
    "Don't co-operate with re-elected ferry owners! A 1,000.5 per cent rise",
    "de": "Der Streik der Fähren geht weiter; die Straße zum Hafen ist gesperrt. "
    "STRASSE und Fährmann, Müller und Mueller",
    "fr": "L'accord sur l’élection est conclu : la grève des ferries continue "
    "à côté du café. Côte, coté, cote",
    "es": "El paro de los transbordadores sigue, dijo el año pasado la señora Núñez. "
    "¿Qué pasará mañana?",
    "ru": "Забастовка паромов продолжается, ещё один паром стоит. Паром, ПАРОМЫ и м'ята",
    "el": "Η απεργία των πλοίων συνεχίζεται, ο υπουργός μίλησε. ΟΔΟΣ οδός οδοσ",
    "tr": "İstanbul'da feribot grevi sürüyor; ışık ve IŞIK, İzmir ve izmir, DIŞ dış",
    "ar": "إضراب العبّارات مستمر في الميناء، قال الوزير. كـتاب كِتَاب كتاب الكتاب",
    "he": "שביתת המעבורות נמשכת בנמל, אמר השר. שָׁלוֹם שלום צה״ל",
    "hi": "नौका हड़ताल जारी है, मंत्री ने हिन्दी में कहा। हिंदी और हिन्दी",
    "ko": "페리 파업이 계속된다. 페리가 항구에 있다, 장관은 말했다",
    "ja": "フェリーのストライキは続く。東京・大阪の港で5月にﾌｪﾘｰが止まる、と大臣は述べた。がか",
    "zh": "渡轮罢工仍在继续,部长说。北京大学和大学北京,2024年5月。時々",
    "th": "การนัดหยุดงานของเรือข้ามฟากยังดำเนินต่อไป รัฐมนตรีกล่าวว่า กำ น้ำ กาแฟ",
}


def invented(count: int, seed: int) -> list[tuple[str, str, str]]:
    """Return language, title and text of articles, made of shuffled parts of these sentences."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        language = list(SENTENCES)[number % len(SENTENCES)]
        text = " ".join(_part(SENTENCES[language], chance) for _ in range(chance.randint(1, 4)))
        if chance.random() < 0.3:
            text += "\n\n" + _part(SENTENCES[chance.choice(list(SENTENCES))], chance)
        found.append((language, _part(SENTENCES[language], chance), text))
    return found


def _part(sentence: str, chance: random.Random) -> str:
    first = chance.randrange(len(sentence) // 2)
    part = sentence[first : first + chance.randint(3, len(sentence))]
    words = part.split(" ")
    if chance.random() < 0.4:
        chance.shuffle(words)
    return " ".join(words)
