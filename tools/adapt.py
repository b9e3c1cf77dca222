"""Fits the sentence encoder to this work: `make adapter` writes nlu/adapter.npz.

It learns low-rank changes of the weights with which vectors tell the intents apart, danger from all else and which
danger it is, and the themes and principles of an answer (Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language
Models"), from the examples of all writers but those of `KEPT_APART`: on them is measured how it does with somebody
new. It goes on from the adapter that there is, and from nothing where there is none; that is done seldom: examples that
are added later count in the layers behind the encoder, which `make train` trains in some two minutes. Gone on, it is
the mean of the adapter before and after, which does better with what neither saw (Wortsman et al. 2022, "Robust
fine-tuning of zero-shot models").
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.sentences import Example, all_examples
from nlu.danger_classifier import FACETS
from nlu.encoder import ADAPTER, DOWN, TEXTS, UP, SentenceEncoder, WeightsFile, text_digest, unpacked, weights_file
from nlu.multi_label_classifier import DOUBTED
from nlu.pooled_classifier import DANGER, LABELS_ONLY

# Five writers who together wrote of every kind: stories, danger, answers, commands, and what is outside the task; and
# three who wrote of every theme.
KEPT_APART = {4, 8, 13, 15, 22, 59, 60, 71}
RANK = 16
# From nothing, the examples are gone through three times; going on from an adapter, once, at half the rate.
EPOCHS_FROM_NOTHING, EPOCHS_GOING_ON = 3, 1
BATCH = 16
# Of the changes, and of the layer on top that is thrown away: the highest, after a rise in the first steps.
LEARNING_RATE_FROM_NOTHING, LEARNING_RATE_GOING_ON, LEARNING_RATE_ON_TOP = 1e-3, 5e-4, 5e-3
DROPOUT = 0.1
# How much danger, each of its facets, and the labels of an answer count beside the intents.
WEIGHT_BESIDE = 0.5
# Texts are filled up to the next of these, so that few shapes are compiled; longer ones are cut.
LENGTHS = (16, 24, 32, 48, 64, 96, 128)
MATRICES = ("q", "k", "v", "ao", "fi", "fo")

Numbers = np.ndarray[Any, np.dtype[Any]]
# Arrays of JAX by name, as deep as it takes.
Tree = dict[str, Any]


class Transformer:
    """The encoder in JAX, which can be learned through: the same as nlu/encoder.py but for rounding."""

    def __init__(self, file: WeightsFile) -> None:
        """Unpack the weights of `file`; those of the layers lie one upon another."""
        self._file = file

        def stacked(read: Callable[[str], Any]) -> Any:
            return jnp.asarray(np.stack([read(f"l{layer}") for layer in range(file.layers)]))

        def matrix(part: str) -> Callable[[str], Any]:
            columns = file.inner if part == "fo" else file.width
            return lambda layer: unpacked(file.blocks(f"{layer}.{part}.w", columns))

        def floats(name: str) -> Callable[[str], Any]:
            return lambda layer: file.floats(f"{layer}.{name}")

        self._begin: Tree = {f"ln.{kind}": jnp.asarray(file.floats(f"emb.ln.{kind}")) for kind in "wb"}
        self._layers: Tree = {f"{part}.w": stacked(matrix(part)) for part in MATRICES}
        self._layers |= {f"{part}.b": stacked(floats(f"{part}.b")) for part in MATRICES}
        self._layers |= {
            f"{norm}.{kind}": stacked(floats(f"{norm}.{kind}")) for norm in ("aln", "oln") for kind in "wb"
        }

    def no_change(self) -> Tree:
        """Factors of a change that is nothing yet, for each kind of matrix, shape (layers, ..., ...)."""
        random = np.random.default_rng(0)
        changes = {}
        for part in MATRICES:
            layers, rows, columns = self._layers[f"{part}.w"].shape
            down = random.normal(0, columns**-0.5, (layers, RANK, columns)).astype(np.float32)
            changes[part] = {UP: jnp.zeros((layers, rows, RANK)), DOWN: jnp.asarray(down)}
        return changes

    def vectors(self, changes: Tree, embedded: Any, there: Any, key: Any = None) -> Any:
        """Unit vectors, shape (texts, width), of embedded tokens, shape (texts, tokens, width).

        `there` is 1 where there is a token and 0 behind the last one. With a `key` some of the states are dropped.
        """
        texts, tokens, width = embedded.shape
        mask = (there > 0)[:, None, None, :]

        def norm(states: Any, weights: Tree, name: str) -> Any:
            even = jax.nn.standardize(states, epsilon=self._file.epsilon)
            return even * weights[f"{name}.w"] + weights[f"{name}.b"]

        def dropped(states: Any, key: Any) -> Any:
            if key is None:
                return states
            return jnp.where(jax.random.bernoulli(key, 1 - DROPOUT, states.shape), states / (1 - DROPOUT), 0)

        def layer(state: Any, of_layer: tuple[Tree, Tree, Any]) -> tuple[Any, None]:
            weights, changed, keys = of_layer
            first, second = keys if keys is not None else (None, None)

            def times(states: Any, part: str) -> Any:
                change = (states @ changed[part][DOWN].T) @ changed[part][UP].T
                return states @ weights[f"{part}.w"].T + change + weights[f"{part}.b"]

            asked = (times(state, part).reshape(texts, tokens, self._file.heads, -1) for part in "qkv")
            context = jax.nn.dot_product_attention(*asked, mask=mask).reshape(texts, tokens, width)
            state = norm(state + dropped(times(context, "ao"), first), weights, "aln")
            inner = jax.nn.gelu(times(state, "fi"), approximate=False)
            return norm(state + dropped(times(inner, "fo"), second), weights, "oln"), None

        keys = None if key is None else jax.random.split(key, (self._file.layers, 2))
        state, _ = jax.lax.scan(layer, norm(embedded, self._begin, "ln"), (self._layers, changes, keys))
        total = (state * there[..., None]).sum(axis=1)
        return total / jnp.linalg.norm(total, axis=-1, keepdims=True)


class Batches:
    """Texts of about the same length together, embedded and filled up."""

    def __init__(self, encoder: SentenceEncoder, texts: list[str]) -> None:
        """Find the tokens of `texts`."""
        self._encoder = encoder
        self._tokens = [encoder.tokens(text)[: LENGTHS[-1] - 2] for text in texts]

    def __call__(self, random: np.random.Generator) -> Iterator[Numbers]:
        """The places of the texts of each batch, in another order each time; what does not fill one is left out."""
        lengths = np.array([len(tokens) for tokens in self._tokens])
        sorted_by_length = np.argsort(lengths + random.uniform(0, 6, len(lengths)))
        whole = sorted_by_length[: len(lengths) // BATCH * BATCH].reshape(-1, BATCH)
        return iter(random.permutation(whole))

    def embedded(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """What `Transformer.vectors` asks for of the texts at `places`."""
        chosen = [self._encoder.embedded(self._tokens[place]) for place in places]
        length = next(length for length in LENGTHS if length >= max(map(len, chosen)))
        embedded = np.stack([np.pad(one, ((0, length - len(one)), (0, 0))) for one in chosen])
        there = np.stack([np.arange(length) < len(one) for one in chosen]).astype(np.float32)
        return embedded, there


class Task(ABC):
    """Something to tell of texts by their vectors: the truth of each text, and of how many values."""

    truth: Numbers
    size: int

    @abstractmethod
    def loss(self, scores: Any, truth: Any) -> Any:
        """How wrong `scores`, shape (texts, size), are of texts with that `truth`; one number."""


class OneOf(Task):
    """One value of several, shape (texts,); -1 where it is not known."""

    def __init__(self, values: list[str | None], share: float = 1.0) -> None:
        """Count for `share` in all that is learned."""
        names, counts = np.unique([value for value in values if value is not None], return_counts=True)
        place = {str(name): number for number, name in enumerate(names)}
        self.truth = np.array([-1 if value is None else place[value] for value in values])
        self.size = len(names)
        # The rarer, the heavier, but less so than would make all equal: the few of some would be learned by heart.
        self._weights = jnp.asarray(share * np.sqrt(np.mean(counts) / counts) if self.size else [], jnp.float32)

    def loss(self, scores: Any, truth: Any) -> Any:
        """The cross-entropy of a softmax."""
        wrong = optax.softmax_cross_entropy_with_integer_labels(scores, abs(truth))
        return (jnp.where(truth < 0, 0, self._weights[truth]) * wrong).mean()


class AnyOf(Task):
    """Any values of several, shape (texts, values): 1 where there, 0 where not, -1 where it is not known."""

    def __init__(self, noted: list[dict[str, Any]], kind: str, share: float) -> None:
        """The labels of one `kind` of what is noted with each text, to count for `share` in all that is learned."""
        names = sorted({label for of_text in noted for label in of_text.get(kind, [])})
        self.truth = np.array(
            [
                [
                    -1 if kind not in of_text or name in of_text.get(DOUBTED, []) else name in of_text[kind]
                    for name in names
                ]
                for of_text in noted
            ],
            dtype=np.int32,
        ).reshape(len(noted), len(names))
        self.size, self._share = len(names), share
        there, known = (self.truth > 0).sum(axis=0), (self.truth >= 0).sum(axis=0)
        self._weight = jnp.asarray(np.sqrt(known / np.maximum(there, 1)), jnp.float32)

    def loss(self, scores: Any, truth: Any) -> Any:
        """The cross-entropy of a sigmoid each, what is there weighed by how rare it is."""
        wrong = optax.sigmoid_binary_cross_entropy(scores, jnp.maximum(truth, 0))
        weights = jnp.where(truth < 0, 0, jnp.where(truth > 0, self._weight, 1.0))
        return self._share * (weights * wrong).sum(axis=-1).mean()


def tasks_of(examples: list[Example]) -> list[Task]:
    """The intents; danger against all else, and of danger what is noted of it; the themes and principles of answers."""
    noted = [example.noted for example in examples]
    danger = [example.intent == DANGER for example in examples]
    tasks: list[Task] = [
        OneOf([None if LABELS_ONLY in example.noted else example.intent for example in examples]),
        OneOf([str(there) for there in danger], WEIGHT_BESIDE),
    ]
    for facet in FACETS:
        told = [
            str(of_text[facet]).lower() if there and facet in of_text else None
            for of_text, there in zip(noted, danger, strict=True)
        ]
        tasks.append(OneOf(told, WEIGHT_BESIDE))
    tasks += [AnyOf(noted, kind, WEIGHT_BESIDE) for kind in ("themes", "principles")]
    return [task for task in tasks if task.size]


def learn(transformer: Transformer, batches: Batches, tasks: list[Task], begin: Tree | None = None) -> Tree:
    """The changes with which a linear layer on the vectors does the `tasks`, going on from those to `begin` with."""
    changes, epochs, highest = transformer.no_change(), EPOCHS_FROM_NOTHING, LEARNING_RATE_FROM_NOTHING
    if begin:
        changes, epochs, highest = begin, EPOCHS_GOING_ON, LEARNING_RATE_GOING_ON
    some = [transformer.vectors(changes, *batches.embedded(places)) for places in list(batches(_random()))[:40]]
    middle, scale = jnp.concatenate(some).mean(axis=0), 8.0
    top = [{"w": jnp.zeros((len(middle), task.size)), "b": jnp.zeros(task.size)} for task in tasks]
    learned: Tree = {"changes": changes, "top": top}
    steps = epochs * (len(tasks[0].truth) // BATCH)
    rate = partial(optax.warmup_cosine_decay_schedule, 0.0, warmup_steps=steps // 16, decay_steps=steps)
    changing = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate(highest), weight_decay=0.01))
    optimizer = optax.partition(
        {"changes": changing, "top": optax.adamw(rate(LEARNING_RATE_ON_TOP))}, {"changes": "changes", "top": "top"}
    )

    def loss(learned: Tree, embedded: Any, there: Any, truths: Any, key: Any) -> Any:
        vectors = (transformer.vectors(learned["changes"], embedded, there, key) - middle) * scale
        return sum(
            task.loss(vectors @ on_top["w"] + on_top["b"], truth)
            for task, on_top, truth in zip(tasks, learned["top"], truths, strict=True)
        )

    @jax.jit
    def step(learned: Tree, state: Any, key: Any, *batch: Any) -> tuple[Tree, Any, Any]:
        value, gradient = jax.value_and_grad(loss)(learned, *batch, key)
        updates, state = optimizer.update(gradient, state, learned)
        return optax.apply_updates(learned, updates), state, value

    state, key, random = optimizer.init(learned), jax.random.key(0), _random()
    for epoch in range(epochs):
        losses = []
        for places in batches(random):
            key, dropping = jax.random.split(key)
            batch = (*batches.embedded(places), [jnp.asarray(task.truth[places]) for task in tasks])
            learned, state, value = step(learned, state, dropping, *batch)
            losses.append(float(value))
        print(f"epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.3f}", flush=True)
    return dict(learned["changes"])


def _random() -> np.random.Generator:
    return np.random.default_rng(0)


def adapter_so_far() -> Tree | None:
    """The changes of the adapter that there is."""
    if not ADAPTER.exists():
        return None
    with np.load(ADAPTER) as arrays:
        return {
            part: {side: jnp.asarray(arrays[f"{part}.{side}"], jnp.float32) for side in (UP, DOWN)} for part in MATRICES
        }


def main(examples: list[Example]) -> None:
    """Learn from `examples` and write the adapter."""
    examples = [example for example in examples if example.writer not in KEPT_APART]
    texts = [example.text for example in examples]
    batches, before = Batches(SentenceEncoder(), texts), adapter_so_far()
    changes = learn(Transformer(weights_file()), batches, tasks_of(examples), before)
    if before:
        changes = jax.tree.map(lambda old, new: (old + new) / 2, before, changes)
    arrays: dict[str, Any] = {
        f"{part}.{side}": np.asarray(values, dtype=np.float16)
        for part, change in changes.items()
        for side, values in change.items()
    }
    arrays[TEXTS] = np.array(sorted(map(text_digest, texts)), dtype=np.uint64)
    np.savez(ADAPTER, **arrays)
    print(f"{ADAPTER.name}: from {len(texts)} examples")


if __name__ == "__main__":
    main(all_examples())
