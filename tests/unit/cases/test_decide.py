from dataclasses import replace

import pytest

from streams.cases.case import Status, case_id_of, next_deadline, running_deadlines
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
    MakePromise,
    Mark,
    Reopen,
)
from streams.cases.decide import CommandRefused, decide
from streams.cases.events import Assigned, PostDeleted, PostEdited
from streams.records import Verdict
from tests.unit.cases.cast import NOON, after, at, opening, promise, reopening, resolve, wrote_again

CALL = LogContact(channel="call", reached=True)
RESOLVED = (opening(), promise(at(5)), resolve(at(72)))


def kinds(case, command, now=NOON, actor="ana"):
    return [event.kind for event in decide(case, command, now, actor=actor)]


def test_a_case_has_owner_deadlines_and_an_id_of_its_post():
    """From its first moment; the same post would open the same case."""
    case = after(opening())
    assert (case.status, case.owner, case.number) == (Status.OPEN, "ana", 2)
    assert (case.first_contact_due, case.resolution_due) == (at(4), at(24))
    assert case.id == case_id_of("test:1")
    assert len(case.id) == 12


def test_a_case_without_an_owner_is_refused():
    with pytest.raises(CommandRefused, match="needs an owner"):
        after(opening(owner=""))


@pytest.mark.parametrize("blank", ["cause", "solution", "responsible"])
def test_a_promise_needs_its_four_fields(blank):
    with pytest.raises(CommandRefused, match="Say"):
        decide(after(opening()), replace(promise(at(5)), **{blank: "  "}), NOON, actor="ana")
    with pytest.raises(CommandRefused, match="time to come"):
        decide(after(opening()), promise(NOON), NOON, actor="ana")


def test_resolving_without_a_promise_is_refused():
    """The customer has to know cause, solution, deadline and name first."""
    with pytest.raises(CommandRefused, match="has not been told"):
        after(opening(), resolve(at(72)))
    assert after(*RESOLVED).status is Status.RESOLVED


def test_resolved_is_not_closed():
    """Only the answer to the follow-up closes a case, and only a resolved one."""
    with pytest.raises(CommandRefused, match="not resolved yet"):
        after(opening(), Close(outcome="satisfied"))
    resolved = after(*RESOLVED)
    assert running_deadlines(resolved) == (("follow_up", at(72)),)
    closed = after(*RESOLVED, Close(outcome="returned"))
    assert (closed.status, closed.outcome, next_deadline(closed)) == (Status.CLOSED, "returned", None)


@pytest.mark.parametrize(
    "command",
    [
        Close(outcome="happy"),
        Close(outcome=""),
    ],
)
def test_an_outcome_nobody_knows_is_refused(command):
    with pytest.raises(CommandRefused, match="no outcome"):
        after(*RESOLVED, command)


def test_a_closed_case_takes_nothing_but_notes_and_reopening():
    closed = after(*RESOLVED, Close(outcome="returned"))
    for command in (Claim(handler="ben"), CALL, promise(at(9)), resolve(at(90)), Escalate(to="sue", why="?")):
        with pytest.raises(CommandRefused, match="closed"):
            decide(closed, command, NOON, actor="ana")
    with pytest.raises(CommandRefused, match="case of its own"):
        decide(closed, wrote_again(), NOON, actor="hearout")
    assert kinds(closed, AddNote(text="sent a card")) == ["noted"]
    assert kinds(closed, reopening(NOON)) == ["reopened"]


class TestContact:
    def test_first_reached_contact_is_kept(self):
        """Attempts and public replies are none; a later contact does not move it."""
        case = after(
            opening(),
            (LogContact(channel="call", reached=False), at(1)),
            (LogContact(channel="public_reply", reached=True), at(2)),
        )
        assert case.first_contact_at is None
        reached = after(opening(), (CALL, at(1)), (LogContact(channel="visit", reached=True), at(2)))
        assert reached.first_contact_at == at(1)

    def test_turning_constructive_is_kept(self):
        turned = replace(CALL, turned_constructive=True)
        assert after(opening(), turned, CALL).turned_constructive
        with pytest.raises(CommandRefused, match="not reached"):
            after(opening(), replace(turned, reached=False))

    def test_unknown_channel_is_refused(self):
        with pytest.raises(CommandRefused, match="'pigeon' is no way of contact"):
            after(opening(), LogContact(channel="pigeon", reached=True))


class TestClaim:
    def test_claiming_what_another_owns_makes_one_the_owner(self):
        assert kinds(after(opening()), Claim(handler="ben"), actor="ben") == ["assigned", "claimed"]
        case = after(opening(), Claim(handler="ben"))
        assert (case.owner, case.claimed) == ("ben", True)

    def test_the_owner_only_says_so(self):
        assert kinds(after(opening()), Claim(handler="ana")) == ["claimed"]

    def test_twice_is_once(self):
        assert kinds(after(opening(), Claim(handler="ana")), Claim(handler="ana")) == []

    def test_another_owner_has_not_claimed_it_yet(self):
        given = Assign(assigned=Assigned(owner="ben", why=(), waiting=False))
        assert not after(opening(), Claim(handler="ana"), given).claimed

    def test_claimed_no_longer_waits(self):
        assert not after(opening(waiting=True), Claim(handler="ana")).waiting
        assert not after(opening(waiting=True), Claim(handler="ben")).waiting

    def test_the_fallback_who_calls_has_taken_it(self):
        """Otherwise it would be handed on while they speak with the customer."""
        waiting = after(opening(waiting=True))
        assert kinds(waiting, CALL, actor="ana") == ["claimed", "contact_logged"]
        assert kinds(waiting, CALL, actor="ben") == ["contact_logged"]
        assert kinds(waiting, promise(at(5)), actor="ana") == ["claimed", "promised"]


class TestPosts:
    def test_one_case_for_all_posts_about_one_thing(self):
        case = after(opening(), (wrote_again(now=at(1)), at(1)))
        assert case.post_ids == ("test:1", "test:2")
        assert (case.first_post_at, case.last_post_at) == (NOON, at(1))

    def test_the_same_post_twice_changes_nothing(self):
        assert kinds(after(opening(), wrote_again()), wrote_again()) == []

    def test_a_promised_day_survives_a_later_post(self):
        """Neither `thanks, ok` nor a new problem loses the date."""
        case = after(opening(), promise(at(5)), wrote_again(verdict=Verdict.PRAISE), wrote_again("3"))
        assert case.promise is not None
        assert case.promise.due == at(5)
        assert ("promise", at(5)) in running_deadlines(case)

    def test_severity_never_falls(self):
        milder = replace(wrote_again(), joined=replace(wrote_again().joined, severity=1))
        assert after(opening(severity=3), milder).severity == 3

    def test_second_hostile_post_brings_the_supervisor_in(self):
        """The first hostile post makes the case hostile, the second brings Sue in, the third does not again."""
        first = after(opening(), wrote_again("2", Verdict.HOSTILE_PROBLEM))
        assert (first.verdict, first.helpers) == (Verdict.HOSTILE_PROBLEM, ())
        again = wrote_again("3", Verdict.ABUSE)
        assert kinds(first, again) == ["post_joined", "escalated"]
        second = after(opening(), wrote_again("2", Verdict.HOSTILE_PROBLEM), again)
        assert second.helpers == ("sue",)
        assert kinds(second, wrote_again("4", Verdict.ABUSE)) == ["post_joined"]

    def test_a_supervisor_is_not_brought_into_their_own_case(self):
        case = after(opening(owner="sue", verdict=Verdict.HOSTILE_PROBLEM))
        assert kinds(case, wrote_again("2", Verdict.ABUSE)) == ["post_joined"]

    def test_a_problem_on_a_resolved_case_reopens_it(self):
        """With fresh deadlines; the next word to the customer is a first contact again."""
        case = after(opening(), (CALL, at(1)), promise(at(5)), resolve(at(72)), (wrote_again(now=at(30)), at(30)))
        assert (case.status, case.follow_up_due, case.first_contact_at) == (Status.OPEN, None, None)
        assert (case.first_contact_due, case.resolution_due) == (at(34), at(54))

    def test_thanks_on_a_resolved_case_joins_it(self):
        case = after(*RESOLVED, wrote_again(verdict=Verdict.PRAISE))
        assert (case.status, case.follow_up_due) == (Status.RESOLVED, at(72))
        assert case.post_ids == ("test:1", "test:2")

    def test_edits_and_deletions_reach_cases_of_any_status(self):
        edit = EditPost(edited=PostEdited(post_id="test:1", verdict=Verdict.HOSTILE_PROBLEM, severity=4))
        delete = DeletePost(deleted=PostDeleted(post_id="test:1"))
        for steps in ((opening(),), RESOLVED, (*RESOLVED, Close(outcome="returned"))):
            case = after(*steps, edit, delete)
            assert (case.severity, case.verdict, case.status) == (4, Verdict.HOSTILE_PROBLEM, after(*steps).status)


class TestDeadlines:
    CHECK = CheckDeadlines(supervisor="sue")

    def test_each_passed_deadline_is_said_and_escalated_once(self):
        late = after(opening())
        assert kinds(late, self.CHECK, at(3.9)) == []
        assert kinds(late, self.CHECK, at(4)) == ["overdue", "escalated"]
        said = after(opening(), (self.CHECK, at(4)))
        assert said.helpers == ("sue",)
        assert kinds(said, self.CHECK, at(5)) == []
        assert kinds(said, self.CHECK, at(25)) == ["overdue", "escalated"], "the next deadline is the supervisor's too"

    def test_several_passed_at_once_are_said_each(self):
        assert kinds(after(opening()), self.CHECK, at(25)) == ["overdue", "overdue", "escalated"]

    def test_no_first_contact_overdue_after_somebody_called(self):
        """Whoever answered is not escalated for not answering."""
        assert kinds(after(opening(), (CALL, at(1))), self.CHECK, at(5)) == []

    def test_an_attempt_does_not_stop_the_clock(self):
        tried = after(opening(), (LogContact(channel="call", reached=False), at(1)))
        assert kinds(tried, self.CHECK, at(5)) == ["overdue", "escalated"]

    def test_nothing_is_overdue_on_a_resolved_case_but_the_follow_up(self):
        resolved = after(*RESOLVED)
        assert kinds(resolved, self.CHECK, at(71)) == []
        assert kinds(resolved, self.CHECK, at(72)) == ["overdue", "escalated"]

    def test_nothing_is_overdue_on_a_closed_case(self):
        assert kinds(after(*RESOLVED, Close(outcome="unreachable")), self.CHECK, at(9999)) == []

    def test_a_broken_promise_is_overdue_until_there_is_a_new_one(self):
        broken = after(opening(), CALL, promise(at(5)), (self.CHECK, at(6)))
        assert broken.overdue == {"promise"}
        renewed = after(opening(), CALL, promise(at(5)), (self.CHECK, at(6)), (promise(at(8)), at(6)))
        assert renewed.overdue == frozenset()
        assert kinds(renewed, self.CHECK, at(9)) == ["overdue", "escalated"]

    def test_a_reopened_case_is_not_overdue_for_what_was_before(self):
        """Fresh deadlines run; the old ones, said or not, and a promise of the past do not."""
        case = after(opening(), (self.CHECK, at(4)), promise(at(5)), resolve(at(72)), (reopening(at(80)), at(80)))
        assert case.overdue == frozenset()
        assert case.promise is None
        assert kinds(case, self.CHECK, at(83)) == []
        assert kinds(case, self.CHECK, at(84)) == ["overdue", "escalated"]

    def test_a_promise_for_a_day_to_come_survives_reopening(self):
        case = after(opening(), promise(at(200)), resolve(at(72)), (reopening(at(80)), at(80)))
        assert case.promise is not None
        assert case.promise.due == at(200)

    def test_reopening_needs_fresh_deadlines_and_a_case_that_ended(self):
        with pytest.raises(CommandRefused, match="fresh deadlines"):
            decide(after(*RESOLVED), reopening(at(-100)), NOON, actor="ana")
        with pytest.raises(CommandRefused, match="is open"):
            decide(after(opening()), reopening(NOON), NOON, actor="ana")
        with pytest.raises(CommandRefused, match="Say why"):
            decide(after(*RESOLVED), replace(reopening(NOON), why=" "), NOON, actor="ana")


class TestMarks:
    def test_malicious_needs_a_second_look(self):
        malicious = Mark(mark="malicious", text="wants money for nothing", supervisor="sue")
        assert kinds(after(opening()), malicious) == ["marked", "escalated"]
        assert kinds(after(opening(), malicious), malicious) == []
        assert kinds(after(opening()), malicious, actor="sue") == ["marked"]

    def test_misexplained_needs_none(self):
        assert kinds(after(opening()), Mark(mark="misexplained", text="", supervisor="sue")) == ["marked"]

    def test_unknown_marks_and_bare_accusations_are_refused(self):
        for mark, text in (("evil", "x"), ("malicious", " ")):
            with pytest.raises(CommandRefused):
                decide(after(opening()), Mark(mark=mark, text=text, supervisor="sue"), NOON, actor="ana")


class TestEscalate:
    def test_owner_stays_and_supervisor_helps(self):
        case = after(opening(), Escalate(to="sue", why="over my authority"))
        assert (case.owner, case.helpers) == ("ana", ("sue",))
        assert kinds(case, Escalate(to="sue", why="still")) == []

    def test_to_the_owner_is_refused(self):
        with pytest.raises(CommandRefused, match="has this case already"):
            decide(after(opening()), Escalate(to="ana", why="?"), NOON, actor="ana")


def test_a_case_that_is_not_there_is_refused():
    for command in (AddNote(text="x"), MakePromise(cause="a", solution="b", due=at(1), responsible="c")):
        with pytest.raises(CommandRefused, match="no such case"):
            decide(None, command, NOON, actor="ana")
    with pytest.raises(CommandRefused, match="open already"):
        decide(after(opening()), opening(), NOON, actor="hearout")
    with pytest.raises(CommandRefused, match="no such case"):
        decide(None, Reopen(why="x", first_contact_due=at(1), resolution_due=at(1)), NOON, actor="ana")
