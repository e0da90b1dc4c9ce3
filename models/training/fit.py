"""A sparse matrix with trusted labels walks in, the weights of one head walk out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit, log_softmax

F64 = NDArray[np.float64]


def rarity(features: csr_matrix, at_least: int = 3) -> NDArray[np.float32]:
    """Weight of each bucket by how rare it is; 0 for those that fewer than `at_least` texts fill."""
    filled = np.bincount(features.indices, minlength=features.shape[1])
    scale = np.log1p(features.shape[0] / np.maximum(filled, 1)) / np.log1p(features.shape[0] / 1000)
    return np.where(filled >= at_least, scale, 0).astype(np.float32)


def binary(features: csr_matrix, labels: F64, trust: F64, strength: float, rounds: int) -> F64:
    """Logistic regression: one weight a bucket, the bias last. `strength` is the L2 penalty per unit of trust."""
    transposed = features.T.tocsr()
    total = trust.sum()
    prior = float(np.average(labels, weights=trust))

    def loss(point: F64) -> tuple[float, F64]:
        weights, bias = point[:-1], point[-1]
        logits = features @ weights.astype(np.float32) + bias
        error = (expit(logits) - labels) * trust / total
        value = float(np.sum((np.logaddexp(0, logits) - labels * logits) * trust) / total)
        slope = transposed @ error.astype(np.float32) + strength * weights
        return value + 0.5 * strength * float(weights @ weights), np.append(slope, error.sum())

    start = np.append(np.zeros(features.shape[1]), np.log(prior / (1 - prior)))
    return _lowest(loss, start, rounds)


def classes(features: csr_matrix, labels: NDArray[np.int64], trust: F64, strength: float, rounds: int) -> F64:
    """Softmax regression over three classes: weights (buckets + 1, 3), the biases in the last row."""
    count = 3
    transposed = features.T.tocsr()
    total = trust.sum()
    truth = np.eye(count)[labels]

    def loss(point: F64) -> tuple[float, F64]:
        table = point.reshape(-1, count)
        weights = table[:-1]
        log_chance = log_softmax(features @ weights.astype(np.float32) + table[-1], axis=1)
        error = (np.exp(log_chance) - truth) * (trust / total)[:, None]
        slope = transposed @ error.astype(np.float32) + strength * weights
        value = -float(np.sum(log_chance * truth * trust[:, None]) / total) + 0.5 * strength * float(np.sum(weights**2))
        return value, np.vstack([slope, error.sum(axis=0)]).ravel()

    start = np.zeros((features.shape[1] + 1, count))
    return _lowest(loss, start.ravel(), rounds).reshape(-1, count)


def _lowest(loss: Callable[[F64], tuple[float, F64]], start: F64, rounds: int) -> F64:
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds, "maxcor": 8}).x)
