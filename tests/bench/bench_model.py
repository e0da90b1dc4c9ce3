"""How fast the bundled model scores, at realistic lengths: `python tests/bench/bench_model.py [POSTS.jsonl]`.

Without a file the posts are made of the demo feed. Prints posts per second of processor time (so that a
busy machine does not blur it; scoring takes one thread), by batch, and the time one explanation takes.
"""

import json
import resource
import sys
import time
from pathlib import Path

from streams.sentiment.load import load

FEED = Path(__file__).parents[2] / "streams" / "demo" / "feed.jsonl"
SECONDS = 2.0


def main() -> None:
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else FEED
    posts = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [str(post.get("text") or "") for post in posts]
    langs = [str(post.get("lang") or "und") for post in posts]
    begun = time.perf_counter()
    model = load()
    print(f"{model.name}: loaded in {1000 * (time.perf_counter() - begun):.0f} ms")
    print(f"{len(texts)} posts of {sum(map(len, texts)) / len(texts):.0f} characters on average")
    model.score(texts, langs)
    for batch in (1, 20, 200, 1000):
        begun, done = time.process_time(), 0
        while time.process_time() - begun < SECONDS:
            for at in range(0, len(texts), batch):
                done += len(model.score(texts[at : at + batch], langs[at : at + batch]))
        print(f"batches of {batch:>4}: {done / (time.process_time() - begun):>8.0f} posts/s")
    begun = time.process_time()
    explained = sum(map(bool, model.evidence(texts, langs)))
    took = time.process_time() - begun
    print(f"evidence: {1000 * took / len(texts):.2f} ms a post ({explained} of {len(texts)} had some)")
    print(f"memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB at most")


if __name__ == "__main__":
    main()
