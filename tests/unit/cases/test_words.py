import pytest

from streams.cases.words import find_word


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["gas"], "Gas!", True),
        (["gas"], "gasoline", False),
        (["gas*"], "gasoline", True),
        (["ожог*"], "ожогами", True),
        (["ожог"], "ожогами", False),
        (["straße"], "in der Straße", True),
        (["late delivery"], "a LATE\n delivery", True),
        (["утечк* газа"], "об утечке газа", True),
        (["c++"], "I write c++ all day", True),
        (["火事"], "これは火事です", True),
        (["a|b"], "b", False),
        ([" ", "*"], "anything", False),
        ([], "anything", False),
    ],
)
def test_words_are_found_on_unicode_boundaries(words, text, found):
    """Whole words in any script, stems where asked; nothing a person types is read as a pattern."""
    assert bool(find_word(tuple(words), text)) is found
