"""Token ids walk in, what the encoder says at either depth walks out: two ONNX sessions, the second where asked."""

import os
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from streams.errors import Misconfigured
from streams.sentiment.heads import COLUMNS

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

LOWER, UPPER = "lower.onnx", "upper.onnx"


class Depths:
    """The encoder, cut in two. Both halves give logits; the upper one also an embedding."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """`threads` for each half; 0 takes all cores. Raises Misconfigured where a file is no model of this kind."""
        self._lower = _session(folder / LOWER, threads)
        self._upper = _session(folder / UPPER, threads)

    def lower(self, ids: I64, mask: I32) -> tuple[F32, F32]:
        """First logits (posts, `COLUMNS`), and states (posts, tokens, width); both inputs are (posts, tokens)."""
        logits, states = self._lower.run(["logits", "states"], {"ids": ids, "mask": mask})
        return logits, states

    def upper(self, states: F32, mask: I32) -> tuple[F32, F32]:
        """Last logits (posts, `COLUMNS`), and embeddings of length 1 (posts, width)."""
        logits, embedding = self._upper.run(["logits", "embedding"], {"states": states, "mask": mask})
        return logits, embedding


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or os.cpu_count() or 1
    options.inter_op_num_threads = 1
    # A thread that waits by spinning takes the core from the walk's other stages.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no base of their own
        raise _wrong(f"{path} cannot be run: {error}") from None
    columns = session.get_modelmeta().custom_metadata_map.get("columns", "")
    if columns != ",".join(COLUMNS):
        raise _wrong(f"{path} says {columns or 'nothing'}; this version needs {','.join(COLUMNS)}")
    return session


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(message, id="HO-MODEL", hint="install the model again, or name another model")
