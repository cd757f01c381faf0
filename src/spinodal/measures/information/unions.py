"""Synergy and redundancy of a layer: the extremes of O-information over all unions of a few clusters of units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import require
from .arrays import as_samples
from .blocks import union_tables
from .clusters import all_unions, checked_clusters, columns_by_label, given_labels, partition
from .copula import checked_ridge, live_scores
from .correlation import cholesky
from .finite_samples import entropy_bias, o_information_bias
from .halving import o_information_of_all
from .ranks import checked_ties, correlation_of, normal_scores, shrunk
from .records import ClusterUnions


def cluster_unions(
    samples: Any,
    clusters: int = 10,
    mode: str = "neurons",
    *,
    ties: str = "average",
    seed: int | None = None,
    correct_bias: bool = True,
    labels: Any = None,
    ridge: float = 0.0,
) -> ClusterUnions:
    """O-information of every union of two or more clusters of units: the progress measure of arXiv:2408.08944.

        neurons: O = -L_S - (1/2) sum_{j in S} ln P_jj                                  units of the union S, as the published code does
        blocks:  O = (m/2 - 1) L_S - (1/2) sum_b L_{S-b} + (1/2) sum_b L_b               m clusters as multivariate variables
        means:   O of the m mean series of the clusters, each averaged before the copula, as the published text suggests

    Columns are grouped by ward linkage on the Euclidean distance of raw columns; those that never vary are left out.

    Arguments:
        samples: activations, shape (T samples, n units); NumPy, lists, JAX or PyTorch.
        clusters: how many, 2..20, default 10 (1013 unions);  mode: "neurons" (default), "blocks" or "means".
        ties, seed, ridge: as in `copula_correlation`.
        correct_bias: subtract the bias of each union (default); published values do not.
        labels: (n,) a partition of your own instead, -1 leaves a column out; `clusters` is then ignored.
    Returns: `ClusterUnions`: `.synergy` = -min O and `.redundancy` = max O over the unions, in nats, with their columns and sizes
        (units; in mode "means" series); both may be negative. Equal unions: the smaller, then the first.
    Undefined (`ValueError`): clusters outside 2..varying columns; units that are copies of each other, unless `ridge` > 0; a cluster
        whose mean never varies (mode "means"); and as in `copula_correlation`.
    Source: Clauw, Stramaglia, Marinazzo (2024), arXiv:2408.08944; average ranks and bias are ours. Read it against `null`: an extremum
        over a thousand unions is not zero without structure.
    """
    clusters = checked_clusters(clusters, mode)
    checked_ties(ties, seed)
    ridge = checked_ridge(ridge)
    x = as_samples(samples)
    labels = partition(x, clusters) if labels is None else given_labels(labels, x)
    groups = columns_by_label(labels)
    layer = Layer(x, groups, mode, ties, seed, ridge, correct_bias)
    return layer.unions(labels, layer.scores())


@dataclass(frozen=True)
class Layer:
    """Activations with a partition, ready to be judged as they are and with their columns shuffled."""

    samples: np.ndarray
    groups: Mapping[int, np.ndarray]  # label: columns
    mode: str
    ties: str
    seed: int | None
    ridge: float
    correct_bias: bool

    def unions(self, labels: np.ndarray, scores: np.ndarray) -> ClusterUnions:
        """The record of the activations as they are, `scores` being theirs."""
        values, unions, sizes = self.values(self.correlation(scores)), all_unions(list(self.groups)), self.sizes()
        low, high = int(values.argmin()), int(values.argmax())
        members = [tuple(sorted(int(j) for label in unions[i] for j in self.groups[label])) for i in (low, high)]
        ends = {"synergy_size": int(sizes[low]), "redundancy_size": int(sizes[high])}
        extremes = {"synergy": 0.0 - float(values[low]), "redundancy": float(values[high])}
        settings = {"mode": self.mode, "bias_corrected": self.correct_bias}
        return ClusterUnions(
            labels, unions, sizes, values, synergy_members=members[0], redundancy_members=members[1], **extremes, **ends, **settings
        )

    def shuffled(self, scores: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Values of all unions with every column permuted by itself, `scores` being those of the columns as they are.

        A permuted column has permuted scores, unless its ties are ranked by position; means mix columns before they are ranked.
        """
        if self.mode != "means" and self.ties != "ordinal":
            return self.values(self.correlation(generator.permuted(scores, axis=1)))
        permuted = generator.permuted(self.samples, axis=0)
        other = Layer(permuted, self.groups, self.mode, self.ties, self.seed, self.ridge, self.correct_bias)
        return self.values(self.correlation(other.scores()))

    def scores(self) -> np.ndarray:
        """Normal scores (series, samples) of the units in order of their clusters, or of the clusters' means."""
        x = self.samples
        if self.mode != "means":
            return live_scores(x[:, self._columns()], self.ties, self.seed)[0]
        means = np.stack([x[:, columns].mean(axis=1) for columns in self.groups.values()])
        flat = [label for label, mean in zip(self.groups, means, strict=True) if not np.ptp(mean)]
        require(
            not flat, f"mode 'means' needs a mean that varies in every cluster, got a constant one in {flat}: use 'neurons' or 'blocks'"
        )
        require(len(x) >= len(means) + 2, f"samples must have at least {len(means) + 2} rows for {len(means)} clusters, got {len(x)}")
        return normal_scores(means, self.ties, self.seed)[0]

    def correlation(self, scores: np.ndarray) -> np.ndarray:
        """Of the scores, with the ridge."""
        return shrunk(correlation_of(scores), self.ridge)

    def sizes(self) -> np.ndarray:
        """Units of each union; in mode "means" its clusters."""
        units = {label: 1 if self.mode == "means" else len(columns) for label, columns in self.groups.items()}
        return np.array([sum(units[label] for label in union) for union in all_unions(list(self.groups))])

    def values(self, matrix: np.ndarray) -> np.ndarray:
        """O-information of each union from the correlations of the series in `scores`."""
        m = len(self.groups)
        position = {label: b for b, label in enumerate(self.groups)}
        unions = all_unions(list(self.groups))
        places = np.array([sum(1 << position[label] for label in union) for union in unions])
        if self.mode == "means":
            cholesky(matrix)
            # There a member is a 0, and the first variable the highest bit
            return self._means(o_information_of_all(matrix)[2], places, m)
        sizes = [len(columns) for columns in self.groups.values()]
        ends = np.cumsum([0, *sizes])
        blocks = [np.arange(ends[b], ends[b + 1]) for b in range(m)]
        log_det, strength = union_tables(matrix, blocks, precisions=self.mode == "neurons")
        if self.mode == "neurons":
            values, shift = -log_det[places] - strength[places] / 2, o_information_bias(ends[-1], len(self.samples))[self.sizes()]
            return np.where(self.sizes() > 2, values, 0.0) - (shift if self.correct_bias else 0.0)
        values = _blocks(log_det, places, m)
        if self.correct_bias:
            b = entropy_bias(ends[-1], len(self.samples))
            units = np.array([sum(sizes[i] for i in range(m) if place >> i & 1) for place in range(2**m)])
            # entropies enter as L / 2 does: the formula of the blocks once more
            values = values - _blocks(2 * b[units], places, m)
        return values

    def _means(self, table: np.ndarray, places: np.ndarray, m: int) -> np.ndarray:
        reversed_bits = np.array([int(format(int(place), f"0{m}b")[::-1], 2) for place in places])
        values = table[2**m - 1 - reversed_bits]
        if not self.correct_bias:
            return values
        return values - o_information_bias(m, len(self.samples))[self.sizes()]

    def _columns(self) -> np.ndarray:
        return np.concatenate(list(self.groups.values()))


def _blocks(log_det: np.ndarray, places: np.ndarray, m: int) -> np.ndarray:
    """(m/2 - 1) L_S - (1/2) sum_b L_{S-b} + (1/2) sum_b L_b of each union; exactly 0 for two blocks."""
    values, count = np.zeros(len(places)), np.zeros(len(places))
    for b in range(m):
        inside = (places >> b & 1).astype(bool)
        values[inside] += (log_det[1 << b] - log_det[places[inside] - (1 << b)]) / 2
        count += inside
    values += (count / 2 - 1) * log_det[places]
    values[count == 2] = 0.0
    return values
