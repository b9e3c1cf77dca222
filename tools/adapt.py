"""Fits the sentence encoder to this work: `make adapter` writes nlu/adapter.npz.

It learns low-rank changes of the weights with which vectors tell the intents apart (Hu et al. 2021, "LoRA: Low-Rank
Adaptation of Large Language Models"), from the examples of all writers but those of `KEPT_APART`: on them is measured
how it does with somebody new. That takes most of an hour on two cores and is done seldom: examples that are added
later count in the layers behind the encoder, which `make train` trains in some two minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.sentences import Example, training_examples
from nlu.encoder import ADAPTER, DOWN, TEXTS, UP, SentenceEncoder, WeightsFile, text_digest, unpacked, weights_file

# Five writers who together wrote of every kind: stories, danger, answers, commands, and what is outside the task.
KEPT_APART = {4, 8, 13, 15, 22}
RANK = 16
EPOCHS = 4
BATCH = 16
# Of the changes, and of the layer on top that is thrown away: the highest, after a rise in the first steps.
LEARNING_RATE, LEARNING_RATE_ON_TOP = 1e-3, 5e-3
DROPOUT = 0.1
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


def learn(transformer: Transformer, batches: Batches, intents: list[str]) -> Tree:
    """The changes with which a linear layer on the vectors tells the intents apart."""
    names, labels, counts = np.unique(intents, return_inverse=True, return_counts=True)
    # The rarer, the heavier, but less so than would make all intents equal: the few of some would be learned by heart.
    weights = jnp.asarray(np.sqrt(len(labels) / len(names) / counts), jnp.float32)
    changes = transformer.no_change()
    some = [transformer.vectors(changes, *batches.embedded(places)) for places in list(batches(_random()))[:40]]
    middle, scale = jnp.concatenate(some).mean(axis=0), 8.0
    learned = {"changes": changes, "top": {"w": jnp.zeros((len(middle), len(names))), "b": jnp.zeros(len(names))}}
    steps = EPOCHS * (len(labels) // BATCH)
    rate = partial(optax.warmup_cosine_decay_schedule, 0.0, warmup_steps=steps // 16, decay_steps=steps)
    changing = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate(LEARNING_RATE), weight_decay=0.01))
    optimizer = optax.partition(
        {"changes": changing, "top": optax.adamw(rate(LEARNING_RATE_ON_TOP))}, {"changes": "changes", "top": "top"}
    )

    def loss(learned: Tree, embedded: Any, there: Any, truth: Any, key: Any) -> Any:
        vectors = (transformer.vectors(learned["changes"], embedded, there, key) - middle) * scale
        scores = vectors @ learned["top"]["w"] + learned["top"]["b"]
        return (weights[truth] * optax.softmax_cross_entropy_with_integer_labels(scores, truth)).mean()

    @jax.jit
    def step(learned: Tree, state: Any, key: Any, *batch: Any) -> tuple[Tree, Any, Any]:
        value, gradient = jax.value_and_grad(loss)(learned, *batch, key)
        updates, state = optimizer.update(gradient, state, learned)
        return optax.apply_updates(learned, updates), state, value

    state, key, random = optimizer.init(learned), jax.random.key(0), _random()
    for epoch in range(EPOCHS):
        losses = []
        for places in batches(random):
            key, dropping = jax.random.split(key)
            batch = (*batches.embedded(places), jnp.asarray(labels[places]))
            learned, state, value = step(learned, state, dropping, *batch)
            losses.append(float(value))
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.3f}", flush=True)
    return dict(learned["changes"])


def _random() -> np.random.Generator:
    return np.random.default_rng(0)


def main(examples: list[Example]) -> None:
    """Learn from `examples` and write the adapter."""
    examples = [example for example in examples if example.writer not in KEPT_APART]
    texts = [example.text for example in examples]
    batches = Batches(SentenceEncoder(), texts)
    changes = learn(Transformer(weights_file()), batches, [example.intent for example in examples])
    arrays: dict[str, Any] = {
        f"{part}.{side}": np.asarray(values, dtype=np.float16)
        for part, change in changes.items()
        for side, values in change.items()
    }
    arrays[TEXTS] = np.array(sorted(map(text_digest, texts)), dtype=np.uint64)
    np.savez(ADAPTER, **arrays)
    print(f"{ADAPTER.name}: from {len(texts)} examples")


if __name__ == "__main__":
    main(training_examples())
