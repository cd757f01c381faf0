"""Which columns go together: clusters of the raw columns, and all unions of them."""

from itertools import combinations
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from ...errors import choice, integer, require
from .arrays import as_float64
from .copula import live_columns

MODES = ("neurons", "blocks", "means")
MOST_CLUSTERS = 20  # 2^20 unions


def checked_clusters(clusters: Any, mode: Any) -> int:
    """`clusters` as an int within 2..20, and `mode` one of those known."""
    choice("mode", mode, MODES)
    clusters = integer("clusters", clusters, minimum=2)
    require(clusters <= MOST_CLUSTERS, f"clusters must be at most {MOST_CLUSTERS}, got {clusters}: their unions are 2^clusters")
    return clusters


def partition(x: np.ndarray, clusters: int) -> np.ndarray:
    """Label of each column by ward linkage on Euclidean distance; -1 for columns that never vary.

    Labels count from 0 by first appearance. Columns that are equal can leave fewer clusters than asked for.
    """
    live = live_columns(x)
    require(
        clusters <= len(live),
        f"clusters must be within 2..{len(live)} (the columns that vary, of {x.shape[1]}), got {clusters}",
    )
    raw = fcluster(linkage(x[:, live].T, "ward"), clusters, "maxclust")
    _, first, which = np.unique(raw, return_index=True, return_inverse=True)
    labels = np.full(x.shape[1], -1)
    labels[live] = np.argsort(np.argsort(first))[which]
    return labels


def given_labels(labels: Any, x: np.ndarray) -> np.ndarray:
    """A partition that the caller has made; columns that never vary are left out of it."""
    found = as_float64("labels", labels)
    require(found.shape == (x.shape[1],), f"labels must have one entry for each of {x.shape[1]} columns, got shape {found.shape}")
    whole = bool(np.isfinite(found).all()) and bool((found == np.round(found)).all()) and found.min() >= -1
    require(whole, "labels must be whole numbers >= -1 (-1 leaves a column out), got others")
    found = found.astype(int)
    found[np.setdiff1d(np.arange(x.shape[1]), live_columns(x))] = -1
    return found


def columns_by_label(labels: np.ndarray) -> dict[int, np.ndarray]:
    """The columns of each cluster, by ascending label."""
    groups = {int(label): np.flatnonzero(labels == label) for label in np.unique(labels[labels >= 0])}
    require(
        2 <= len(groups) <= MOST_CLUSTERS,
        f"clusters must be within 2..{MOST_CLUSTERS}, got {len(groups)} that differ and vary: equal columns share a cluster",
    )
    return groups


def all_unions(labels: list[int]) -> tuple[tuple[int, ...], ...]:
    """All sets of two or more labels, in order of size, then lexicographic."""
    return tuple(union for size in range(2, len(labels) + 1) for union in combinations(labels, size))
