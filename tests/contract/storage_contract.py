"""What the books must do on every database. Subclass `StorageContract` as `Test…`, and give it the fixture `url`."""

from tests.contract.storage.accounts import AccountsContract
from tests.contract.storage.alerts import AlertsContract
from tests.contract.storage.exports import ExportsContract
from tests.contract.storage.letters import LettersContract
from tests.contract.storage.lists import ListsContract
from tests.contract.storage.migrations import MigrationsContract
from tests.contract.storage.outbox import OutboxContract
from tests.contract.storage.questions import QuestionsContract
from tests.contract.storage.round_trips import RoundTripsContract
from tests.contract.storage.transactions import TransactionsContract


class StorageContract(
    MigrationsContract,
    RoundTripsContract,
    TransactionsContract,
    QuestionsContract,
    OutboxContract,
    AlertsContract,
    LettersContract,
    ListsContract,
    AccountsContract,
    ExportsContract,
):
    """All of it."""
