"""Posts walk in, scored posts walk out; a deletion passes through untouched."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from streams.errors import Misconfigured, Refused, Transient
from streams.records import Deletion, Post, ScoredPost, Scores
from streams.sentiment.hear import scored_posts
from streams.sentiment.ports import Model, Said
from streams.sentiment.shadow import Shadow
from streams.stage import Fate, Pass, Refuse


class ScoreStep:
    """The work of the stage `score`. The model runs in one thread of its own, off the event loop."""

    def __init__(
        self, model: Model, shadow: Shadow | None = None, *, said: Callable[[Scores], Said] | None = None
    ) -> None:
        """What the `shadow` says goes nowhere but to whoever listens to it; `said` as for `scored_posts`."""
        self._model = model
        self._said = said
        self._shadow = shadow
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="score")

    async def __call__(self, records: Sequence[Post | Deletion], /) -> Sequence[Fate]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._fates, records)

    def close(self) -> None:
        """Wait for the batch in work, then let the threads go."""
        self._thread.shutdown()
        if self._shadow:
            self._shadow.close()

    def _fates(self, records: Sequence[Post | Deletion]) -> list[Fate]:
        posts = [record for record in records if isinstance(record, Post)]
        scored = self._together(posts)
        if self._shadow:
            heard = (fate.record for fate in scored if isinstance(fate, Pass))
            self._shadow.look([record for record in heard if isinstance(record, ScoredPost)])
        fates = iter(scored)
        return [next(fates) if isinstance(record, Post) else Pass(record) for record in records]

    def _together(self, posts: Sequence[Post]) -> list[Fate]:
        try:
            return [Pass(scored) for scored in scored_posts(self._model, posts, said=self._said)]
        except (Transient, Misconfigured):
            raise
        except Exception:  # one post is at fault; which one, only trying each alone can tell
            return [self._alone(post) for post in posts]

    def _alone(self, post: Post) -> Fate:
        try:
            return Pass(scored_posts(self._model, [post], said=self._said)[0])
        except Refused as error:
            return Refuse(str(error))
        except (Transient, Misconfigured):
            raise
        except Exception as error:
            return Refuse(f"the model could not score this post: {type(error).__name__}: {error}")
