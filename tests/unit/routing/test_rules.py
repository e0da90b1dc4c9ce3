from pathlib import Path

import pytest

from streams.errors import Misconfigured
from streams.records import Verdict
from streams.routing.rules import Action, Conditions, Rule, Rules, Subject
from streams.routing.rules_file import load_rules
from tests.unit.cases.cast import post, scores
from tests.unit.routing.cast import roster

GOOD = """\
[[rules]]
name = "safety first"
when = { severity_at_least = 4, lang = ["es"] }
then = { team = "front", skills = ["negotiator"], first_contact_hours = 0.5, budget = 200 }

[[rules]]
name = "thanks"
when = { verdict = ["praise"] }
then = { let_go = true }

[[rules]]
name = "leaving"
[rules.when]
words = [
  "cancel*",
  "baja",
]
[rules.then]
severity = 3
"""


def subject(verdict=Verdict.COMPLAINT, *, severity=2, heads=None, **details):
    return Subject(post=post(**details), scores=scores(**(heads or {})), verdict=verdict, severity=severity)


def load(folder: Path, text: str) -> Rules:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return load_rules(path, roster())


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        load(folder, text)
    assert caught.value.id == "HO-RULES"
    return [line.strip() for line in str(caught.value.args[0]).splitlines()[1:]]


def test_first_match_wins_and_says_why(tmp_path):
    rules = load(tmp_path, GOOD)
    match = rules.for_problem(subject(severity=4, lang="es", text="Cancelling!"))
    assert match.why == "rule 'safety first': severity 4 >= 4, lang es in [es]"
    assert match.rule.then.first_contact_hours == 0.5
    match = rules.for_problem(subject(severity=4, lang="en", text="Cancelling!"))
    assert (match.rule.name, match.why) == ("leaving", "rule 'leaving': word 'cancelling'")


def test_behind_all_rules_stands_one_for_every_problem(tmp_path):
    match = load(tmp_path, GOOD).for_problem(subject(Verdict.HOSTILE_PROBLEM))
    assert (match.rule.name, match.why) == ("default", "rule 'default': no other rule matched")
    assert match.rule.then.skills_for(Verdict.HOSTILE_PROBLEM) == ("negotiator",)
    assert match.rule.then.skills_for(Verdict.COMPLAINT) == ()


def test_what_is_let_go_is_named(tmp_path):
    rules = load(tmp_path, GOOD)
    match = rules.for_let_go(subject(Verdict.PRAISE))
    assert match is not None
    assert match.why == "rule 'thanks': verdict praise in [praise]"
    assert rules.for_let_go(subject(Verdict.MENTION)) is None


@pytest.mark.parametrize(
    ("when", "matching", "other", "why"),
    [
        ({"lang": ("pt",)}, {"lang": "pt-BR"}, {"lang": "es"}, "lang pt in [pt]"),
        ({"brand": ("acme", "Bolt")}, {"brand": "Acme"}, {"brand": "x"}, "brand Acme in [acme, Bolt]"),
        ({"source": ("test",)}, {}, {"source": "x"}, "source test in [test]"),
        ({"rating_at_most": 2.0}, {"rating": 1.5}, {"rating": None}, "rating 1.5 <= 2"),
        ({"reach_at_least": 100}, {"reach": 100}, {"reach": None}, "reach 100 >= 100"),
        ({"hostility_at_least": 0.5}, {"heads": {"hostility": 0.5}}, {}, "hostility 0.50 >= 0.5"),
        ({"problem_at_least": 0.5}, {"heads": {"problem": 0.7}}, {}, "problem 0.70 >= 0.5"),
        ({"words": ("счёт",)}, {"text": "Где мой СЧЁТ?"}, {"text": "счётчик"}, "word 'счёт'"),
        ({"severity_at_least": 3}, {"severity": 3}, {"severity": 2}, "severity 3 >= 3"),
        ({}, {}, None, "matches everything"),
    ],
)
def test_each_condition(when, matching, other, why):
    """It holds for one post and not for the other, and says why it held."""
    rules = Rules(rules=(Rule(name="r", when=Conditions(**when), then=Action()),))
    assert rules.for_problem(subject(**matching)).why == f"rule 'r': {why}"
    if other is not None:
        assert rules.for_problem(subject(**other)).rule.name == "default"


def test_all_conditions_must_hold():
    rule = Rule(name="r", when=Conditions(lang=("en",), reach_at_least=10), then=Action())
    rules = Rules(rules=(rule,))
    assert rules.for_problem(subject(reach=10)).rule is rule
    assert rules.for_problem(subject(reach=9)).rule is not rule


def test_no_skills_can_be_asked_for():
    assert Action(skills=()).skills_for(Verdict.HOSTILE_PROBLEM) == ()


def test_without_a_file_hostile_problems_need_a_negotiator(tmp_path):
    rules = load_rules(tmp_path / "rules.toml", roster())
    match = rules.for_problem(subject(Verdict.HOSTILE_PROBLEM))
    assert match.rule.name == "hostile, and real"
    assert match.rule.then.skills_for(Verdict.HOSTILE_PROBLEM) == ("negotiator",)


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('["praise"]', '["praise", "complaint"]', "line 8: rule 'thanks': a problem is never let go; 'complaint' has"),
        ('when = { verdict = ["praise"] }', "", "line 9: rule 'thanks': a problem is never let go; without 'verdict'"),
        ("let_go = true", "let_go = true, budget = 5", "line 9: rule 'thanks': what is let go has no case, so budget"),
        (
            'team = "front"',
            'team = "frint"',
            "line 4: rule 'safety first': no team 'frint' in the roster; did you mean",
        ),
        (
            '["negotiator"]',
            '["nego"]',
            "line 4: rule 'safety first': nobody in the roster has the skill 'nego'; did you",
        ),
        ('lang = ["es"]', 'lang = ["spanish"]', "line 3: rule 'safety first': no language 'spanish'"),
        ("severity_at_least = 4", "severity = 4", "there is no key 'severity'; did you mean 'severity_at_least'?"),
        ("severity_at_least = 4", "severity_at_least = 9", "line 3: rules[1].when.severity_at_least: 9 should be less"),
        ('["praise"]', '["prise"]', "line 8: rules[2].when.verdict[1]: 'prise' is not known; did you mean 'praise'?"),
        ('"baja"', '"*"', "line 16: rule 'leaving': '*' is no word"),
        ('"leaving"', '"thanks"', "line 12: rule 'thanks' is there twice"),
        ("first_contact_hours = 0.5", "first_contact_hours = 0", "line 4: rules[1].then.first_contact_hours: 0"),
    ],
)
def test_each_mistake_names_its_line_and_what_was_written(tmp_path, old, new, mistake):
    assert old in GOOD
    found = mistakes(tmp_path, GOOD.replace(old, new, 1))
    assert any(mistake in line for line in found), found
