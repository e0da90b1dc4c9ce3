"""Words every third sentence of a language has, kept where no other language here has them."""

from collections import Counter

_WORDS = {
    "en": (
        "the and you your with this that have has was were what when they their there would could should been "
        "which about from will not don't can't i'm it's get just my but how who why out than then them our "
        "his her because people know think never still again even much very really going want need got make "
        "here after before being only who's isn't didn't doesn't won't i've that's you're waiting thanks "
        "please customer service"
    ),
    "es": (
        "el los las una pero muy como está están qué porque cuando también hay nada todo más sus ser este "
        "esta esto desde donde hace tengo tiene tienen soy eres fue ya así siempre nunca gracias usted "
        "ustedes ahora mucho muchas aquí ni él nos les con por según vuelo horas hasta sin sobre y hoy años "
        "puede hotel habitación servicio"
    ),
    "pt": (
        "não uma você vocês muito são também isso essa esse já estou está ao aos pela pelo seu sua meu minha "
        "foi mais porque fazer tem têm nem quando até depois aqui obrigado então ainda nós eles elas dos das "
        "um os nos na vai pra tudo nunca só bem mas ele ela esta"
    ),
    "fr": (
        "les des est pas une dans pour qui sur avec je vous nous c'est mais ça sont être cette plus tout fait "
        "j'ai très ils aux même quand comme bien alors d'un d'une n'est qu'il aussi mes votre leur rien merci "
        "elle été avoir du le et"
    ),
    "de": (
        "der die das und ist nicht ich ein eine mit auf für von zu den dem sich auch es wie noch aber nur man "
        "wird bei nach kann wenn oder aus wir haben sind war hat keine sehr schon mehr als doch mal immer mir "
        "mich uns wurde einen"
    ),
    "it": (
        "che il di non per è gli della sono con più anche come questo questa alla nel ma ho hai abbiamo tutto "
        "perché molto solo sempre quando essere fatto grazie lo dei delle degli una ci se io"
    ),
    "nl": (
        "het een van ik niet dat op aan met zijn voor er ze ook maar naar wel heb heeft geen nog wordt deze "
        "dit bij uit meer mijn jullie hebben kan je wat wij zo"
    ),
    "pl": (
        "nie się jest na że to jak ale co tak czy już tylko być mnie jestem dla ma po przez bardzo może gdzie "
        "kiedy są mam ten"
    ),
    "tr": ("bir ve bu için ne çok ama değil daha gibi kadar var yok ben sen diye olan olarak benim şey bile mi"),
    "id": (
        "yang dan di ini itu tidak dengan untuk saya ada aku kamu bisa juga dari tapi sudah akan kalau lebih "
        "banget nya gak"
    ),
    "ru": (
        "и в не на что я с это как у меня он а по но так все всё мне ты за из бы то вы был было была только "
        "от для же уже когда если нет еще ещё или есть очень даже может ничего чтобы просто сейчас она они мы "
        "их её его нас вам вас кто где почему потому себя быть тебя этот эта эти того этого после под про раз "
        "спасибо больше"
    ),
    "uk": (
        "що не та це як але мене він вона вони від для вже було був була щоб тільки ще якщо коли дуже й є чи "
        "зараз дякую його її їх також треба можна немає бути ми ви цього які яка який між"
    ),
    "bg": (
        "и на да се за от не са ще това как но ми си е като съм при към един много няма беше тази този какво "
        "само още или има защото трябва ли със"
    ),
    "sr": ("и је да се на у не за су од што као али ми сам са само то који која или би није све када био бити има ће"),
}

_COUNTS = Counter(word for words in _WORDS.values() for word in set(words.split()))

#: The one language here that has the word.
LANGUAGE_OF = {word: language for language, words in _WORDS.items() for word in words.split() if _COUNTS[word] == 1}
