"""A trained encoder walks in, `lower.onnx` and `upper.onnx` that multiply in 8 bits walk out.

The graph is written node by node with the fused operators of ONNX Runtime (`com.microsoft`): half the time of what an
exporter makes of the same net, and nothing to guess. What enters a table of weights is rounded to 8 bits in steps that
are written in the graph, the same for every batch, so that a post's neighbours change nothing; the weights to 7 bits,
for without 8-bit dot products processors add two products in 16 bits, and those must fit. Some inputs reach much
further than others: each is divided by what its weights are multiplied with (SmoothQuant, Xiao et al. 2023, arXiv
2211.10438). Word embeddings are int8; only the rows of a post are unpacked.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.training.encoder.net import FIRST, LISTENS, WIDTH, Encoder
from streams.sentiment.heads import COLUMNS

F32 = NDArray[np.float32]

LOWER, UPPER = "lower.onnx", "upper.onnx"
_HEADS, _EPSILON = 12, 1e-12
#: How much of the reach of an input goes into its weights; of 0.5 to 0.9 the dev gold's rankings suffered least at 0.8.
_SMOOTH = 0.8
_WEIGHT_STEPS, _STEPS, _WORD_STEPS = 63, 127, 127
_OPSET = (helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1))


def export(model: Encoder, reach: Mapping[str, F32], folder: Path) -> None:
    """Write both graphs. Inputs are `ids` or `states`, and `mask` (posts, tokens) of 0 and 1, int32.

    `reach` says how far each input of each table goes, as `reached` finds it.
    """
    weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    count = len(model.layers)
    lower = _Graph(weights, reach)
    states = lower.embedded()
    for at in range(FIRST):
        states = lower.layer(states, f"layers.{at}")
    lower.listened(states, "first")
    lower.named(states, "states")
    lower.write(folder / LOWER, {"ids": TensorProto.INT64}, {"logits": 2, "states": 3})
    upper = _Graph(weights, reach)
    states = "states"
    for at in range(FIRST, count):
        states = upper.layer(states, f"layers.{at}")
    upper.listened(states, "last")
    upper.meant("states", states)
    upper.write(folder / UPPER, {"states": TensorProto.FLOAT}, {"logits": 2, "embedding": 2})


class _Graph:
    def __init__(self, weights: Mapping[str, F32], reach: Mapping[str, F32]) -> None:
        self._weights, self._reach = weights, reach
        self._nodes: list[onnx.NodeProto] = []
        self._held: dict[str, onnx.TensorProto] = {}
        self._silent: str | None = None

    def embedded(self) -> str:
        table, scale = _packed(self._weights["words.weight"], _WORD_STEPS, axis=1)
        ids = self._add("Gather", [self._hold("words", table), "ids"])
        rows = self._add("Cast", [ids], to=TensorProto.FLOAT)
        by = self._add("Gather", [self._hold("words.scale", scale), "ids"])
        words = self._add("Mul", [rows, by])
        size = self._add("Shape", ["ids"], start=1, end=2)
        start, axes = self._hold("zero", np.array([0])), self._hold("axis0", np.array([0]))
        places = self._add("Slice", [self._hold("places", self._weights["places.weight"]), start, size, axes])
        return self._add(
            "LayerNormalization",
            [self._add("Add", [words, places]), self._plain("norm.weight"), self._plain("norm.bias")],
            epsilon=_EPSILON,
        )

    def layer(self, states: str, name: str) -> str:
        parts = ("query", "key", "value")
        into = np.concatenate([self._weights[f"{name}.{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self._weights[f"{name}.{part}.bias"] for part in parts])
        given, table, step, scale, zero, zeros = self._rounded(states, f"{name}.attention", into)
        mixed = self._add(
            "QAttention",
            [given, table, self._hold(f"{name}.attention.bias", bias), step, scale, "mask", zero, zeros],
            domain="com.microsoft",
            num_heads=_HEADS,
        )
        states = self._closed(self._times(mixed, f"{name}.attended"), states, f"{name}.attended")
        within = self._add(
            "BiasGelu",
            [self._times(states, f"{name}.within"), self._plain(f"{name}.within.bias")],
            domain="com.microsoft",
        )
        return self._closed(self._times(within, f"{name}.out"), states, f"{name}.out")

    def listened(self, states: str, name: str) -> None:
        """Logits (posts, `COLUMNS`) of one depth."""
        asked = self._add("MatMul", [states, self._hold(f"{name}.asks", self._weights[f"{name}.asks.weight"].T)])
        weights = self._add("Softmax", [self._add("Add", [asked, self._silenced()])], axis=1)
        pooled = self._add("MatMul", [self._add("Transpose", [weights], perm=[0, 2, 1]), states])
        chosen = self._add("Gather", [pooled, self._hold(f"{name}.listens", np.array(LISTENS))], axis=1)
        said = self._add("Mul", [chosen, self._plain(f"{name}.says")])
        summed = self._add("ReduceSum", [said, self._hold("axis2", np.array([2]))], keepdims=0)
        self.named(self._add("Add", [summed, self._plain(f"{name}.bias")]), "logits")

    def meant(self, before: str, after: str) -> None:
        """Embeddings of length 1, (posts, `WIDTH`), of the mean states before and after."""
        mask = self._add("Cast", ["mask"], to=TensorProto.FLOAT)
        axis1 = self._hold("axis1", np.array([1]))
        wide = self._add("Unsqueeze", [mask, self._hold("axis2", np.array([2]))])
        count = self._add("ReduceSum", [mask, axis1], keepdims=1)
        both = [
            self._add("Div", [self._add("ReduceSum", [self._add("Mul", [states, wide]), axis1], keepdims=0), count])
            for states in (before, after)
        ]
        mean = self._add("Concat", both, axis=1)
        turned = self._add("MatMul", [mean, self._hold("turn", self._weights["turn.weight"].T)])
        self.named(
            self._add("LpNormalization", [self._add("Add", [turned, self._plain("turn.bias")])], axis=1, p=2),
            "embedding",
        )

    def named(self, value: str, name: str) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name]))

    def write(self, path: Path, given: Mapping[str, int], said: Mapping[str, int]) -> None:
        shapes = {2: ["posts", None], 3: ["posts", "tokens", WIDTH]}
        inputs = [
            helper.make_tensor_value_info(name, kind, shapes[3] if name == "states" else ["posts", "tokens"])
            for name, kind in (given | {"mask": TensorProto.INT32}).items()
        ]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[rank]) for name, rank in said.items()]
        graph = helper.make_graph(self._nodes, path.stem, inputs, outputs, list(self._held.values()))
        made = helper.make_model(graph, opset_imports=_OPSET, ir_version=9, producer_name="hearout")
        helper.set_model_props(made, {"columns": ",".join(COLUMNS)})
        onnx.save(made, path)

    def _silenced(self) -> str:
        """0 for a token, very low for padding, (posts, tokens, 1)."""
        if self._silent is None:
            mask = self._add("Cast", ["mask"], to=TensorProto.FLOAT)
            away = self._add("Sub", [mask, self._hold("one", np.float32(1))])
            low = self._add("Mul", [away, self._hold("low", np.float32(1e4))])
            self._silent = self._add("Unsqueeze", [low, self._hold("axis2", np.array([2]))])
        return self._silent

    def _closed(self, states: str, before: str, name: str) -> str:
        norm = f"{name}_norm"
        return self._add(
            "SkipLayerNormalization",
            [states, before, *map(self._plain, (f"{norm}.weight", f"{norm}.bias", f"{name}.bias"))],
            domain="com.microsoft",
            epsilon=_EPSILON,
        )

    def _times(self, states: str, name: str) -> str:
        given, table, step, scale, zero, zeros = self._rounded(states, name, self._weights[f"{name}.weight"].T)
        return self._add("MatMulIntegerToFloat", [given, table, step, scale, zero, zeros], domain="com.microsoft")

    def _rounded(self, states: str, name: str, table: F32) -> tuple[str, str, str, str, str, str]:
        """States and a table (inputs, outputs) in whole numbers, the steps of both, and what stands for 0 in both."""
        reach = np.maximum(self._reach[name], 1e-3)
        soft = reach**_SMOOTH / np.maximum(np.abs(table).max(axis=1), 1e-4) ** (1 - _SMOOTH)
        packed, scale = _packed(table * soft[:, None], _WEIGHT_STEPS, axis=0)
        step = self._hold(f"{name}.step", np.float32((reach / soft).max() / _STEPS))
        middle = self._hold("middle", np.uint8(_STEPS + 1))
        smooth = self._add("Mul", [states, self._hold(f"{name}.soft", (1 / soft).astype(np.float32))])
        return (
            self._add("QuantizeLinear", [smooth, step, middle]),
            self._hold(name, packed),
            step,
            self._hold(f"{name}.scale", scale[0]),
            middle,
            self._hold(f"zeros.{table.shape[1]}", np.zeros(table.shape[1], dtype=np.int8)),
        )

    def _plain(self, name: str) -> str:
        return self._hold(name, self._weights[name])

    def _hold(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        self._held.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _add(self, kind: str, inputs: list[str], domain: str = "", **given: object) -> str:
        result = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [result], domain=domain, **given))
        return result


def _packed(table: F32, steps: int, axis: int) -> tuple[NDArray[np.int8], F32]:
    """Symmetric whole numbers and their scales, the largest along `axis` being `steps`."""
    scale = np.abs(table).max(axis=axis, keepdims=True) / steps
    scale = np.where(scale == 0, 1, scale).astype(np.float32)
    return np.clip(np.round(table / scale), -steps, steps).astype(np.int8), scale
