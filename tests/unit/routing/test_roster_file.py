from datetime import date, time
from pathlib import Path

import pytest

from streams.errors import Misconfigured
from streams.routing.roster import NEGOTIATOR, Role, Roster
from streams.routing.roster_file import load_roster
from tests.unit.routing.cast import NOON

GOOD = """\
[[teams]]
id = "front"
timezone = "Europe/Madrid"
hours = "mon-fri 09:00-18:00"
holidays = [2026-12-25]
supervisor = "sue"
fallback = "ana"

[[handlers]]
id = "ana"
teams = ["front"]
languages = ["es", "en"]
skills = ["negotiator"]
authority = 100
email = "ana@example.com"

[[handlers.channels]]
kind = "email"
quiet_hours = "22:00-07:00"
digest_minutes = 30

[[handlers]]
id = "sue"
teams = ["front"]
languages = ["*"]
role = "win_back"
authority = 200
timezone = "Europe/London"
channels = ["desk", "console"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "roster.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        load_roster(write(folder, text))
    assert caught.value.id == "HO-ROSTER"
    return [line.strip() for line in str(caught.value.args[0]).splitlines()[1:]]


def test_a_good_roster_is_read(tmp_path):
    """Names, hours, holidays, zones and channels; the handler has the team's hours on their own clock."""
    crew = load_roster(write(tmp_path, GOOD))
    ana, sue = crew.handlers
    assert (ana.name, ana.role, ana.capacity, ana.languages) == ("ana", Role.FRONT_LINE, 10, {"es", "en"})
    assert date(2026, 12, 25) in ana.hours.holidays
    assert (str(ana.zone), str(sue.zone)) == ("Europe/Madrid", "Europe/London")
    assert sue.hours.week == ana.hours.week
    (mail,) = ana.channels
    assert (mail.kind, mail.target, mail.quiet_hours) == ("email", "ana@example.com", (time(22), time(7)))
    assert [channel.kind for channel in sue.channels] == ["desk", "console"]
    assert crew.supervisor_of("front") == "sue"
    assert sue.speaks("fi")
    assert not ana.speaks("fi")


def test_without_a_file_one_person_takes_everything(tmp_path):
    crew = load_roster(tmp_path / "roster.toml")
    assert crew == Roster.default()
    (me,) = crew.handlers
    assert (me.id, me.speaks("ko"), NEGOTIATOR in me.skills, me.hours.is_open(NOON)) == ("me", True, True, True)
    assert crew.teams[0].fallback == crew.teams[0].supervisor == "me"


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("Europe/Madrid", "Europe/Madird", "line 3: no time zone 'Europe/Madird'; did you mean 'Europe/Madrid'?"),
        ("mon-fri 09", "mon-fry 09", "line 4: hours: 'fry' in 'mon-fry 09:00-18:00' is no day"),
        ('visor = "sue"', 'visor = "suu"', "line 6: team 'front': supervisor 'suu' is no handler; did you mean 'sue'?"),
        ('back = "ana"', 'back = "x"', "line 7: team 'front': fallback 'x' is no handler; known are ana, sue"),
        ('["es", "en"]', '["spanish"]', "line 12: handler 'ana': no language 'spanish'; did you mean 'es'?"),
        ('["es", "en"]', '["xx"]', "line 12: handler 'ana': no language 'xx'; write ISO 639-1 codes"),
        ('["es", "en"]', "[]", "line 12: handlers[1].languages: [] List should have at least 1 item"),
        (
            '["negotiator"]',
            '[\n  "x",\n  "negotiater",\n]',
            "line 15: handler 'ana': no skill 'negotiater'; did you mean",
        ),
        ("authority = 100", "authority = 99", "line 14: handler 'ana': authority 99 is under half of what win-back"),
        ("authority = 100", "authority = -1", "line 14: handlers[1].authority: -1 should be greater than"),
        ("authority = 100", 'authority = "lots"', "line 14: handlers[1].authority: 'lots' should be a valid number"),
        ('kind = "email"', 'kind = "mail"', "line 18: handlers[1].channels[1].kind: 'mail' is not known; did you mean"),
        ("22:00-07:00", "22-7", "line 19: handlers[1].channels[1].quiet_hours: '22-7' is no span of the day"),
        ('"ana@example.com"', '""', "line 17: handler 'ana': the email channel has no target"),
        ('id = "sue"', 'id = "ana"', "line 23: handlers: 'ana' is there twice"),
        ("digest_minutes", "digest_minuts", "there is no key 'digest_minuts'; did you mean 'digest_minutes'?"),
        (
            'role = "win_back"',
            'role = "winback"',
            "line 26: handlers[2].role: 'winback' is not known; did you mean 'win_",
        ),
        ('teams = ["front"]\nlanguages = ["*"]', 'languages = ["*"]', "line 22: handlers[2]: 'teams' is missing"),
    ],
)
def test_each_mistake_names_its_line_and_what_was_written(tmp_path, old, new, mistake):
    assert old in GOOD
    found = mistakes(tmp_path, GOOD.replace(old, new, 1))
    assert any(mistake in line for line in found), found
    assert all(line.startswith("roster.toml line ") for line in found)


def test_several_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = GOOD.replace("Europe/Madrid", "Mars/Base").replace('["es", "en"]', '["qq"]').replace("= 100", "= 1")
    lines = [int(line.split(":")[0].rsplit(" ", 1)[1]) for line in mistakes(tmp_path, text)]
    assert lines == [3, 12, 14]


def test_what_is_no_toml_names_its_line(tmp_path):
    assert "line 2" in mistakes(tmp_path, "a = 1\nb = = 2\n")[0]


def test_front_line_authority_may_be_exactly_half(tmp_path):
    assert load_roster(write(tmp_path, GOOD)).handlers[0].authority == 100.0
