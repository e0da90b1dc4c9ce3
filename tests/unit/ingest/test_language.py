"""A text's language is named where it is sure, and is `und` where it is not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.ingest.language import identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The cleaner came two hours late and left the kitchen dirty", "en"),
        ("El vuelo salió con tres horas de retraso y nadie nos dijo nada", "es"),
        ("Курьер опоздал на два часа и нагрубил мне по телефону", "ru"),
        ("Кур'єр запізнився на дві години і нагрубив мені", "uk"),
        ("Куриерът закъсня с два часа и беше много груб с мен", "bg"),
        ("Der Fahrer kam zwei Stunden zu spät und war sehr unhöflich", "de"),
        ("O entregador chegou atrasado e não pediu desculpas", "pt"),
        ("Le livreur est arrivé en retard et ne s'est pas excusé", "fr"),
        ("السائق تأخر ساعتين ولم يعتذر", "ar"),
        ("راننده دو ساعت دیر کرد و عذرخواهی نکرد", "fa"),
        ("配達が二時間遅れました", "ja"),
        ("送货员迟到了两个小时", "zh"),
        ("배달이 두 시간 늦었어요", "ko"),
        ("คนขับมาสาย", "th"),
        ("ο οδηγός άργησε", "el"),
        ("@acme #fail https://t.co/abc Nadie contesta el teléfono, qué vergüenza", "es"),
        ("Спасибо", "ru"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("zdravstvuyte, moya posylka gde uzhe?", "ru"),
        ("ya ne ponimayu pochemu vse tak dolgo", "ru"),
        ("bhai mera paisa wapas kab aayega", "hi"),
        ("kuch bhi nahi chal raha yaar, please fix the app", "hi"),
        ("ana mesh 3aref leh el app wa2e3 keda", "ar"),
    ],
)
def test_a_language_is_known_in_letters_that_are_not_its_own(text: str, language: str) -> None:
    """Everyday words are enough, for the n-gram model has never seen them so."""
    assert identify(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("qué asco de servicio", "es"),
        ("pésimo atendimento 😡", "pt"),
        ("che vergogna", "it"),
        ("c'est nul", "fr"),
        ("schon wieder kaputt", "de"),
        ("worst app ever", "en"),
        ("graciaaaaas", "es"),
        ("MENTIROSOS", "es"),
        ("де мої гроші", "uk"),
        ("где мои деньги", "ru"),
    ],
)
def test_a_few_words_are_enough_when_they_are_everyday_ones(text: str, language: str) -> None:
    """Also drawn out, in capitals, and with emoji."""
    assert identify(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The main band had to sing in the bar, and the sun was hot", "en"),
        ("Hai visto? Non ho più soldi e tu mi devi ancora il rimborso", "it"),
        ("Der Kurier hat den Wein vor die Tür gestellt", "de"),
        ("Kurier ne pije, ale byl pozdě a nikdo se neozval", "cs"),
        ("nie ma paczki, kurier był i pojechał bez słowa", "pl"),
    ],
)
def test_words_that_look_romanised_do_not_mislead(text: str, language: str) -> None:
    """A word that two languages share speaks for neither against the other."""
    assert identify(text) == language


def test_words_of_another_script_do_not_outvote_the_text() -> None:
    """Product talk in English inside an Arabic post leaves it Arabic."""
    assert identify("خدمة العملاء عندكم سيئة جدا ولا أحد يرد على الرسائل please help the app is not working") == "ar"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "👏👏👏", "12345", "@ana", "#fail", "https://example.com/the/page", "ok", "!!!", "Coca-Cola", "LH400"],
)
def test_what_says_nothing_is_undetermined(text: str) -> None:
    """Links, handles, hashtags, numbers and emoji are no language."""
    assert identify(text) == "und"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_gets_a_code(text: str) -> None:
    assert len(identify(text)) in (2, 3)


def test_many_threads_may_ask_at_once() -> None:
    """The model is loaded once, whoever comes first."""
    texts = ["Buenos días, mi pedido no llegó", "My parcel never arrived at all"] * 20
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(identify, texts)) == ["es", "en"] * 20
