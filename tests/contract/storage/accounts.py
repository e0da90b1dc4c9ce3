"""Who may come in, how often they may try, and what is kept of their secrets."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.errors import Refused
from streams.storage.accounts import Accounts, SignIn
from streams.storage.engine import writing
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import NOON, hours

#: Hashing that takes no time; what it costs in earnest is argon2's matter.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class AccountsContract(BookFixtures):
    @pytest.fixture
    def accounts(self, engine: AsyncEngine) -> Accounts:
        return Accounts(engine, hasher=QUICK_HASHER)

    async def test_a_password_lets_its_handler_in(self, accounts: Accounts) -> None:
        """And no other password, no other handler, and not the old one."""
        await accounts.add_user("ana", "correct horse")
        with pytest.raises(Refused, match="already"):
            await accounts.add_user("ana", "another password")
        with pytest.raises(Refused, match="10 characters"):
            await accounts.add_user("ben", "short")
        assert await accounts.users() == ["ana"]

        async def tried(handler: str, password: str) -> SignIn:
            return await accounts.verify(handler, password, address="192.0.2.7", now=NOON)

        assert await tried("ana", "correct horse") is SignIn.ACCEPTED
        assert await tried("ana", "wrong horse!!") is SignIn.WRONG
        assert await tried("nobody", "correct horse") is SignIn.WRONG
        await accounts.set_password("ana", "battery staple")
        assert await tried("ana", "correct horse") is SignIn.WRONG
        assert await tried("ana", "battery staple") is SignIn.ACCEPTED
        assert await accounts.remove("ana")
        assert not await accounts.remove("ana")
        assert await tried("ana", "battery staple") is SignIn.WRONG
        with pytest.raises(Refused):
            await accounts.set_password("ana", "battery staple")

    async def test_an_old_hash_is_renewed_at_sign_in(self, engine: AsyncEngine, accounts: Accounts) -> None:
        """Stronger settings reach everybody who signs in."""
        await accounts.add_user("ana", "correct horse")
        stronger = Accounts(engine, hasher=PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
        for _ in range(2):
            assert await stronger.verify("ana", "correct horse", address="a", now=NOON) is SignIn.ACCEPTED
        async with writing(engine) as connection:
            hashed = (await connection.execute(text("SELECT password_hash FROM users"))).scalar_one()
        assert "m=16,t=2" in hashed

    async def test_too_many_failures_of_a_handler_are_held_off_for_a_while(self, accounts: Accounts) -> None:
        """The right password too, whatever the address; after a quarter of an hour it opens again."""
        await accounts.add_user("ana", "correct horse")
        answers = [await accounts.verify("ana", "wrong", address=f"192.0.2.{n}", now=NOON) for n in range(11)]
        assert answers == [SignIn.WRONG] * 10 + [SignIn.TOO_MANY]
        assert await accounts.verify("ana", "correct horse", address="b", now=NOON) is SignIn.TOO_MANY
        later = NOON + timedelta(minutes=16)
        assert await accounts.verify("ana", "correct horse", address="b", now=later) is SignIn.ACCEPTED
        assert await accounts.verify("ana", "wrong", address="b", now=later) is SignIn.WRONG, "it counts anew"

    async def test_too_many_failures_from_an_address_are_held_off(self, accounts: Accounts) -> None:
        """Trying one password on everybody ends; other addresses go on."""
        answers = [await accounts.verify(f"h{n}", "wrong", address="192.0.2.7", now=NOON) for n in range(51)]
        assert (answers.count(SignIn.WRONG), answers[-1]) == (50, SignIn.TOO_MANY)
        assert await accounts.verify("h99", "wrong", address="192.0.2.8", now=NOON) is SignIn.WRONG

    async def test_sessions_last_their_time_and_end_on_demand(self, accounts: Accounts) -> None:
        """Each has a CSRF word of its own; a changed password ends them all."""
        first = await accounts.create("ana", NOON, 12)
        second = await accounts.create("ana", NOON, 12)
        one, two = await accounts.session(first, NOON), await accounts.session(second, NOON)
        assert one is not None
        assert two is not None
        assert (one.handler, one.csrf != two.csrf, one.csrf != first) == ("ana", True, True)
        assert await accounts.session(first, NOON) == one
        assert await accounts.session(first, NOON + hours(12)) is None
        assert await accounts.session(first + "x", NOON) is None
        await accounts.end(first)
        assert await accounts.session(first, NOON) is None
        assert await accounts.session(second, NOON) == two

    async def test_a_link_signs_in_once(self, accounts: Accounts) -> None:
        """In time, however many race for it; it is no session, and a session is no link."""
        link = await accounts.create_link("ana", NOON, 10)
        assert await accounts.session(link, NOON) is None
        got = await asyncio.gather(*(accounts.redeem(link, NOON) for _ in range(5)))
        assert sorted(map(str, got)) == ["None"] * 4 + ["ana"]
        assert await accounts.redeem(await accounts.create_link("ana", NOON, 10), NOON + timedelta(minutes=10)) is None
        assert await accounts.redeem(await accounts.create("ana", NOON, 1), NOON) is None

    async def test_api_tokens_are_named_and_revoked(self, accounts: Accounts) -> None:
        """Only their owner may; the list does not tell the secret."""
        secret = await accounts.create_token("ana", "dashboard", NOON)
        assert await accounts.token(secret) == "ana"
        assert await accounts.token(secret + "x") is None
        (kept,) = await accounts.tokens("ana")
        assert (kept.name, kept.created_at, secret in repr(kept)) == ("dashboard", NOON, False)
        assert not await accounts.revoke("ben", kept.id)
        assert await accounts.revoke("ana", kept.id)
        assert await accounts.token(secret) is None

    async def test_the_database_holds_no_secret(self, engine: AsyncEngine, accounts: Accounts) -> None:
        """A copy of it signs nobody in."""
        await accounts.add_user("ana", "correct horse")
        given = [
            await accounts.create("ana", NOON, 1),
            await accounts.create_link("ana", NOON, 1),
            await accounts.create_token("ana", "dashboard", NOON),
            "correct horse",
        ]
        async with writing(engine) as connection:
            rows = [
                str((await connection.execute(text(f"SELECT * FROM {t}"))).all()) for t in ("users", "passes", "tokens")
            ]
        assert not [secret for secret in given if secret in "".join(rows)]
