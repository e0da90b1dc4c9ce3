import pytest

from streams.cases.own import is_own, own_handle
from tests.unit.cases.cast import post


@pytest.mark.parametrize(
    ("author", "own"),
    [("acme", True), ("@ACME", True), ("acme.com", True), ("acme2", False), ("did:plc:123", True), ("mia", False)],
)
def test_own_accounts_are_known_by_handle(author, own):
    """Case and @ make no difference."""
    handles = {own_handle(handle) for handle in ("@Acme", "acme.com", "did:plc:123")}
    assert is_own(post(author=author), handles) is own


def test_a_handle_may_be_ours_on_one_network_only():
    handles = {own_handle("test:@Acme")}
    assert is_own(post(author="acme"), handles)
    assert not is_own(post(author="acme", source="other"), handles)


def test_a_shown_name_proves_nothing():
    """Somebody who calls themselves like us is still heard."""
    assert not is_own(post(author="mia", author_name="Acme"), {own_handle("@Acme")})
