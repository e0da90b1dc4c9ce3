"""Words that make a problem more urgent, whoever says it: somebody may be hurt.

English, Spanish and Russian; an installation adds its own in `triage.safety_words`. `*` ends a stem, for inflection.
Kept to what people say of harm to people: a false alarm costs a call, a missed one an injury.
"""

#: Somebody is in danger: nothing is more urgent.
SAFETY_WORDS: tuple[str, ...] = (
    # English
    "on fire", "caught fire", "catch fire", "catching fire", "a fire", "fire hazard", "fire risk", "fire alarm",
    "house fire", "in flames", "flames", "smoke", "smoking plug", "sparks", "sparking", "overheat*",
    "explode*", "exploding", "explosion*",
    "gas leak*", "leaking gas", "smell of gas", "smells of gas", "smelled gas", "smell gas", "smelling gas",
    "smelled of gas", "carbon monoxide",
    "burns", "burned", "burnt my", "burn marks", "burning smell", "got burnt", "scald*",
    "electric shock*", "electrical shock*", "electrocut*", "got a shock", "got shocked", "bare wire*", "live wire*",
    "allerg*", "anaphyla*", "rash", "rashes", "poison*", "toxic fumes", "chok*", "mould", "mold",
    "injur*", "wounded", "bleed*", "blood", "broken bone*", "fractur*", "concussion*", "unconscious", "fainted",
    "hospital*", "ambulance*", "emergency room", "nearly died", "almost died", "could have died",
    "could have killed", "nearly killed", "almost killed", "life threatening", "life-threatening", "unsafe",
    # Spanish
    "incendio*", "incendi*", "fuego", "llamas", "en llamas", "humo", "chispas", "sobrecalient*", "sobrecalent*",
    "explot*", "explosion*", "explosión",
    "fuga de gas", "escape de gas", "olor a gas", "huele a gas", "olía a gas", "olia a gas", "monóxido*", "monoxido*",
    "quemad*", "quemó", "quemo", "quemaron", "quemé", "queme", "quema", "quemarse",
    "descarga eléctrica", "descarga electrica", "electrocut*", "calambrazo*", "cable pelado", "cables pelados",
    "alergi*", "alérgi*", "anafil*", "sarpullido*", "intoxic*", "envenen*", "veneno*", "tóxico*", "toxico*", "moho",
    "herid*", "lesión", "lesion*", "lesiones", "sangr*", "fractur*", "desmay*",
    "hospital*", "ambulancia*", "urgencias", "casi muere", "casi muero", "casi nos mata", "peligros*",
    # Russian
    "пожар*", "загорел*", "горит", "горел", "горела", "горело", "горели", "возгоран*", "дым", "дыма", "дымом", "дыму",
    "дымит*", "задымл*", "искрит", "искрил*", "искры", "взорв*", "взрыв*",
    "утечк* газа", "утечка газа", "утечку газа", "утечки газа", "запах газа", "запаха газа", "пахнет газом",
    "пахло газом", "воняет газом", "угарн*",
    "ожог*", "обжёг*", "обжег*", "обожгл*", "обжигает", "ошпар*",
    "ударило током", "ударил ток", "бьёт током", "бьет током", "било током", "удар током", "оголённ* провод*",
    "оголенные провода", "оголённые провода",
    "аллерг*", "анафила*", "сыпь", "сыпью", "отрав*", "ядовит*", "токсичн*", "плесен*", "задохн*", "задыха*",
    "травм*", "ранен*", "поранил*", "порезал*", "кровь", "крови", "кровью", "кровотеч*", "перелом*", "сотрясен*",
    "потерял* сознание", "больниц*", "госпитал*", "скорую", "скорая", "скорой помощи", "чуть не умер*",
    "чуть не погиб*", "опасн*",
)  # fmt: skip

#: A child is in it: more urgent, though most such posts (four in five of a sample of 15,000) speak of seats and films.
CHILD_WORDS: tuple[str, ...] = (
    "child", "children", "baby", "toddler*", "infant*", "kid", "kids", "newborn*",
    "niño", "niña", "niños", "niñas", "bebé", "bebés", "bebe", "bebes",
    "ребёнок", "ребенок", "ребёнк*", "ребенк*", "дети", "детей", "детям", "детьми", "детях", "малыш*", "младен*",
)  # fmt: skip
