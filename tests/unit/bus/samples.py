"""Records to send around: Ana complains, Ben answers, Carol is refused."""

from datetime import UTC, datetime

from streams.records import CaseEvent, DeadLetter, Deletion, Evidence, Post, ScoredPost, Scores, Sentiment

WRITTEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
HEARD = datetime(2026, 3, 1, 12, 30, 5, 250000, tzinfo=UTC)

POST = Post(
    id="webhook:17",
    source="webhook",
    author="ana",
    text="Опять опоздали на два часа 🙄 ¿y quién paga?",
    created_at=WRITTEN,
    heard_at=HEARD,
    lang="ru",
    author_name="Ana",
    url="https://reviews.example/17",
    rating=4.5,
    aspects={"punctuality": 1.0},
    conversation_id="webhook:16",
    reply_to="webhook:16",
    brand="Brightside",
    reach=120,
    version=3,
)
DELETION = Deletion(id="webhook:17", source="webhook", author="ana", deleted_at=HEARD)
SCORED = ScoredPost(
    post=POST,
    scores=Scores(
        sentiment=Sentiment(negative=0.75, neutral=0.25, positive=0.0),
        hostility=0.5,
        problem=0.875,
        constructiveness=0.125,
        emotionality=0.25,
        model="linear-1@3f2a9c",
        evidence=(Evidence(head="problem", start=6, end=15, weight=1.0),),
    ),
)
EVENT = CaseEvent(
    id="C-1/2",
    seq=40,
    case_id="C-1",
    number=2,
    kind="assigned",
    at=HEARD,
    actor="hearout",
    data={"handler": "ben", "why": ["speaks Russian", "negotiator"], "load": 2, "score": 0.5, "left": None},
)
LETTER = DeadLetter(
    id="3b9f0c",
    stage="score",
    topic="posts",
    key="webhook:carol",
    payload=b'{"kind":"post"\xff\x00',
    reason="the record is no readable JSON",
    at=HEARD,
    post_id="webhook:18",
    origin="reviews.csv line 17",
)
RECORDS = (POST, DELETION, SCORED, EVENT, LETTER)
