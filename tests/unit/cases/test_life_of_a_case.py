"""Random lives of a case: whatever people, customers and the clock do to it in whatever order."""

from copy import deepcopy
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from streams.cases.case import Status, case_id_of, next_deadline, running_deadlines
from streams.cases.codec import event_from_data, event_to_data
from streams.cases.commands import (
    AddNote,
    Assign,
    CheckDeadlines,
    Claim,
    Close,
    DeletePost,
    EditPost,
    Escalate,
    LogContact,
    Mark,
)
from streams.cases.decide import CONTACT_CHANNELS, MARKS, OUTCOMES, CommandRefused, decide
from streams.cases.events import Assigned, PostDeleted, PostEdited
from streams.cases.evolve import evolve, replay
from streams.records import Verdict
from tests.unit.cases.cast import NOON, opening, promise, reopening, resolve, wrote_again

PEOPLE = st.sampled_from(["ana", "ben", "sue"])
TEXTS = st.sampled_from(["", " ", "because"])
VERDICTS = st.sampled_from(Verdict)
FROM_NOW = st.integers(-2, 30).map(lambda hours: timedelta(hours=hours))
NAMES = st.integers(1, 5).map(str)


def always(command):
    return lambda _now: command


#: Any command, sensible or not; each takes the time it is given at.
COMMANDS = st.one_of(
    st.builds(lambda name, verdict: lambda now: wrote_again(name, verdict, now=now), NAMES, VERDICTS),
    st.builds(lambda owner, waiting: always(opening(owner, waiting=waiting)), PEOPLE, st.booleans()),
    st.builds(
        lambda verdict, severity: always(
            EditPost(edited=PostEdited(post_id="test:1", verdict=verdict, severity=severity))
        ),
        VERDICTS,
        st.integers(1, 4),
    ),
    st.just(always(DeletePost(deleted=PostDeleted(post_id="test:1")))),
    st.builds(
        lambda owner, waiting: always(Assign(assigned=Assigned(owner=owner, why=(), waiting=waiting))),
        st.sampled_from(["ana", "ben", ""]),
        st.booleans(),
    ),
    st.builds(Claim, handler=st.sampled_from(["ana", "ben", ""])).map(always),
    st.builds(AddNote, text=TEXTS).map(always),
    st.builds(
        LogContact,
        channel=st.sampled_from([*CONTACT_CHANNELS, "pigeon"]),
        reached=st.booleans(),
        turned_constructive=st.booleans(),
    ).map(always),
    st.builds(lambda shift: lambda now: promise(now + shift), FROM_NOW),
    st.builds(lambda shift: lambda now: resolve(now + shift), FROM_NOW),
    st.builds(Close, outcome=st.sampled_from([*OUTCOMES, "bored"])).map(always),
    st.builds(lambda shift: lambda now: reopening(now + shift), FROM_NOW),
    st.builds(CheckDeadlines, supervisor=PEOPLE).map(always),
    st.builds(Escalate, to=st.sampled_from(["ana", "sue", ""]), why=TEXTS).map(always),
    st.builds(Mark, mark=st.sampled_from([*MARKS, "evil"]), text=TEXTS, supervisor=PEOPLE).map(always),
)
STEPS = st.lists(st.tuples(COMMANDS, st.integers(0, 12), PEOPLE), max_size=25)


def lived(steps):
    """Commands, each with its time and who asks; time never runs backwards."""
    now, life = NOON, [(opening(), NOON, "hearout")]
    for command, hours, actor in steps:
        now += timedelta(hours=hours)
        life.append((command(now), now, actor))
    return life


LIVES = STEPS.map(lived)


@given(LIVES)
def test_what_must_hold_in_every_life(life):
    """Owner and deadlines always; nothing changes on a refusal; deciding is pure; events alone give the case."""
    case, log = None, []
    for command, now, actor in life:
        before = deepcopy(case)
        try:
            events = decide(case, command, now, actor=actor)
        except CommandRefused:
            assert case == before
            continue
        assert case == before
        assert decide(case, command, now, actor=actor) == events
        for event in events:
            case = evolve(case, case_id_of("test:1"), event, now)
            log.append((event, now))
        assert case.number == len(log)
        if case.status is Status.OPEN:
            assert case.owner
            assert case.first_contact_due
            assert case.resolution_due
        if case.status is Status.RESOLVED:
            assert case.promise
            assert case.follow_up_due
        if case.status is Status.CLOSED:
            assert case.outcome in OUTCOMES
            assert next_deadline(case) is None
        assert {name for name, _ in running_deadlines(case)}.isdisjoint(case.overdue)
        assert decide(case, CheckDeadlines(supervisor="sue"), now, actor="hearout") == () or next_deadline(case) <= now

    assert replay(case.id, log) == case
    read_back = [(event_from_data(event.kind, event_to_data(event)), at) for event, at in log]
    assert replay(case.id, read_back) == case


@given(LIVES, st.integers(0, 100))
def test_an_overdue_is_said_once_until_the_case_is_reopened_or_promised_anew(life, extra):
    """Asking the clock twice at one time never says anything twice."""
    case = None
    for command, now, actor in life:
        try:
            events = decide(case, command, now, actor=actor)
        except CommandRefused:
            continue
        for event in events:
            case = evolve(case, case_id_of("test:1"), event, now)
    later = now + timedelta(hours=extra)
    for event in decide(case, CheckDeadlines(supervisor="sue"), later, actor="hearout"):
        case = evolve(case, case.id, event, later)
    assert decide(case, CheckDeadlines(supervisor="sue"), later, actor="hearout") == ()
