"""A small encoder is trained, interrupted and exported: what the graphs say is what the net says."""

import os
from pathlib import Path

import numpy as np
import pytest

if os.environ.get("HEAROUT_REQUIRE_HUB"):  # then missing is failing, not skipping
    import onnx  # noqa: F401
torch = pytest.importorskip("torch", reason="needs the extra `encoder`")
pytest.importorskip("onnx", reason="needs the extra `encoder`")

from models.training.encoder.export import export  # noqa: E402
from models.training.encoder.learn import Recipe, learn  # noqa: E402
from models.training.encoder.mix import Example  # noqa: E402
from models.training.encoder.net import FIRST, Encoder  # noqa: E402
from models.training.encoder.reach import TABLES, reached  # noqa: E402
from models.training.encoder.shuffle import padded  # noqa: E402
from streams.sentiment.depths import Depths  # noqa: E402
from streams.sentiment.heads import COLUMNS  # noqa: E402
from streams.sentiment.load import find  # noqa: E402
from streams.sentiment.pieces import Pieces  # noqa: E402

pytestmark = pytest.mark.hub
TEXTS = ("my bag is gone", "lovely flight, thank you", "you clowns lost my parcel again, third time now", "ok")
PROBLEM = COLUMNS.index("problem")


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(find("ears-1") / "pieces.model", 32)


@pytest.fixture
def net(pieces: Pieces) -> Encoder:
    torch.manual_seed(3)
    model = Encoder(len(pieces), FIRST + 1)
    torch.nn.init.normal_(model.words.weight, std=0.5)
    return model.eval()


def logits(model: Encoder, pieces: Pieces) -> np.ndarray:
    table, mask = padded(pieces.ids(TEXTS))
    with torch.no_grad():
        return np.asarray(model.upper(model.lower(table, mask)[1], mask)[0])


def test_the_graphs_say_what_the_net_says(net: Encoder, pieces: Pieces, tmp_path: Path) -> None:
    """At both depths, within what rounding to 8 bits may change."""
    reach = reached(net, pieces, TEXTS)
    assert set(reach) == {f"layers.{at}.{table}" for at in range(FIRST + 1) for table in TABLES}
    export(net, reach, tmp_path)
    depths = Depths(tmp_path, threads=1)
    table, mask = padded(pieces.ids(TEXTS))
    first, states = depths.lower(table.numpy(), mask.numpy().astype(np.int32))
    last, embedding = depths.upper(states, mask.numpy().astype(np.int32))
    with torch.no_grad():
        wanted_first, wanted_states = net.lower(table, mask)
        wanted_last, wanted_embedding = net.upper(wanted_states, mask)
    assert np.abs(first - wanted_first.numpy()).max() < 0.1 * np.ptp(wanted_first.numpy())
    assert np.abs(last - wanted_last.numpy()).max() < 0.1 * np.ptp(wanted_last.numpy())
    assert ((embedding * wanted_embedding.numpy()).sum(axis=1) > 0.99).all()


def test_neighbours_change_nothing_in_8_bits(net: Encoder, pieces: Pieces, tmp_path: Path) -> None:
    """The steps are the graph's, not the batch's."""
    export(net, reached(net, pieces, TEXTS), tmp_path)
    depths = Depths(tmp_path, threads=1)
    table, mask = (one.numpy() for one in padded(pieces.ids(TEXTS)))
    together = depths.lower(table, mask.astype(np.int32))[0]
    for at in range(len(TEXTS)):
        alone = depths.lower(table[at : at + 1], mask[at : at + 1].astype(np.int32))[0]
        assert np.abs(alone[0] - together[at]).max() < 1e-4


def test_what_is_shown_is_learnt_and_goes_on_after_an_interruption(
    net: Encoder, pieces: Pieces, tmp_path: Path
) -> None:
    """Interrupted after its first checkpoint, a second run ends where an uninterrupted one does."""

    def example(text: str) -> Example:
        labels = np.zeros(len(COLUMNS), dtype=np.float32)
        labels[0 if "lost" in text or "gone" in text else 2] = 1
        labels[PROBLEM] = labels[0]
        return Example(text=text, labels=labels, trust=np.ones(len(COLUMNS), dtype=np.float32))

    examples = [example(text) for text in TEXTS] * 12
    recipe = Recipe(size=4, rate=3e-4, head_rate=3e-3, checkpoint_every_s=1.5)
    begun = {name: value.clone() for name, value in net.state_dict().items()}
    learn(net, net_copy(begun), pieces, examples, recipe, tmp_path / "whole.pt", clock=Ticking())
    said = logits(net, pieces)[:, PROBLEM]
    assert min(said[0], said[2]) > max(said[1], said[3])
    assert not (tmp_path / "whole.pt").exists()

    other = net_copy(begun)
    with pytest.raises(KeyboardInterrupt):
        learn(other, net_copy(begun), pieces, examples, recipe, tmp_path / "part.pt", clock=Ticking(stop_at=9))
    assert (tmp_path / "part.pt").exists()
    again = net_copy(begun)
    learn(again, net_copy(begun), pieces, examples, recipe, tmp_path / "part.pt", clock=Ticking())
    assert np.allclose(logits(again, pieces), logits(net, pieces), atol=1e-3)


def net_copy(state: dict[str, "torch.Tensor"]) -> Encoder:
    model = Encoder(len(state["words.weight"]), FIRST + 1)
    model.load_state_dict(state)
    return model


class Ticking:
    """A clock that goes on a second with each look, and stops the run at one of them."""

    def __init__(self, stop_at: int = 10**9) -> None:
        self._now, self._stop_at = 0, stop_at

    def __call__(self) -> float:
        self._now += 1
        if self._now == self._stop_at:
            raise KeyboardInterrupt
        return float(self._now)
