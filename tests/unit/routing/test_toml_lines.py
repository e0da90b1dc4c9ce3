from streams.routing.toml_lines import TomlLines

TEXT = '''\
# [[not]] a = 1
title = "a # [b]"
text = """
[[handlers]]
x = 1
"""
[[people]]
name = "x"
tags = [
  "one", # "three"
  "two]",
  "three",
]
[[people.ways]]
kind = "a"
[[people.ways]]
kind = "b"
[[people]]
"name" = 'y'
[[people.ways]]
kind.of.thing = { deep = "c" }
[one.two]
three = 3
'''


def test_every_key_has_its_line():
    """Lists of tables count on, strings and comments are no keys, what is inside one line has that line."""
    lines = TomlLines(TEXT)
    assert lines.of(("title",)) == 2
    assert lines.of(("handlers",)) == 1
    assert lines.of(("people", 0)) == 7
    assert lines.of(("people", 0, "tags")) == 9
    assert lines.of(("people", 0, "ways", 1, "kind")) == 17
    assert lines.of(("people", 1, "name")) == 19
    assert lines.of(("people", 1, "ways", 0, "kind", "of", "thing", "deep")) == 21
    assert lines.of(("one", "two", "three")) == 23


def test_a_value_in_a_list_over_many_lines_has_its_own():
    assert TomlLines(TEXT).of(("people", 0, "tags"), "two]") == 11
    assert TomlLines(TEXT).of(("people", 0, "tags"), "four") == 9


def test_what_is_missing_points_at_what_is_around_it():
    lines = TomlLines(TEXT)
    assert lines.of(("people", 1, "age")) == 18
    assert lines.of(("nothing",)) == 1
