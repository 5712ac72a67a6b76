"""64-bit keys for words, spans and n-grams: one definition for every table.

The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood 2014, "Fast
splittable pseudorandom number generators"); arithmetic wraps modulo 2**64.
"""

from __future__ import annotations

import numpy as np

U64 = np.uint64
MAX_SPAN = 6


def mix(values: np.ndarray) -> np.ndarray:
    """Scramble 64-bit values so that every input bit reaches every output bit."""
    values = np.asarray(values, U64)
    values = (values ^ (values >> U64(30))) * U64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> U64(27))) * U64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> U64(31)))


def _odd_constants(seed: int, count: int) -> np.ndarray:
    with np.errstate(over="ignore"):
        steps = np.arange(1, count + 1, dtype=U64) * U64(0x9E3779B97F4A7C15)
        return mix(steps + U64(seed)) | U64(1)


POWERS = _odd_constants(1, 64)  # one factor per character position in a token
PLACES = _odd_constants(2, MAX_SPAN)  # one factor per token position in a span


def span_keys(hashes: np.ndarray, length: int) -> np.ndarray:
    """Keys of all spans of ``length`` consecutive tokens; span ``i`` starts at token ``i``.

    The unmixed sum is returned, so that replacing one token is one subtraction and one
    addition; pass it through :func:`mix` before a look-up.
    """
    count = len(hashes) - length + 1
    if count <= 0:
        return np.zeros(0, U64)
    total = hashes[:count] * PLACES[0]
    for place in range(1, length):
        total = total + hashes[place : place + count] * PLACES[place]
    return np.asarray(total + U64(length))
