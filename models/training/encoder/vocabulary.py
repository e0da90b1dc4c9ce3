"""The base's pieces and how often nine languages use them walk in; a vocabulary of a fifth of the size walks out.

    python -m models.training.encoder.vocabulary --data DIR --work DIR [--as models/ears-1/pieces.model]

Kept: single characters of the scripts and signs of the supported languages, then the pieces used most, by the public
sets' training rows and by the 60,000 most common words of each language (`wordfreq`, Apache-2.0). What is lost is
written to `vocabulary.json` of the work folder, and stands in the card. `--as` takes the pieces of an earlier
vocabulary instead.
"""

import argparse
import json
import logging
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import wordfreq
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from sentencepiece import sentencepiece_model_pb2 as proto

from models.training.corpus import Corpus, gather
from models.training.encoder.base import SCORED
from streams.sentiment.spoken import spoken

log = logging.getLogger("vocabulary")

VOCABULARY, KEPT, LOSS = "pieces.model", "kept.npy", "vocabulary.json"
SIZE = 48_000
#: How much each language's use counts; those with labelled posts first.
LANGS = {"en": 1.0, "es": 1.0, "ru": 1.0, "pt": 0.5, "de": 0.5, "fr": 0.5, "it": 0.5, "hi": 0.5, "ar": 0.5}
_WORDS, _TEXTS, _MEASURED = 60_000, 30_000, 1500
#: `<s>`, `<pad>`, `</s>`, `<unk>`.
_SPECIAL = (0, 1, 2, 3)
_SCRIPTS = ("CYRILLIC", "ARABIC LETTER", "DEVANAGARI", "GREEK", "MATHEMATICAL")
_MARKS = ("DEVANAGARI", "ARABIC", "COMBINING")
F64 = NDArray[np.float64]
Scored = Sequence[tuple[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--as", dest="earlier", type=Path, help="take the pieces of this vocabulary")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    scored: Scored = [
        (piece, score) for piece, score in json.loads((asked.work / "base" / SCORED).read_text(encoding="utf-8"))
    ]
    whole = SentencePieceProcessor(model_proto=packed(scored))
    corpus = gather(asked.data, Path(__file__).parents[1] / "labels")
    if asked.earlier:
        earlier = SentencePieceProcessor(model_file=str(asked.earlier))
        place = {piece: at for at, (piece, _) in enumerate(scored)}
        kept = [place[earlier.id_to_piece(at)] for at in range(earlier.get_piece_size())]
    else:
        kept = chosen(scored, used(whole, corpus))
    (asked.work / VOCABULARY).write_bytes(packed([scored[at] for at in kept]))
    np.save(asked.work / KEPT, np.array(kept))
    loss = lost(whole, SentencePieceProcessor(model_file=str(asked.work / VOCABULARY)), corpus)
    (asked.work / LOSS).write_text(json.dumps(loss, indent=1) + "\n", encoding="utf-8")
    for lang, numbers in loss.items():
        log.info("%s %s", lang, numbers)


def packed(scored: Scored) -> bytes:
    """A SentencePiece unigram model of these pieces, the special ones first; text comes normalised (`spoken`)."""
    model = proto.ModelProto()
    for at, (piece, score) in enumerate(scored):
        kind = proto.ModelProto.SentencePiece.NORMAL
        if at in _SPECIAL:
            kind = proto.ModelProto.SentencePiece.UNKNOWN if at == 3 else proto.ModelProto.SentencePiece.CONTROL
        model.pieces.add(piece=piece, score=score, type=kind)
    trained, normalised = model.trainer_spec, model.normalizer_spec
    trained.model_type = proto.TrainerSpec.UNIGRAM
    trained.vocab_size = len(scored)
    trained.bos_id, trained.pad_id, trained.eos_id, trained.unk_id = _SPECIAL
    trained.bos_piece, trained.pad_piece, trained.eos_piece, trained.unk_piece = (scored[at][0] for at in _SPECIAL)
    normalised.name = "identity"
    normalised.add_dummy_prefix = normalised.remove_extra_whitespaces = normalised.escape_whitespaces = True
    return model.SerializeToString()


def used(whole: SentencePieceProcessor, corpus: Corpus) -> F64:
    """For each piece its largest share of any language's text, by rows of the corpus or by common words."""
    random = np.random.default_rng(0)
    most = np.zeros(whole.get_piece_size())
    for lang, weight in LANGS.items():
        words = wordfreq.top_n_list(lang, _WORDS)
        often = np.array([wordfreq.word_frequency(word, lang) for word in words])
        counts = np.zeros(len(most))
        for forms, part in ((words, 1.0), ([word.capitalize() for word in words], 0.3)):
            for ids, frequency in zip(whole.encode(forms), often, strict=True):
                np.add.at(counts, ids, part * frequency)
        most = np.maximum(most, weight * counts / counts.sum())
        texts = [row.text for row in corpus.rows if row.lang == lang and row.split == "train"]
        counts = np.zeros(len(most))
        for at in random.permutation(len(texts))[:_TEXTS]:
            np.add.at(counts, whole.encode(spoken(texts[at])), 1)
        most = np.maximum(most, weight**2 * counts / max(counts.sum(), 1))
        log.info("%s: %d words, %d texts", lang, len(words), min(len(texts), _TEXTS))
    return most


def chosen(scored: Scored, use: F64) -> list[int]:
    kept = set(_SPECIAL) | {at for at, (piece, _) in enumerate(scored) if at not in _SPECIAL and _single(piece)}
    for at in np.argsort(-use, kind="stable"):
        if len(kept) == SIZE or use[at] <= 0:
            break
        kept.add(int(at))
    return sorted(kept)


def _single(piece: str) -> bool:
    """One character of a script we support, or a sign: nothing that is written in them goes unread."""
    sign = piece.replace("▁", "")
    if len(sign) != 1:
        return False
    name, kind = unicodedata.name(sign, ""), unicodedata.category(sign)[0]
    if kind == "M":
        return name.startswith(_MARKS)
    return ord(sign) < 0x250 or kind in "PSN" or name.startswith(_SCRIPTS)


def lost(whole: SentencePieceProcessor, pruned: SentencePieceProcessor, corpus: Corpus) -> dict[str, dict[str, float]]:
    """By language, on rows not trained on: pieces a post before and after, and the share that is unknown after."""
    random = np.random.default_rng(1)
    result = {}
    for lang in LANGS:
        texts = [spoken(row.text) for row in corpus.rows if row.lang == lang and row.split != "train"]
        texts = [texts[at] for at in random.permutation(len(texts))[:_MEASURED]]
        before, after = whole.encode(texts), pruned.encode(texts)
        total = sum(map(len, after))
        result[lang] = {
            "posts": len(texts),
            "before": round(sum(map(len, before)) / len(texts), 2),
            "after": round(total / len(texts), 2),
            "unknown": round(sum(one.count(pruned.unk_id()) for one in after) / total, 6),
        }
    return result


if __name__ == "__main__":
    main()
