"""Posts for tests and benchmarks, made up from a seed: the same seed gives the same posts."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PROBLEMS = {
    "en": [
        "The cleaner came two hours late and left streaks on every window, I want my money back.",
        "Your app crashed three times while I was paying, order {n} is lost.",
        "I was charged twice for booking {n} on Monday and nobody answers the phone.",
        "You clowns lost my parcel {n} AGAIN, you useless idiots. Where is it?",
        "Worst service ever, never again.",
    ],
    "es": [
        "El técnico llegó dos horas tarde y no arregló nada, quiero que me devuelvan el dinero del pedido {n}.",
        "Me habéis cobrado dos veces la reserva {n}, sois unos payasos y unos inútiles.",
        "La aplicación no funciona desde el lunes y nadie contesta.",
    ],
    "ru": [
        "Курьер опоздал на три часа и разбил вазу, заказ {n}, верните деньги.",
        "Вы идиоты, второй раз потеряли мою посылку {n}! Когда это закончится?",
        "Приложение не работает с понедельника, никто не отвечает на звонки.",
    ],
}
_REST = {
    "en": [
        "Lovely morning by the river, coffee number {n} already.",
        "They open a new office next week, says the paper.",
        "Thank you for the quick help, everything works now!",
        "Does anybody know whether they deliver on Sundays?",
    ],
    "es": ["Qué día tan bonito hace hoy, ya van {n} fotos.", "Muchas gracias, todo perfecto.", "¿Abren los domingos?"],
    "ru": [
        "Отличная погода сегодня, уже {n} фото.",
        "Спасибо большое, всё отлично!",
        "Кто-нибудь знает, они работают в субботу?",
    ],
}


def posts(count: int, *, seed: int = 1, problems: float = 0.3, authors: int | None = None) -> Iterator[dict[str, Any]]:
    """JSON-ready posts with `id`, `text`, `author`, `created_at` and sometimes a rating; some authors write again."""
    rng = random.Random(seed)
    people = authors or max(1, count // 2)
    for n in range(count):
        lang = rng.choice(("en", "en", "es", "ru"))
        text = rng.choice(_PROBLEMS[lang] if rng.random() < problems else _REST[lang]).format(n=n)
        post: dict[str, Any] = {
            "id": f"p{n:06d}",
            "text": text,
            "author": f"user{rng.randrange(people):05d}",
            "lang": lang,
            "created_at": f"2026-01-{1 + n * 27 // max(count, 1):02d}T{n % 24:02d}:{n % 60:02d}:00Z",
        }
        if rng.random() < 0.05:
            post |= {"rating": 5, "aspects": {"punctuality": 1, "windows": 5}}
        yield post


def write_posts(path: Path, count: int, **how: Any) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for post in posts(count, **how):
            file.write(json.dumps(post, ensure_ascii=False) + "\n")
    return path
