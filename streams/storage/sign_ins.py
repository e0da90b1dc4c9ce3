"""Tries to sign in walk in; whether one more may be made walks out."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.storage.engine import writing
from streams.storage.tables import sign_in_failures

#: How long a failure counts.
WINDOW = timedelta(minutes=15)
#: Failures that may count at once. An office behind one address is many people; a handler is one.
MOST_OF_HANDLER, MOST_FROM_ADDRESS = 10, 50


class SignInTries:
    """A try counts as failed from its beginning, so that many at once are no way around the limit."""

    def __init__(self, engine: AsyncEngine, random_bytes: Callable[[int], bytes]) -> None:
        self._engine = engine
        self._random_bytes = random_bytes

    async def begin(self, handler: str, address: str, now: datetime) -> bool:
        """False when there were too many; such a try is not counted, so that waiting helps."""
        of = {f"handler:{handler}": MOST_OF_HANDLER, f"address:{address}": MOST_FROM_ADDRESS}
        async with writing(self._engine) as connection:
            await connection.execute(delete(sign_in_failures).where(sign_in_failures.c.at < now - WINDOW))
            counted = await connection.execute(
                select(sign_in_failures.c.subject, func.count().label("failures"))
                .where(sign_in_failures.c.subject.in_(of))
                .group_by(sign_in_failures.c.subject)
            )
            if any(row.failures >= of[row.subject] for row in counted):
                return False
            rows = [{"id": self._random_bytes(16).hex(), "subject": subject, "at": now} for subject in of]
            await connection.execute(insert(sign_in_failures), rows)
        return True

    async def succeeded(self, handler: str, address: str, now: datetime) -> None:
        """The handler begins anew; of the address only this try is forgiven, lest one good login wash many bad ones."""
        theirs = sign_in_failures.c.subject == f"handler:{handler}"
        from_there = (
            select(sign_in_failures.c.id)
            .where(sign_in_failures.c.subject == f"address:{address}", sign_in_failures.c.at == now)
            .limit(1)
            .scalar_subquery()
        )
        async with writing(self._engine) as connection:
            await connection.execute(delete(sign_in_failures).where(theirs | (sign_in_failures.c.id == from_there)))
