"""Who may come in: passwords, sessions, one-time links and API tokens walk in; handler ids walk out."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.errors import Refused
from streams.storage.engine import reading, writing
from streams.storage.secrets_kept import csrf_of, kept, new_secret
from streams.storage.sign_ins import SignInTries
from streams.storage.statements import insert as insert_unless
from streams.storage.tables import passes, tokens, users

#: Characters of a password at least.
SHORTEST_PASSWORD = 10
#: Begins every API token, so that secret scanners and people know what they found.
TOKEN_PREFIX = "hearout_"  # noqa: S105 - the public part

_SESSION, _LINK = "session", "link"


class SignIn(StrEnum):
    ACCEPTED = "accepted"
    #: No such handler, no password set, or another one: the answer does not tell which.
    WRONG = "wrong"
    #: Too many failures of this handler or from this address in the last quarter of an hour.
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    handler: str
    #: Forms must carry it.
    csrf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    id: str
    handler: str
    name: str
    created_at: datetime


class Accounts:
    """Only hashes of secrets are stored; a copy of the database signs nobody in. Raises `Transient`.

    A handler may sign in by link without ever having had a password.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._engine = engine
        self._random_bytes = random_bytes
        self._hasher = hasher or PasswordHasher()
        self._tries = SignInTries(engine, random_bytes)
        # Hashing takes 64 MiB and a core for a moment: more at once would only slow each other and the machine.
        self._hashing = asyncio.Semaphore(2)
        self._nobodys_hash: str | None = None

    async def add_user(self, handler: str, password: str) -> None:
        """Raises `Refused` where there is one already, or the password is too short."""
        _check_length(password)
        row = {"handler": handler, "password_hash": await self._hash(password)}
        async with writing(self._engine) as connection:
            added = insert_unless(connection, users).values(row).on_conflict_do_nothing()
            if (await connection.execute(added)).rowcount == 0:
                raise Refused(f"handler {handler!r} has a password already")

    async def set_password(self, handler: str, password: str) -> None:
        """Ends the handler's sessions. Raises `Refused` when there is no such user or the password is too short."""
        _check_length(password)
        changed = update(users).where(users.c.handler == handler).values(password_hash=await self._hash(password))
        async with writing(self._engine) as connection:
            if (await connection.execute(changed)).rowcount == 0:
                raise Refused(f"handler {handler!r} has no password yet")
            await connection.execute(delete(passes).where(passes.c.handler == handler))

    async def remove(self, handler: str) -> bool:
        """With sessions, links and tokens; False where there was no password."""
        async with writing(self._engine) as connection:
            gone = await connection.execute(delete(users).where(users.c.handler == handler))
            await connection.execute(delete(passes).where(passes.c.handler == handler))
            await connection.execute(delete(tokens).where(tokens.c.handler == handler))
        return gone.rowcount > 0

    async def users(self) -> Sequence[str]:
        """Handlers with a password, sorted."""
        async with reading(self._engine) as connection:
            return list((await connection.execute(select(users.c.handler).order_by(users.c.handler))).scalars())

    async def verify(self, handler: str, password: str, *, address: str, now: datetime) -> SignIn:
        if not await self._tries.begin(handler, address, now):
            return SignIn.TOO_MANY
        async with reading(self._engine) as connection:
            asked = select(users.c.password_hash).where(users.c.handler == handler)
            found = (await connection.execute(asked)).scalar_one_or_none()
        # An unknown handler takes as long as a wrong password, so that time does not tell who exists.
        hashed = found or await self._hash_of_nobody()
        if not await self._fits(hashed, password) or found is None:
            return SignIn.WRONG
        await self._tries.succeeded(handler, address, now)
        if self._hasher.check_needs_rehash(hashed):
            renewed = update(users).where(users.c.handler == handler, users.c.password_hash == found)
            fresh = await self._hash(password)
            async with writing(self._engine) as connection:
                await connection.execute(renewed.values(password_hash=fresh))
        return SignIn.ACCEPTED

    async def create(self, handler: str, now: datetime, hours: float) -> str:
        """A session; the secret for the cookie is told this once."""
        return await self._hand_out(_SESSION, handler, now, timedelta(hours=hours))

    async def session(self, token: str, now: datetime) -> Session | None:
        theirs = (passes.c.hash == kept(token), passes.c.kind == _SESSION, passes.c.expires_at > now)
        async with reading(self._engine) as connection:
            handler = (await connection.execute(select(passes.c.handler).where(*theirs))).scalar_one_or_none()
        return Session(handler=handler, csrf=csrf_of(token)) if handler is not None else None

    async def end(self, token: str) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(delete(passes).where(passes.c.hash == kept(token)))

    async def create_link(self, handler: str, now: datetime, minutes: float) -> str:
        """The secret of a link that signs in once."""
        return await self._hand_out(_LINK, handler, now, timedelta(minutes=minutes))

    async def redeem(self, secret: str, now: datetime) -> str | None:
        """The handler, the first time in time; None ever after."""
        used = delete(passes).where(passes.c.hash == kept(secret), passes.c.kind == _LINK)
        async with writing(self._engine) as connection:
            row = (await connection.execute(used.returning(passes.c.handler, passes.c.expires_at))).first()
        return row.handler if row is not None and row.expires_at > now else None

    async def create_token(self, handler: str, name: str, now: datetime) -> str:
        """The secret of an API token, shown once."""
        secret = new_secret(self._random_bytes, TOKEN_PREFIX)
        id_ = self._random_bytes(6).hex()
        row = {"id": id_, "hash": kept(secret), "handler": handler, "name": name, "created_at": now}
        async with writing(self._engine) as connection:
            await connection.execute(insert(tokens), row)
        return secret

    async def token(self, secret: str) -> str | None:
        async with reading(self._engine) as connection:
            asked = select(tokens.c.handler).where(tokens.c.hash == kept(secret))
            handler: str | None = (await connection.execute(asked)).scalar_one_or_none()
        return handler

    async def tokens(self, handler: str) -> Sequence[ApiToken]:
        """Oldest first."""
        asked = select(tokens).where(tokens.c.handler == handler).order_by(tokens.c.created_at, tokens.c.id)
        async with reading(self._engine) as connection:
            rows = await connection.execute(asked)
            return [ApiToken(id=row.id, handler=row.handler, name=row.name, created_at=row.created_at) for row in rows]

    async def revoke(self, handler: str, token_id: str) -> bool:
        async with writing(self._engine) as connection:
            gone = delete(tokens).where(tokens.c.handler == handler, tokens.c.id == token_id)
            return (await connection.execute(gone)).rowcount > 0

    async def _hand_out(self, kind: str, handler: str, now: datetime, lasts: timedelta) -> str:
        secret = new_secret(self._random_bytes)
        row = {"hash": kept(secret), "kind": kind, "handler": handler, "expires_at": now + lasts}
        async with writing(self._engine) as connection:
            await connection.execute(delete(passes).where(passes.c.expires_at <= now))
            await connection.execute(insert(passes), row)
        return secret

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _hash_of_nobody(self) -> str:
        if self._nobodys_hash is None:
            self._nobodys_hash = await self._hash(new_secret(self._random_bytes))
        return self._nobodys_hash

    async def _fits(self, hashed: str, password: str) -> bool:
        async with self._hashing:
            try:
                return await asyncio.to_thread(self._hasher.verify, hashed, password)
            except (VerificationError, InvalidHashError):
                return False


def _check_length(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"a password needs at least {SHORTEST_PASSWORD} characters")
