"""The pieces of a bundled encoder walk in, what a user would run instead walks out: three pipelines of base size.

The models have the shape of XLM-RoBERTa-base and random weights, which take the same time as trained ones. Their
tokenizer is a Unigram one of XLM-RoBERTa's size: the pieces of the bundled encoder (which come of that vocabulary),
filled up with pieces no text holds. It cuts posts into about 5% more tokens than the full vocabulary does.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sentencepiece import SentencePieceProcessor

#: XLM-RoBERTa-base.
SHAPE = {"vocab_size": 250_002, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12}
SHAPE |= {"intermediate_size": 3072, "max_position_embeddings": 514, "type_vocab_size": 1}
QUESTIONS = ("problem", "constructiveness")
ALONE, TOGETHER, TOKENS = "one by one", "in batches of 32", "tokens"
_BATCH, _LONGEST = 32, 512
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")

Ask = Callable[[Sequence[str], Sequence[str]], object]


def opened(pieces: Path) -> dict[str, Ask]:
    """Build the three pipelines; every post goes through all of them, the zero-shot one reads it once a question."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "TOKENIZERS_PARALLELISM": "false"}
    from transformers import XLMRobertaConfig, XLMRobertaForSequenceClassification, pipeline

    tokenizer = _tokenizer(pieces)

    def built(task: str, labels: Sequence[str]) -> Any:
        names = dict(enumerate(labels))
        config = XLMRobertaConfig(**SHAPE, id2label=names, label2id={name: at for at, name in names.items()})
        model = XLMRobertaForSequenceClassification(config).eval()
        return pipeline(task, model=model, tokenizer=tokenizer, device="cpu")

    sentiment = partial(built("text-classification", ("negative", "neutral", "positive")), truncation=True)
    toxicity = partial(built("text-classification", ("fine", "toxic")), truncation=True)
    zero_shot = built("zero-shot-classification", ("contradiction", "neutral", "entailment"))
    asked = partial(zero_shot, candidate_labels=list(QUESTIONS), multi_label=True)
    pipelines = (sentiment, toxicity, asked)

    def alone(texts: Sequence[str], langs: Sequence[str]) -> None:
        for text in texts:
            for one in pipelines:
                one(text)

    def together(texts: Sequence[str], langs: Sequence[str]) -> None:
        for one in pipelines:
            one(list(texts), batch_size=_BATCH)

    def tokens(texts: Sequence[str], langs: Sequence[str]) -> list[int]:
        return [len(ids) for ids in tokenizer(list(texts), truncation=True)["input_ids"]]

    return {ALONE: alone, TOGETHER: together, TOKENS: tokens}


def _tokenizer(pieces: Path) -> Any:
    from transformers import XLMRobertaTokenizer

    known = SentencePieceProcessor(model_file=str(pieces))
    own = [(known.id_to_piece(at), known.get_score(at)) for at in range(len(_SPECIAL), known.get_piece_size())]
    vocabulary = [*((name, 0.0) for name in _SPECIAL), *own]
    # A private-use character opens what only fills: posts do not hold it.
    left = SHAPE["vocab_size"] - len(vocabulary) - 1
    vocabulary += [(f"\uf8ff{at}", -99.0) for at in range(left)] + [("<mask>", 0.0)]
    return XLMRobertaTokenizer(vocab=vocabulary, model_max_length=_LONGEST)
