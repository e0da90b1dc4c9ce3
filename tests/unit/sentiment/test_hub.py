"""Any Hugging Face checkpoint can say our heads; a manifest that cannot work is refused, saying what is wrong."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from streams.errors import Misconfigured
from streams.records import Scores
from streams.sentiment.heads import COLUMNS, THRESHOLDS
from streams.sentiment.load import load

#: How strongly a word of a tiny checkpoint speaks for its label.
LOUD = 8.0

MANIFEST = f"""schema = 1
name = "ours"
version = "1"
kind = "hub"
heads = {json.dumps(COLUMNS)}
languages = ["en"]
[files]
[thresholds]
{chr(10).join(f"{name} = 0.5" for name in THRESHOLDS)}
"""
MOOD = """
[[hub.checkpoints]]
source = "mood"
labels = { bad = "negative", so_so = "neutral", good = "positive" }
"""
TOXIC = """
[[hub.checkpoints]]
source = "toxic"
labels = { insult = "hostility", threat = "hostility" }
"""
FALLBACK = """
[hub.fallback]
model = "linear-1"
"""


@pytest.fixture(scope="session")
def libraries() -> Iterator[ModuleType]:
    """`transformers`, kept off the network. Without it tests are skipped, or fail where HEAROUT_REQUIRE_HUB is set."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HF_HUB_OFFLINE", "1")  # read when the library is imported
        try:
            import torch
            import transformers
        except ImportError as error:
            if os.environ.get("HEAROUT_REQUIRE_HUB"):
                pytest.fail(f"HEAROUT_REQUIRE_HUB is set, but {error}; pip install 'hearout[hub]'", pytrace=False)
            pytest.skip(f"{error}; pip install 'hearout[hub]'")
        torch.set_num_threads(1)
        yield transformers


def ours(at: Path, *parts: str) -> Path:
    """A folder with a manifest of these parts."""
    at.mkdir(parents=True, exist_ok=True)
    (at / "manifest.toml").write_text("".join((MANIFEST, *parts)), encoding="utf-8")
    return at


def checkpoint(at: Path, labels: list[str], words: dict[str, str], *, family: str = "Bert", **settings: Any) -> Path:
    """A checkpoint of one layer: each of `words` speaks for its label, whatever else the text holds."""
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    names = ["<s>", "<pad>", "</s>", "<unk>", *words, *"abcdefghij"]
    tokenizer = Tokenizer(models.WordLevel({name: at for at, name in enumerate(names)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(at)
    torch.manual_seed(7)
    config = getattr(transformers, f"{family}Config")(
        **{
            "vocab_size": len(names),
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 1,
            "intermediate_size": 16,
            "max_position_embeddings": 34,
            "pad_token_id": 1,
            "hidden_dropout_prob": 0.0,
            "id2label": dict(enumerate(labels)),
            "label2id": {label: at for at, label in enumerate(labels)},
        }
        | settings
    )
    net = getattr(transformers, f"{family}ForSequenceClassification")(config)
    with torch.no_grad():
        _listen(net, family, [labels.index(label) for label in words.values()])
    net.save_pretrained(at)
    return at


def _listen(net: Any, family: str, label_by_word: list[int]) -> None:
    """Word n lights up its own dimension, attention spreads it evenly, and the head reads it off the first token."""
    import torch

    body = getattr(net, net.base_model_prefix)
    body.embeddings.word_embeddings.weight.zero_()
    for part in (body.embeddings.position_embeddings, body.embeddings.token_type_embeddings):
        part.weight.zero_()
    for word in range(len(label_by_word)):
        # Sums to nothing, so that the layer norm keeps it.
        body.embeddings.word_embeddings.weight[4 + word, word] = 1.0
    layer = body.encoder.layer[0]
    attention = layer.attention.self
    for linear in (attention.query, attention.key, layer.output.dense):
        linear.weight.zero_()
        linear.bias.zero_()
    for linear in (attention.value, layer.attention.output.dense):
        linear.weight.copy_(torch.eye(16))
        linear.bias.zero_()
    inner, head = (
        (body.pooler.dense, net.classifier) if family == "Bert" else (net.classifier.dense, net.classifier.out_proj)
    )
    inner.weight.copy_(torch.eye(16) * 4)
    inner.bias.zero_()
    head.weight.zero_()
    head.bias.zero_()
    for word, label in enumerate(label_by_word):
        head.weight[label, word] = LOUD


@pytest.fixture(scope="session")
def both(libraries: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two checkpoints: `mood` of the BERT family, `toxic` with a sigmoid of XLM-RoBERTa's."""
    at = tmp_path_factory.mktemp("ours")
    checkpoint(at / "mood", ["bad", "so_so", "good"], {"awful": "bad", "lovely": "good", "table": "so_so"})
    checkpoint(
        at / "toxic",
        ["insult", "threat", "spam"],
        {"clowns": "insult", "beware": "threat", "buy": "spam"},
        family="XLMRoberta",
        problem_type="multi_label_classification",
    )
    return ours(at, MOOD, TOXIC, FALLBACK)


def said(model: Any, *texts: str) -> list[Scores]:
    found: list[Scores] = model.score(texts, ["en"] * len(texts))
    return found


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((FALLBACK,), "lists no checkpoint"),
        ((MOOD,), "nothing says hostility, problem, constructiveness, emotionality"),
        ((MOOD, MOOD, FALLBACK), "both mood and mood have labels for negative"),
        ((MOOD.replace("neutral", "calm"), FALLBACK), "labels for calm; there are: negative"),
        ((MOOD.replace(', so_so = "neutral"', ""), FALLBACK), "sentiment is incomplete: mood has no label for neutral"),
        ((MOOD + 'activation = "relu"', FALLBACK), "activation 'relu'"),
        ((MOOD + "revision = 3", FALLBACK), "revision that is no text"),
        ((MOOD + 'tokeniser = "x"', FALLBACK), "unknown entry tokeniser"),
        ((MOOD.replace("mood", ""), FALLBACK), "number 1 needs a source"),
        ((MOOD, FALLBACK.replace("model", "name")), "holds one line"),
        ((MOOD, FALLBACK.replace("linear-1", "no-such-model")), "no model 'no-such-model'"),
        ((MOOD, FALLBACK.replace("linear-1", ".")), "list those here instead"),
    ],
)
def test_a_manifest_that_cannot_work_says_why(tmp_path: Path, parts: tuple[str, ...], expected: str) -> None:
    """Each mistake is told apart before any library is asked for."""
    with pytest.raises(Misconfigured, match=expected):
        load(ours(tmp_path, *parts))


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    """Where torch or transformers are missing, the message holds the line to type."""
    away = tmp_path / "away"
    (away / "torch").mkdir(parents=True)
    (away / "torch" / "__init__.py").write_text("raise ModuleNotFoundError('no torch', name='torch')")
    code = (
        "import sys\nfrom streams.errors import Misconfigured\nfrom streams.sentiment.load import load\n"
        "try:\n    load(sys.argv[1])\nexcept Misconfigured as error:\n    print(error)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(ours(tmp_path / "ours", MOOD, FALLBACK))],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(away), *sys.path])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "needs torch and transformers, and torch is not installed" in found.stdout
    assert "pip install 'hearout[hub]'" in found.stdout


@pytest.mark.hub
def test_each_checkpoint_says_its_heads_and_the_fallback_the_others(both: Path) -> None:
    """A mood checkpoint moves sentiment, a toxicity checkpoint hostility; the rest is what the bundled model says."""
    texts = ["awful thing", "lovely thing", "table", "you clowns", "beware", "my parcel never came, where is it?"]
    awful, lovely, table, clowns, beware, parcel = found = said(load(both), *texts)
    assert awful.sentiment.negative > 0.9
    assert lovely.sentiment.positive > 0.9
    assert table.sentiment.neutral > 0.9
    assert clowns.hostility > 0.9
    assert beware.hostility > 0.9
    assert parcel.hostility == pytest.approx(0.5, abs=0.01)
    assert parcel.sentiment.neutral == pytest.approx(1 / 3, abs=0.01)
    for ours_, bundled in zip(found, said(load("linear-1"), *texts), strict=True):
        for head in ("problem", "constructiveness", "emotionality"):
            assert getattr(ours_, head) == getattr(bundled, head)
        assert ours_.model.startswith("ours@")


@pytest.mark.hub
def test_every_head_can_be_said_by_checkpoints_alone(both: Path) -> None:
    """With no fallback nothing else is heard, and the evidence is theirs."""
    checkpoint(both / "rest", ["p", "c", "e"], {"broken": "p", "send": "c", "wow": "e"})
    rest = """
[[hub.checkpoints]]
source = "rest"
activation = "sigmoid"
[hub.checkpoints.labels]
LABEL_0 = "problem"
c = "constructiveness"
e = "emotionality"
"""
    folder = ours(both / "alone", *(part.replace('source = "', 'source = "../') for part in (MOOD, TOXIC, rest)))
    model = load(folder)
    one = said(model, "broken")[0]
    assert one.problem > 0.9
    assert one.constructiveness < 0.5
    assert one.emotionality < 0.5
    assert ("problem", 0, 6) in [(one.head, one.start, one.end) for one in model.evidence(["broken"], ["en"])[0]]


@pytest.mark.hub
def test_labels_that_mean_nothing_here_leave_a_whole(both: Path) -> None:
    """A fourth label takes its part of the softmax; the three of sentiment still sum to one."""
    checkpoint(both / "four", ["bad", "so_so", "good", "skip"], {"awful": "bad", "unclear": "skip"})
    model = load(ours(both / "with_four", MOOD.replace('"mood"', '"../four"'), FALLBACK))
    for one in said(model, "unclear", "awful unclear"):
        assert one.sentiment.negative + one.sentiment.neutral + one.sentiment.positive == pytest.approx(1, abs=2e-4)
    assert said(model, "awful unclear")[0].sentiment.negative > 0.9


@pytest.mark.hub
def test_a_batch_says_what_each_says_alone(both: Path) -> None:
    """Length, order, neighbours and repetition change no score by more than rounding."""
    texts = [f"{'a b c ' * (at % 9)}{word}" for at, word in enumerate(["awful", "lovely", "clowns", "", "j"] * 60)]
    model = load(both)
    together = said(model, *texts)
    for at in range(0, len(texts), 7):
        alone = said(model, texts[at])[0]
        assert together[at].hostility == pytest.approx(alone.hostility, abs=2e-4)
        assert together[at].sentiment.negative == pytest.approx(alone.sentiment.negative, abs=2e-4)
    assert said(model) == []


@pytest.mark.hub
@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "😡" * 3000,
        "awful " * 20_000,
        "x" * 100_000,
        "\ud800 \udfff",
        "\u200b\u202e",
        "<b>&#xd800;</b>",
        "\x00",
    ],
    ids=["empty", "blank", "emoji", "100kB", "one_word", "surrogates", "invisible", "html", "nul"],
)
def test_any_text_gets_a_score(both: Path, text: str) -> None:
    """No text stops the model, however long or broken, and its neighbour keeps its score."""
    bad, neighbour = said(load(both), text, "you clowns")
    assert all(0 <= getattr(bad, head) <= 1 for head in ("hostility", "problem"))
    assert neighbour.hostility > 0.9


@pytest.mark.hub
@pytest.mark.parametrize("family", ["Bert", "XLMRoberta"])
def test_posts_are_cut_at_the_limit_of_the_checkpoint(both: Path, family: str) -> None:
    """A word within the positions of the network is heard, one behind them is not; neither stops it."""
    checkpoint(both / family, ["bad", "so_so", "good"], {"awful": "bad"}, family=family)
    model = load(ours(both / f"with_{family}", MOOD.replace('"mood"', f'"../{family}"'), FALLBACK))
    within, behind = said(model, "awful " + "a " * 200, "a " * 200 + "awful")
    assert within.sentiment.negative > within.sentiment.positive
    assert behind.sentiment.negative == behind.sentiment.positive


@pytest.mark.hub
def test_evidence_stands_where_the_loud_heads_were_heard(both: Path, tiny: ModuleType) -> None:
    """A checkpoint's head and the fallback's are both explained in the post as given; a quiet head never is."""
    tiny.folder(both / "evidence" / "tiny")

    def shown(toxic: str, *texts: str) -> list[list[tuple[str, str]]]:
        parts = (part.replace('source = "', 'source = "../') for part in (MOOD, toxic))
        folder = ours(both / "evidence", *parts, FALLBACK.replace("linear-1", "tiny"))
        _edit(folder, "hostility = 0.5", "hostility = 0.6")
        found = load(folder).evidence(texts, ["en"] * len(texts))
        return [[(one.head, text[one.start : one.end]) for one in own] for text, own in zip(texts, found, strict=True)]

    text = "It is broken.  You &amp; your clowns!"
    both_heads, nothing, problem = shown(TOXIC, text, "the table", "It is broken.")
    assert [head for head, _ in both_heads] == ["problem", "hostility"]
    assert "broken" in both_heads[0][1]
    assert "clowns" in both_heads[1][1]
    assert "broken" not in both_heads[1][1]
    assert nothing == []
    assert [head for head, _ in problem] == ["problem"]
    threats = TOXIC.replace('insult = "hostility", ', "")
    assert {head for head, _ in shown(threats, text)[0]} == {"problem"}
    assert shown(TOXIC) == []


@pytest.mark.hub
def test_the_name_changes_with_whatever_changes_the_scores(both: Path, tmp_path: Path) -> None:
    """Weights, labels, thresholds and fallback are all in the name; a read-me is not."""
    import shutil

    def copy(name: str) -> Path:
        return Path(
            shutil.copytree(both, tmp_path / name, ignore=shutil.ignore_patterns("alone", "with_*", "evidence"))
        )

    same, weights, labels, lines = copy("same"), copy("weights"), copy("labels"), copy("lines")
    (same / "mood" / "README.md").write_text("words")
    checkpoint(weights / "mood", ["bad", "so_so", "good"], {"nasty": "bad", "lovely": "good", "table": "so_so"})
    _edit(labels, 'threat = "hostility"', 'spam = "hostility"')
    _edit(lines, "problem = 0.5", "problem = 0.4")
    names = [load(folder).name for folder in (both, same, weights, labels, lines)]
    assert names[0] == names[1]
    assert len(set(names)) == 4


@pytest.mark.hub
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("insult =", "rude ="), "no label rude; it has: insult, threat, spam"),
        (('"toxic"', '"/no/such/folder"'), "there is no folder /no/such/folder"),
        (('"toxic"', '"nobody/nothing"'), "neither a folder .* nor to be had from the Hugging Face hub"),
        (('"toxic"\n', '"toxic"\nrevision = "main"\n'), "is a folder, and has no revision main"),
        (('"toxic"', '"."'), "config.json is missing"),
    ],
)
def test_a_checkpoint_that_does_not_fit_says_why(
    both: Path, tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    """A wrong label is answered with those there are, a wrong place with where it was looked for."""
    for name in ("mood", "toxic"):
        (tmp_path / name).symlink_to(both / name)
    with pytest.raises(Misconfigured, match=expected):
        load(ours(tmp_path, MOOD, TOXIC.replace(*change), FALLBACK))


@pytest.mark.hub
def test_a_checkpoint_without_a_trained_head_is_refused(both: Path, tmp_path: Path) -> None:
    """A plain encoder would answer with random numbers."""
    import transformers

    plain = checkpoint(tmp_path / "mood", ["bad", "so_so", "good"], {"awful": "bad"})
    transformers.BertModel.from_pretrained(plain).save_pretrained(plain)
    with pytest.raises(Misconfigured, match=r"not trained to classify: it has no weights classifier\.bias"):
        load(ours(tmp_path, MOOD, FALLBACK))


@pytest.mark.hub
def test_a_damaged_checkpoint_is_refused(both: Path, tmp_path: Path) -> None:
    """Cut weights, and weights that are no numbers, are told at the start and not with the first post."""
    import transformers

    path = checkpoint(tmp_path / "mood", ["bad", "so_so", "good"], {"awful": "bad"})
    net = transformers.BertForSequenceClassification.from_pretrained(path)
    net.classifier.bias.data.fill_(float("nan"))
    net.save_pretrained(path)
    with pytest.raises(Misconfigured, match="is damaged: it answers with no number"):
        load(ours(tmp_path, MOOD, FALLBACK))
    weights = path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    with pytest.raises(Misconfigured, match="cannot be opened as a sequence classifier"):
        load(tmp_path)


@pytest.mark.hub
def test_a_checkpoint_that_says_a_number_needs_an_activation(both: Path, tmp_path: Path) -> None:
    """A regression is no probability, unless the manifest says how it becomes one."""
    checkpoint(tmp_path / "toxic", ["insult"], {"clowns": "insult"}, problem_type="regression")
    part = TOXIC.replace(', threat = "hostility"', "")
    with pytest.raises(Misconfigured, match="say a number and not a probability"):
        load(ours(tmp_path, part, FALLBACK))
    with pytest.raises(Misconfigured, match="softmax would always say 1"):
        load(ours(tmp_path, part + 'activation = "softmax"', FALLBACK))
    model = load(ours(tmp_path, part + 'activation = "sigmoid"', FALLBACK))
    assert said(model, "clowns")[0].hostility > 0.9


@pytest.mark.hub
def test_where_the_gpu_fails_the_cpu_goes_on(both: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A device that cannot take the network, or fails under it, is named in the log, and every text is scored."""
    import transformers

    from streams.sentiment.checkpoint import Checkpoint
    from streams.sentiment.hub_table import Source

    def tried(*devices: str) -> Checkpoint:
        return Checkpoint(
            source=Source(source="toxic", revision=None, labels={"insult": "hostility"}, activation=None),
            identity="",
            net=transformers.AutoModelForSequenceClassification.from_pretrained(both / "toxic"),
            tokenizer=transformers.AutoTokenizer.from_pretrained(both / "toxic"),
            devices=devices,
        )

    with caplog.at_level(logging.WARNING):
        absent = tried("no-such-device")
    assert absent.device == "cpu"
    assert "checkpoint toxic cannot use no-such-device" in caplog.text
    # Takes weights, holds no numbers: what a GPU that runs out of memory looks like from here.
    fails = tried()
    fails.device = "meta"
    with caplog.at_level(logging.WARNING):
        assert fails.chances(["clowns"])[0, 0] > 0.9
    assert fails.device == "cpu"
    assert "checkpoint toxic goes on on the CPU" in caplog.text


def _edit(folder: Path, old: str, new: str) -> None:
    path = folder / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
