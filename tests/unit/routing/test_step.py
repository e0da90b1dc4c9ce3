from dataclasses import replace
from datetime import timedelta

import pytest

from streams.cases.case import Status, case_id_of
from streams.cases.commands import Close, MakePromise, Resolve
from streams.cases.evolve import replay
from streams.errors import Transient
from streams.records import Effect, Verdict
from streams.routing.act import act
from streams.routing.rules import Action, Conditions, Rule, Rules
from streams.stage import Drop, Pass
from tests.unit.cases.cast import THRESHOLDS
from tests.unit.routing.cast import ANA, BEN, HOSTILE, NOON, OFFICE, PROBLEM, World, at, handler, heard, taken_back

REPEAT = Drop("repeat")
UNSURE_AT_TENTH = replace(THRESHOLDS, undecided=0.1)


async def resolve(world, name="1"):
    case = world.case(name)
    for command in (
        MakePromise(cause="traffic", solution="a free clean", due=at(5), responsible="Ana, +34 555 01"),
        Resolve(text="", cause_department="planning", cause="cars", follow_up_due=at(72)),
    ):
        await act(world.book, case.id, command, roster=world.roster, actor=case.owner, now=world.now)


async def test_a_problem_opens_a_case_with_one_owner_and_says_why():
    """Verdict, severity, rule, approach and owner are all explained."""
    world = World()
    one = heard("1", HOSTILE | {"emotionality": 0.8}, lang="es")
    assert await world.hear(one) == [Pass(one)]
    case = world.book.only_case
    assert (case.owner, case.waiting, case.verdict, case.approach) == ("ana", False, Verdict.HOSTILE_PROBLEM, "process")
    assert (case.first_contact_due, case.resolution_due) == (at(2), at(16))
    opened, assigned = world.book.changes[0].events
    assert opened.why == (
        "problem 0.90 >= 0.23",
        "hostility 0.90 >= 0.50",
        "severity 3: hostile problem; hostility 0.90",
        "rule 'hostile, and real': verdict hostile_problem in [hostile_problem]",
        "emotionality 0.80 >= 0.50",
    )
    assert assigned.why == ("speaks Spanish", "negotiator", "least loaded (0 of 8)")
    kept = world.book.kept["test:1"]
    assert (kept.effect, kept.case_id, kept.rule) == (Effect.OPENED, case.id, "hostile, and real")


async def test_a_delivered_batch_delivered_again_changes_nothing():
    """In one batch, in pieces, or as a whole: each post has one effect and its events stand once."""
    world = World()
    records = [heard("1", PROBLEM), heard("2", PROBLEM), heard("3"), heard("4", author="bob"), taken_back("3")]
    await world.hear(*records)
    before = (dict(world.book.kept), dict(world.book.cases), list(world.book.changes))
    assert await world.hear(*records) == [REPEAT, REPEAT, Drop("taken back"), REPEAT, REPEAT]
    for record in records:
        await world.hear(record)
    assert (world.book.kept, world.book.cases, world.book.changes) == before


async def test_a_post_twice_in_one_batch_is_one_post():
    world = World()
    first, second = await world.hear(heard("1", PROBLEM), heard("1", PROBLEM))
    assert (type(first), second) == (Pass, REPEAT)
    assert world.book.only_case.post_ids == ("test:1",)


async def test_one_batch_or_many_end_the_same():
    """How the bus cuts the stream makes no difference to posts and cases."""
    records = [
        heard("1", PROBLEM),
        heard("2", HOSTILE, author="bob", lang="es"),
        heard("3", HOSTILE, created_at=at(2)),
        heard("4", {"positive": 0.9}, author="bob", conversation_id="test:2"),
        heard("1", HOSTILE, version=2, text="You idiots came late"),
        heard("5", PROBLEM, author="cleo"),
    ]
    whole, pieces = World(), World()
    await whole.hear(*records)
    for record in records:
        await pieces.hear(record)
    assert whole.book.kept == pieces.book.kept
    assert whole.book.cases == pieces.book.cases


async def test_a_failed_commit_leaves_nothing_and_the_batch_can_come_again():
    """The database went away at the end: no post is half known, nobody was told, and the retry does it all."""
    world = World()
    world.book.failing_commits = 1
    with pytest.raises(Transient):
        await world.hear(heard("1", PROBLEM))
    assert (world.book.kept, world.book.cases, world.told) == ({}, {}, [])
    await world.hear(heard("1", PROBLEM))
    assert (world.effect("1"), world.told) == ("opened", ["test:1 opened"])


async def test_events_of_a_case_give_the_case():
    """What the step writes can be folded again to what it kept."""
    world = World()
    await world.hear(heard("1", PROBLEM), heard("2", HOSTILE), taken_back("1"), heard("3", HOSTILE))
    case = world.book.only_case
    log = [(event, change.at) for change in world.book.changes for event in change.events]
    assert replay(case.id, log) == case
    assert case.number == len(log)


class TestJoining:
    async def test_next_problem_within_the_window_joins(self):
        """Counted in the time posts were written, not in the time they came."""
        world = World(join_hours=72)
        await world.hear(heard("1", PROBLEM))
        world.now = at(1000)
        await world.hear(heard("2", PROBLEM, created_at=at(71)), heard("3", PROBLEM, created_at=at(142)))
        assert world.effect("2") == world.effect("3") == "joined"
        await world.hear(heard("4", PROBLEM, created_at=at(142 + 73)))
        assert world.effect("4") == "opened"

    async def test_the_same_conversation_joins_whenever(self):
        world = World()
        await world.hear(heard("1", PROBLEM))
        await world.hear(heard("2", PROBLEM, created_at=at(999), conversation_id="test:1"))
        await world.hear(heard("3", created_at=at(999), reply_to="test:2"))
        assert world.effect("2") == world.effect("3") == "joined"

    async def test_another_brand_opens_its_own_case(self):
        world = World()
        await world.hear(heard("1", PROBLEM), heard("2", PROBLEM, brand="Other"))
        assert world.effect("2") == "opened"

    async def test_another_author_opens_their_own_case(self):
        world = World()
        await world.hear(heard("1", PROBLEM), heard("2", PROBLEM, author="bob", conversation_id="test:1"))
        assert world.effect("2") == "opened"

    async def test_an_insult_after_a_problem_joins_it(self):
        """Hostility about an open case belongs to it; without a case it is abuse, and audited."""
        world = World()
        await world.hear(heard("1", PROBLEM), heard("2", {"hostility": 0.9}))
        await world.hear(heard("3", {"hostility": 0.9}, author="bob"))
        assert (world.effect("2"), world.effect("3")) == ("joined", "let_go")
        assert world.book.kept["test:3"].audit

    async def test_kind_words_join_only_in_the_same_conversation(self):
        world = World()
        await world.hear(heard("1", PROBLEM), heard("2", {"positive": 0.9}))
        await world.hear(heard("3", {"positive": 0.9}, conversation_id="test:1"))
        assert (world.effect("2"), world.effect("3")) == ("let_go", "joined")

    async def test_writing_again_is_more_severe(self):
        world = World()
        await world.hear(heard("1", PROBLEM), heard("2", PROBLEM))
        assert world.case("1").severity == 3

    async def test_a_problem_after_resolving_reopens_with_fresh_deadlines(self):
        world = World()
        await world.hear(heard("1", PROBLEM))
        await resolve(world)
        world.now = at(30)
        await world.hear(heard("2", PROBLEM, created_at=at(30)))
        case = world.case("1")
        assert (case.status, case.first_contact_due) == (Status.OPEN, at(32))
        assert world.book.kinds(case.id)[-2:] == ["post_joined", "reopened"]

    async def test_thanks_after_resolving_reopens_nothing(self):
        world = World()
        await world.hear(heard("1", PROBLEM))
        await resolve(world)
        await world.hear(heard("2", {"positive": 0.9}, reply_to="test:1"))
        assert world.case("1").status is Status.RESOLVED

    async def test_a_closed_case_is_left_in_peace(self):
        world = World()
        await world.hear(heard("1", PROBLEM))
        await resolve(world)
        closing = Close(outcome="satisfied")
        await act(world.book, world.case("1").id, closing, roster=world.roster, actor="ana", now=NOON)
        await world.hear(heard("2", PROBLEM))
        assert world.effect("2") == "opened"

    async def test_second_hostile_post_brings_the_supervisor(self):
        world = World()
        await world.hear(heard("1", HOSTILE), heard("2", HOSTILE))
        assert world.case("1").helpers == ("sue",)


class TestLetGo:
    async def test_own_posts_are_kept_and_open_nothing(self):
        world = World()
        await world.hear(heard("1", HOSTILE, author="acme"))
        kept = world.book.kept["test:1"]
        assert (kept.effect, kept.why, kept.verdict) == (Effect.LET_GO, ("our own post",), None)
        assert world.book.cases == {}

    async def test_every_abuse_and_a_share_of_mentions_are_audited(self):
        """The same mentions each time; praise is not."""
        world = World(mention_sample=0.25)
        mentions = [heard(f"m{number}", author=f"a{number}") for number in range(400)]
        await world.hear(heard("1", {"hostility": 0.9}), heard("2", {"positive": 0.9}), *mentions)
        assert (world.book.kept["test:1"].audit, world.book.kept["test:2"].audit) == (True, False)
        drawn = {name for name, kept in world.book.kept.items() if kept.audit and name.startswith("test:m")}
        assert 60 < len(drawn) < 140
        again = World(mention_sample=0.25)
        await again.hear(*reversed(mentions))
        assert drawn == {name for name, kept in again.book.kept.items() if kept.audit}

    async def test_what_the_machine_was_unsure_of_is_audited(self):
        """Praise too; what opens or joins a case is seen there, and says that it was unsure."""
        world = World(thresholds=UNSURE_AT_TENTH, mention_sample=0.0)
        near = {"problem": 0.34}
        await world.hear(heard("1", near | {"positive": 0.9}), heard("2"), heard("3", {"problem": 0.36}, author="bob"))
        await world.hear(heard("4", near, author="bob", conversation_id="test:3"))
        kept = [world.book.kept[f"test:{number}"] for number in (1, 2, 3, 4)]
        assert [(one.effect, one.audit, one.undecided) for one in kept] == [
            (Effect.LET_GO, True, True),
            (Effect.LET_GO, False, False),
            (Effect.OPENED, False, True),
            (Effect.JOINED, False, True),
        ]
        assert kept[0].verdict is Verdict.PRAISE
        assert kept[0].why[-1] == "the machine was unsure: problem 0.34 is close to 0.35"
        (opened, *_) = world.book.changes[0].events
        assert "the machine was unsure: problem 0.36 is close to 0.35" in opened.why

    async def test_an_edit_may_clear_or_raise_a_doubt(self):
        """On the audit list and in a case."""
        world = World(thresholds=UNSURE_AT_TENTH, mention_sample=0.0)
        await world.hear(heard("1", {"problem": 0.34}), heard("2", PROBLEM, author="bob"))
        await world.hear(
            heard("1", text="fine", version=1), heard("2", {"problem": 0.36}, text="hm", author="bob", version=1)
        )
        one, two = world.book.kept["test:1"], world.book.kept["test:2"]
        assert (one.audit, one.undecided, two.effect, two.undecided) == (False, False, Effect.OPENED, True)

    async def test_a_rule_can_name_what_is_let_go_but_never_a_problem(self):
        praise = Rule(name="thanks", when=Conditions(verdict=(Verdict.PRAISE,)), then=Action(let_go=True))
        everything = Rule(name="all of it", when=Conditions(), then=Action(let_go=True))
        world = World(rules=Rules(rules=(praise, everything)))
        await world.hear(heard("1", {"positive": 0.9}), heard("2", HOSTILE, author="bob"))
        assert world.book.kept["test:1"].rule == "thanks"
        assert (world.effect("2"), world.case("2").rule) == ("opened", "default")

    async def test_silent_low_sub_rating_opens_a_case(self):
        """Five stars for everything but punctuality."""
        world = World()
        await world.hear(heard("1", {"positive": 0.9}, text="", rating=5.0, aspects={"punctuality": 1}))
        assert world.effect("1") == "opened"

    async def test_falling_sub_rating_opens_a_case(self):
        """Compared with what the author gave last time, in the book or earlier in the batch."""
        world = World()
        await world.hear(heard("1", aspects={"quality": 5}), heard("2", aspects={"quality": 3}))
        assert (world.effect("1"), world.effect("2")) == ("let_go", "opened")
        later = World()
        await later.hear(heard("1", aspects={"quality": 5}))
        await later.hear(heard("2", aspects={"quality": 3}, author="bob"))
        await later.hear(heard("3", aspects={"quality": 3}))
        assert (later.effect("2"), later.effect("3")) == ("let_go", "opened")


class TestEdits:
    async def test_an_edit_is_triaged_again_and_keeps_its_effect(self):
        world = World()
        await world.hear(heard("1", PROBLEM))
        await world.hear(heard("1", HOSTILE, text="You idiots came late!", version=1))
        kept = world.book.kept["test:1"]
        assert (kept.effect, kept.verdict, kept.post.text) == (
            Effect.OPENED,
            Verdict.HOSTILE_PROBLEM,
            "You idiots came late!",
        )
        assert world.book.kinds(kept.case_id) == ["opened", "assigned", "post_edited"]
        assert world.case("1").verdict is Verdict.HOSTILE_PROBLEM

    async def test_an_edit_that_takes_the_problem_out_keeps_the_case(self):
        world = World()
        await world.hear(heard("1", PROBLEM), heard("1", text="fine", version=1))
        assert (world.effect("1"), world.book.kept["test:1"].verdict) == ("opened", Verdict.MENTION)
        assert world.case("1").verdict is Verdict.COMPLAINT

    async def test_an_edit_with_a_problem_opens_the_case_that_was_missing(self):
        world = World()
        await world.hear(heard("1"))
        await world.hear(heard("1", PROBLEM, text="They broke my lamp", version=1))
        assert world.effect("1") == "opened"
        assert world.told == ["test:1 let_go", "test:1 opened"]

    async def test_older_and_equal_versions_and_equal_content_are_repeats(self):
        world = World()
        await world.hear(heard("1", version=5))
        for repeat in (
            heard("1", PROBLEM, text="x", version=5),
            heard("1", text="x", version=4),
            heard("1", version=6),
        ):
            assert await world.hear(repeat) == [REPEAT]
        assert world.effect("1") == "let_go"

    async def test_a_late_older_version_does_not_win_over_a_newer_one_without_changes(self):
        """Version 2 said the same as version 0; version 1 comes last and is old news."""
        world = World()
        for record in (heard("1"), heard("1", version=2), heard("1", PROBLEM, text="x", version=1)):
            await world.hear(record)
        assert (world.effect("1"), world.book.kept["test:1"].post.version) == ("let_go", 2)

    async def test_an_edit_reaches_a_closed_case(self):
        world = World()
        await world.hear(heard("1", PROBLEM))
        await resolve(world)
        closing = Close(outcome="satisfied")
        await act(world.book, world.case("1").id, closing, roster=world.roster, actor="ana", now=NOON)
        await world.hear(heard("1", HOSTILE, text="x", version=1))
        assert world.book.kinds(world.case("1").id)[-1] == "post_edited"
        assert world.case("1").status is Status.CLOSED


class TestDeletions:
    async def test_the_text_goes_and_the_case_stays(self):
        world = World()
        deletion = taken_back("1")
        await world.hear(heard("1", PROBLEM))
        assert await world.hear(deletion) == [Pass(deletion)]
        kept = world.book.kept["test:1"]
        assert (kept.post.text, kept.deleted_at, kept.effect) == ("", at(1), Effect.OPENED)
        assert kept.scores is not None
        assert kept.scores.evidence == ()
        assert world.book.kinds(kept.case_id)[-1] == "post_deleted"
        assert await world.hear(deletion) == [REPEAT]

    async def test_a_post_taken_back_before_it_came_does_not_come_back(self):
        """Deletions may overtake posts, and dead letters may be replayed a week later."""
        world = World()
        await world.hear(taken_back("1"))
        assert await world.hear(heard("1", HOSTILE)) == [Drop("taken back")]
        assert await world.hear(heard("1", HOSTILE, text="x", version=9)) == [Drop("taken back")]
        assert world.book.cases == {}
        assert world.told == []

    async def test_a_post_is_taken_back_by_its_id_alone(self):
        """Who sends a deletion may not know which source and author the post came with; its source vouches for it."""
        world = World()
        deletion = replace(taken_back("1", author="anonymous:1"), source="webhook")
        await world.hear(heard("1", PROBLEM))
        assert await world.hear(deletion) == [Pass(deletion)]
        assert world.book.kept["test:1"].post.text == ""

    async def test_in_one_batch_with_its_post(self):
        world = World()
        await world.hear(heard("1", PROBLEM), taken_back("1"))
        assert world.book.kinds(case_id_of("test:1")) == ["opened", "assigned", "post_deleted"]
        assert world.told == ["test:1 opened"]


class TestReplayedDeadLetters:
    async def test_a_refused_post_gets_its_effect_when_it_comes_again(self):
        """Kept as refused by another stage, it is triaged like a new one."""
        world = World()
        await world.hear(heard("1"))
        refused = replace(world.book.kept["test:1"], effect=Effect.REFUSED, scores=None, verdict=None)
        world.book.kept["test:1"] = refused
        await world.hear(heard("1", PROBLEM))
        assert world.effect("1") == "opened"

    async def test_but_not_when_its_author_took_it_back_meanwhile(self):
        world = World()
        await world.hear(heard("1"))
        world.book.kept["test:1"] = replace(world.book.kept["test:1"], effect=Effect.REFUSED)
        await world.hear(taken_back("1"))
        assert await world.hear(heard("1", PROBLEM)) == [Drop("taken back")]


class TestOwners:
    async def test_capacity_holds_within_a_batch(self):
        """Two fit, three come: the third waits with the fallback, which says why."""
        world = World(handler("ben", capacity=2))
        await world.hear(*(heard(str(number), PROBLEM, author=f"a{number}") for number in range(3)))
        owners = sorted(case.owner for case in world.book.cases.values())
        assert owners == ["ben", "ben", "fay"]
        (waiting,) = (case for case in world.book.cases.values() if case.waiting)
        assigned = next(change for change in world.book.changes if change.case.id == waiting.id).events[1]
        assert assigned.why == ("nobody who fits is free", "ben: full, 2 of 2")

    @pytest.mark.parametrize("size", [1, 2, 5])
    async def test_how_records_fall_into_batches_does_not_decide_who_gets_a_case(self, size):
        """After a crash the same records come in other batches; the owners must be the same."""
        world = World(handler("ben", capacity=2), handler("cy", capacity=1))
        records = [heard(f"{n}", PROBLEM, author=f"a{n}", text="fire!" if n == 4 else "broken") for n in range(5)]
        for start in range(0, len(records), size):
            await world.hear(*records[start : start + size])
        assert [world.case(f"{n}").owner for n in range(3)] == ["ben", "cy", "ben"]
        assert [world.case(f"{n}").waiting for n in range(5)] == [False, False, False, True, True]

    async def test_an_older_waiting_case_is_served_before_a_newer_equal_one(self):
        """Ben comes on shift: the case of the night is his before the one that just came, although nobody ticked."""
        world = World(replace(BEN, capacity=1, hours=OFFICE))
        world.now = NOON.replace(hour=20)
        await world.hear(heard("1", PROBLEM, author="a1"))
        assert world.case("1").waiting
        world.now = NOON + timedelta(hours=21)
        await world.hear(heard("2", PROBLEM, author="a2"))
        assert (world.case("1").owner, world.case("1").waiting) == ("ben", False)
        assert world.case("2").waiting

    async def test_a_started_process_looks_at_what_waited_before(self):
        """Ben is new in the roster; whoever waited is served before the case that just came."""
        world = World(replace(BEN, capacity=0))
        await world.hear(heard("1", PROBLEM, author="a1"))
        world.roster = World(replace(BEN, capacity=1)).roster
        world.now = at(1)
        await world.hear(heard("2", PROBLEM, author="a2"))
        assert (world.case("1").waiting, world.case("2").waiting) == (False, True)

    async def test_what_another_process_left_waiting_is_not_overtaken(self):
        """This process saw Ben free last; at night another one let a case wait for him."""
        world = World(replace(BEN, capacity=2, hours=OFFICE))
        await world.hear(heard("1", PROBLEM, author="a1"))
        here, there = world.step, world.another_step()
        world.now = NOON.replace(hour=20)
        await there([heard("2", PROBLEM, author="a2")])
        assert world.case("2").waiting
        world.now = NOON + timedelta(hours=21)
        await here([heard("3", PROBLEM, author="a3")])
        assert (world.case("2").owner, world.case("2").waiting) == ("ben", False)
        assert world.case("3").waiting

    async def test_waiting_cases_are_read_only_while_somebody_is_free(self):
        """However many wait, a batch that finds everybody busy does not read them."""
        world = World()
        world.roster = replace(world.roster, handlers=tuple(replace(one, capacity=0) for one in world.roster.handlers))
        for number in range(3):
            await world.hear(heard(str(number), PROBLEM, author=f"a{number}"))
        assert world.book.waiting_reads == 0

    async def test_returning_author_goes_back_to_who_helped_them(self):
        world = World(ANA, BEN)
        await world.hear(heard("1", PROBLEM, author="zoe"))
        await world.hear(heard("2", PROBLEM))
        assert world.case("2").owner == "ben"
        await resolve(world, "2")
        closing = Close(outcome="returned")
        await act(world.book, world.case("2").id, closing, roster=world.roster, actor="ben", now=NOON)
        await world.hear(*(heard(f"b{number}", PROBLEM, author=f"x{number}") for number in range(3)))
        await world.hear(heard("3", PROBLEM, created_at=at(500)))
        assert world.case("3").owner == "ben"
        assert "helped this author before" in world.book.changes[-1].events[1].why

    async def test_nobody_is_told_before_the_commit_nor_twice(self):
        world = World()
        await world.hear(heard("1", PROBLEM), heard("1", PROBLEM))
        await world.hear(heard("1", PROBLEM))
        await world.hear(heard("1", HOSTILE, text="x", version=1))
        assert world.told == ["test:1 opened"]
