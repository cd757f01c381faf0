"""Data and plain formulas that the tests of information share."""

from itertools import combinations

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

LN2 = np.log(2)


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def fixed(variables, samples):
    """The data of the published sums: `variables` Gaussians in a random mixture."""
    rng = np.random.default_rng(0)
    mixture = rng.standard_normal((variables, variables))
    return rng.standard_normal((samples, variables)) @ (np.eye(variables) + 0.3 * mixture)


def correlated(seed, variables):
    """A random correlation matrix, far from singular."""
    mixture = np.eye(variables) + 0.8 * normal(seed + 1, variables, variables) / np.sqrt(variables)
    matrix = np.corrcoef(normal(seed, 3 * variables, variables) @ mixture, rowvar=False)
    return (matrix + 0.1 * np.eye(variables)) / 1.1


def equicorrelated(variables, r):
    return np.full((variables, variables), r) + (1 - r) * np.eye(variables)


def rectified(seed, samples, units, shift=1.0):
    """Independent rectified units."""
    return np.maximum(normal(seed, samples, units) - shift, 0)


def layer(seed, samples, units, hidden=6):
    """Rectified units that share hidden causes."""
    rng = np.random.default_rng(seed)
    causes = rng.standard_normal((samples, hidden)) @ rng.standard_normal((hidden, units)) / np.sqrt(hidden)
    return np.maximum(causes + 0.7 * rng.standard_normal((samples, units)) - 0.4, 0)


def entropy(matrix, members):
    """Of Gaussians, less the constant of each; by slogdet."""
    return np.linalg.slogdet(matrix[np.ix_(members, members)])[1] / 2 if len(members) else 0.0


def by_definition(matrix, members=None):
    """(TC, DTC, O, S) from n + 1 entropies."""
    members = list(range(len(matrix)) if members is None else members)
    n, joint = len(members), entropy(matrix, members)
    others = sum(entropy(matrix, [k for k in members if k != j]) for j in members)
    total = sum(entropy(matrix, [j]) for j in members) - joint
    dual = others - (n - 1) * joint
    return total, dual, total - dual, total + dual


def all_by_definition(matrix, order):
    """O of all sets, lexicographic."""
    return np.array([by_definition(matrix, s)[2] for s in combinations(range(len(matrix)), order)])


def plain_copula(x, method="average"):
    """Column by column, with scipy."""
    scores = ndtri(np.array([rankdata(column, method=method) for column in x.T]) / (len(x) + 1))
    return np.corrcoef(scores)
