"""The demo's people and rules load as those of any installation, and each language finds somebody at any hour."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from streams.cases.severity import HIGHEST, severity
from streams.records import Post, Scores, Sentiment, Verdict
from streams.routing.roster import NEGOTIATOR, Role, Roster
from streams.routing.roster_file import load_roster
from streams.routing.rules import LAST, Rules, Subject
from streams.routing.rules_file import load_rules
from streams.settings import TriageSettings

DEMO = Path(str(files("streams.demo")))
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def roster() -> Roster:
    return load_roster(DEMO / "roster.toml")


@pytest.fixture
def rules(roster: Roster) -> Rules:
    return load_rules(DEMO / "rules.toml", roster)


def subject(text: str, verdict: Verdict, severity: int = 2) -> Subject:
    sentiment = Sentiment(negative=0.8, neutral=0.1, positive=0.1)
    scores = Scores(
        sentiment=sentiment, hostility=0.8, problem=0.8, constructiveness=0.2, emotionality=0.7, model="test"
    )
    post = Post(id="t:1", source="t", author="ana.example", text=text, created_at=MONDAY, heard_at=MONDAY, lang="en")
    return Subject(post=post, scores=scores, verdict=verdict, severity=severity)


def test_five_people_work_here(roster: Roster) -> None:
    """Front line, win-back and one supervisor; the fallback is one of them."""
    roles = [handler.role for handler in roster.handlers]
    assert len(roles) == 5
    assert set(roles) == set(Role)
    assert roles.count(Role.SUPERVISOR) == 1
    for team in roster.teams:
        supervisor = roster.handler(team.supervisor)
        assert supervisor is not None
        assert supervisor.role is Role.SUPERVISOR
        assert team.fallback != team.supervisor


@pytest.mark.parametrize("lang", ["en", "es", "ru"])
def test_each_language_has_its_own_negotiator_on_the_front_line(roster: Roster, lang: str) -> None:
    """A hostile problem in any of the three languages finds somebody trained for it, without the fallback."""
    assert any(
        handler.role is Role.FRONT_LINE and NEGOTIATOR in handler.skills and handler.speaks(lang)
        for handler in roster.members("front")
    )


@pytest.mark.parametrize("lang", ["de", "pt"])
def test_nobody_speaks_the_odd_languages(roster: Roster, lang: str) -> None:
    """The feed's German and Portuguese complaints have to go to the fallback, which says so."""
    assert not any(handler.speaks(lang) for handler in roster.handlers)


def test_everybody_is_on_shift_at_any_hour(roster: Roster) -> None:
    """Newcomers run the demo at night and on Sundays."""
    for handler in roster.handlers:
        for hour in range(7 * 24):
            assert handler.hours.is_open(MONDAY + timedelta(hours=hour, minutes=59)), (handler.id, hour)


def test_alerts_are_seen_at_once(roster: Roster) -> None:
    """Each handler is told on the desk and in the terminal; nothing waits for a digest or a quiet hour."""
    for handler in roster.handlers:
        assert [channel.kind for channel in handler.channels] == ["desk", "console"]
        assert not any(channel.digest_minutes or channel.quiet_hours for channel in handler.channels)


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict.has_problem])
def test_every_problem_meets_a_rule_of_the_file(rules: Rules, verdict: Verdict) -> None:
    """None is left to the rule behind the file, and the budget is not zero."""
    rule = rules.for_problem(subject("the windows are streaky", verdict)).rule
    assert rule != LAST
    assert rule.then.budget > 0


def test_danger_comes_before_everything(rules: Rules) -> None:
    """The highest severity is called within a quarter of an hour, whatever else the post says."""
    rule = rules.for_problem(subject("cancel this, my son is burnt", Verdict.HOSTILE_PROBLEM, severity=4)).rule
    assert rule.then.first_contact_hours == 0.25


def test_danger_is_heard_in_the_feed() -> None:
    """Posts about somebody's health are of the highest severity by their words, and no other problem is."""
    told = tomllib.loads((DEMO / "hearout.toml").read_text(encoding="utf-8"))
    words = TriageSettings.model_validate(told["triage"]).safety_words
    urgent = set()
    for line in (DEMO / "feed.jsonl").read_text(encoding="utf-8").splitlines():
        post = json.loads(line)
        if post["kind"] in {"hostile_problem", "complaint", "grievance"}:
            said = subject(post["text"], Verdict(post["kind"]))
            level = severity(verdict=said.verdict, post=said.post, scores=said.scores, safety_words=words)
            urgent |= {post["author"].split(".")[0]} if level == HIGHEST else set()
    assert urgent == {
        "ruthie-prenda", "asthma", "tom-haddow", "mama-de-leo", "celia", "anton-s-gazom", "lera",
    }  # fmt: skip


def test_the_feed_exercises_every_rule(rules: Rules) -> None:
    """Going by its editor's labels, each rule of the file has something to decide."""
    met = set()
    for line in (DEMO / "feed.jsonl").read_text(encoding="utf-8").splitlines():
        post = json.loads(line)
        if post["kind"] == "silent_low_rating":
            continue
        said = subject(post["text"], Verdict(post["kind"]), severity=4 if "SIN TAPÓN" in post["text"] else 2)
        match = rules.for_problem(said) if said.verdict.has_problem else rules.for_let_go(said)
        met |= {match.rule.name} if match else set()
    assert met == {rule.name for rule in rules.rules}
