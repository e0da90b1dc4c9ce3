"""Token ids walk in, logits of every head at two depths and a sentence embedding walk out.

A BERT encoder (Devlin et al. 2019) with the names of the base's weights, cut to `LAYERS`. Each depth listens with
attention of its own for each head: the words of an insult and the words of a problem stand in different places.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from streams.sentiment.heads import COLUMNS

#: Layers kept of the base's twelve, and after how many of them the first answer is given.
LAYERS, FIRST = 9, 4
WIDTH, _HEADS, _WITHIN, _POSITIONS, _EPSILON = 384, 12, 1536, 512, 1e-12
#: Which of the listening heads speaks for each of `COLUMNS`: sentiment speaks for three.
LISTENS = (0, 0, 0, 1, 2, 3, 4)


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.attended, self.attended_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, _EPSILON)
        self.within, self.out = nn.Linear(WIDTH, _WITHIN), nn.Linear(_WITHIN, WIDTH)
        self.out_norm = nn.LayerNorm(WIDTH, _EPSILON)

    def forward(self, states: Tensor, heard: Tensor) -> Tensor:
        """`states` (posts, tokens, `WIDTH`); `heard` (posts, 1, 1, tokens) is 0 for a token, very low for padding."""
        posts, tokens, _ = states.shape

        def split(part: Tensor) -> Tensor:
            return part.view(posts, tokens, _HEADS, WIDTH // _HEADS).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            split(self.query(states)), split(self.key(states)), split(self.value(states)), attn_mask=heard
        )
        states = self.attended_norm(states + self.attended(mixed.transpose(1, 2).reshape(posts, tokens, WIDTH)))
        result: Tensor = self.out_norm(states + self.out(functional.gelu(self.within(states))))
        return result


class Listening(nn.Module):
    """Attention over the tokens for each head, then one number for each of `COLUMNS`."""

    def __init__(self) -> None:
        super().__init__()
        self.asks = nn.Linear(WIDTH, max(LISTENS) + 1, bias=False)
        self.says = nn.Parameter(torch.zeros(len(COLUMNS), WIDTH))
        self.bias = nn.Parameter(torch.zeros(len(COLUMNS)))
        nn.init.normal_(self.asks.weight, std=0.02)
        nn.init.normal_(self.says, std=0.02)

    def forward(self, states: Tensor, heard: Tensor) -> Tensor:
        weights = torch.softmax(self.asks(states) + heard[:, 0, 0, :, None], dim=1)
        pooled = torch.einsum("pth,ptw->phw", weights, states)
        return torch.einsum("pcw,cw->pc", pooled[:, list(LISTENS)], self.says) + self.bias


class Encoder(nn.Module):
    """`lower` gives a first answer and the states, `upper` the last answer and the embedding."""

    def __init__(self, vocabulary: int, layers: int = LAYERS) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.places = nn.Embedding(_POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, _EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.first, self.last = Listening(), Listening()
        #: From the mean states of both depths to the base's sentence embedding; begins as the last depth's mean.
        self.turn = nn.Linear(2 * WIDTH, WIDTH)
        with torch.no_grad():
            self.turn.weight.copy_(torch.hstack([torch.zeros(WIDTH, WIDTH), torch.eye(WIDTH)]))
            self.turn.bias.zero_()

    def embedded(self, ids: Tensor) -> Tensor:
        result: Tensor = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])
        return result

    def through(self, states: Tensor, heard: Tensor, begin: int, end: int) -> Tensor:
        for layer in self.layers[begin:end]:
            states = layer(states, heard)
        return states

    def lower(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (posts, `COLUMNS`) after `FIRST` layers, and the states there."""
        heard = silenced(mask)
        states = self.through(self.embedded(ids), heard, 0, FIRST)
        return self.first(states, heard), states

    def upper(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (posts, `COLUMNS`) after all layers, and embeddings of length 1, (posts, `WIDTH`)."""
        heard = silenced(mask)
        after = self.through(states, heard, FIRST, len(self.layers))
        return self.last(after, heard), functional.normalize(self.turn(means(states, after, mask)), dim=1)


def silenced(mask: Tensor) -> Tensor:
    """What is added to attention: 0 where `mask` (posts, tokens) is 1, very low where it is 0."""
    return (1.0 - mask[:, None, None, :].float()) * -1e4


def mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask[:, :, None].float()
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)


def means(states: Tensor, after: Tensor, mask: Tensor) -> Tensor:
    """What the embedding is made of: the mean states of the lower and the upper half, (posts, 2 * `WIDTH`)."""
    return torch.cat([mean(states, mask), mean(after, mask)], dim=1)


_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "attended_norm": "attention.output.LayerNorm",
    "within": "intermediate.dense",
    "out": "output.dense",
    "out_norm": "output.LayerNorm",
}


def grown(base: Mapping[str, Tensor], kept: list[int], layers: int = LAYERS) -> Encoder:
    """An encoder with the base's first layers and, of its word embeddings, the rows `kept`.

    `base` has the names of a Hugging Face `BertModel`; its token types are all one, so their row joins the places.
    """
    model = Encoder(len(kept), layers)
    with torch.no_grad():
        model.words.weight.copy_(base["embeddings.word_embeddings.weight"][kept])
        types = base["embeddings.token_type_embeddings.weight"][0]
        model.places.weight.copy_(base["embeddings.position_embeddings.weight"] + types)
        for part in ("weight", "bias"):
            getattr(model.norm, part).copy_(base[f"embeddings.LayerNorm.{part}"])
            for at, layer in enumerate(model.layers):
                for ours, theirs in _NAMES.items():
                    getattr(getattr(layer, ours), part).copy_(base[f"encoder.layer.{at}.{theirs}.{part}"])
    return model
