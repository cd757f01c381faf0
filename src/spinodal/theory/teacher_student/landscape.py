"""The action at infinite size as a landscape over q: minimised over r, its lowest points found by zooming in."""

from dataclasses import dataclass

import numpy as np

from .action import action, overlap_bound, pull, slope_over_overlap, transverse_bounds

_OVERLAPS, _NORMS, _ZOOMS, _WELLS = 300, 40, 4, 3


@dataclass(frozen=True)
class Landscape:
    """s(q) = min_r s(q, r), or at r = sigma_w^2 unless `exact`, at coupling u and discrepancies b, c; arrays of equal length or numbers."""

    u: np.ndarray
    b: np.ndarray
    c: float
    weight_variance: float
    exact: bool

    def at(self, q):
        """(s, (ds/dq) / q, r) at overlaps q (m, K), row k belonging to the k-th coupling."""
        u, b = np.reshape(self.u, (-1, 1)), np.reshape(self.b, (-1, 1))
        r = self._norm(q, u, b) if self.exact else np.full_like(q, self.weight_variance)
        return action(q, r, u, b, self.c, self.weight_variance), slope_over_overlap(q, r, u, b, self.c, self.weight_variance), r

    def overlaps(self):
        """(m, K): overlaps from 0, excluded, to where no stationary point can be; denser near 0."""
        bound = np.reshape(overlap_bound(self.u, self.b, self.c, self.weight_variance), (-1, 1))
        return bound * np.sinh(4 * np.arange(1, _OVERLAPS + 1) / _OVERLAPS) / np.sinh(4)

    def lowest(self, kind: str):
        """(value (m,), q (m,)): the minimum over q > 0 of s / q^2 ("degeneracy") or of (ds/dq) / q ("spinodal").

        The first is zero when a minimum of s touches zero, the second when one appears; both tend to finite values at q = 0.
        """
        q = self.overlaps()
        coarse = self._criterion(kind, q)
        wells = _wells(coarse)
        # A narrow well may lie lower than a broad one that looks deeper on the coarse grid
        most = min(_WELLS, np.isfinite(wells).sum(axis=1).max(initial=1))
        deepest = np.argsort(wells, axis=1)[:, :most].T
        values, places = (np.stack(found) for found in zip(*(self._zoomed(kind, q, best) for best in deepest), strict=True))
        well = np.argmin(values, axis=0), np.arange(len(q))
        return values[well], places[well]

    def _zoomed(self, kind: str, q, best):
        """(value (m,), q (m,)): the minimum between the neighbours of q[:, best]."""
        rows = np.arange(len(q))
        values = np.empty_like(q)
        for _ in range(_ZOOMS - 1):
            q = np.linspace(q[rows, np.maximum(best - 1, 0)], q[rows, np.minimum(best + 1, q.shape[1] - 1)], 41, axis=1)
            values = self._criterion(kind, q)
            best = np.argmin(values, axis=1)
        return values[rows, best], q[rows, best]

    def _criterion(self, kind: str, q):
        s, slope, _ = self.at(q)
        return s / q**2 if kind == "degeneracy" else slope

    def barrier(self, q: float) -> float:
        """The largest s between 0 and q, for a single coupling."""
        low, high = 0.0, q
        s = np.zeros(1)
        for _ in range(_ZOOMS):
            some = np.linspace(low, high, 201)[None]
            s = self.at(some)[0][0]
            best = int(np.argmax(s))
            low, high = some[0, max(best - 1, 0)], some[0, min(best + 1, 200)]
        return float(s.max())

    def _norm(self, q, u, b):
        """The r of the lowest s(q, r): the best of a few, then the zero of ds/dr between its neighbours.

        Where there are two wells both are settled before they are compared: along q the best r may jump from one to the other.
        """
        lowest, highest = (np.log(bound) for bound in transverse_bounds(u, b, self.c, self.weight_variance))
        share = np.linspace(-0.02, 1.02, _NORMS)
        log_r = lowest[:, :, None] + (highest - lowest)[:, :, None] * share
        s = action(q[:, :, None], np.exp(log_r), u[:, :, None], b[:, :, None], self.c, self.weight_variance)
        u, b, lowest, span = (np.broadcast_to(bound, q.shape) for bound in (u, b, lowest, highest - lowest))
        best = np.argmin(s, axis=2)
        r = self._settled(q, u, b, lowest, span, share, best)
        wells = _wells(s)
        np.put_along_axis(wells, best[:, :, None], np.inf, axis=2)
        two = np.isfinite(wells).any(axis=2)
        if two.any():
            q, u, b = q[two], u[two], b[two]
            other = self._settled(q, u, b, lowest[two], span[two], share, np.argmin(wells, axis=2)[two])
            ours, theirs = (action(q, norm, u, b, self.c, self.weight_variance) for norm in (r[two], other))
            r[two] = np.where(theirs < ours, other, r[two])
        return r

    def _settled(self, q, u, b, lowest, span, share, best):
        """The zero of ds/dr between the neighbours of the norm number `best`, bisected in ln r.

        1/r = 1/sigma_w^2 + (8 u / pi) (m / D) (b - 2 c m) (b - 6 c m)
        """
        best = np.clip(best, 1, len(share) - 2)
        low, high = (lowest + span * share[best + k] for k in (-1, 1))
        for _ in range(45):
            middle = (low + high) / 2
            r = np.exp(middle)
            D = 1 + 2 * (q * q + r)
            m = q * q / D
            rising = r / self.weight_variance - 1 + 8 * u / np.pi * m * r / D * pull(m, b, self.c) > 0
            low, high = np.where(rising, low, middle), np.where(rising, middle, high)
        return np.exp((low + high) / 2)


def _wells(values):
    """The values where none beside them, along the last axis, is lower; infinite elsewhere."""
    beside = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(1, 1)], constant_values=np.inf)
    return np.where((values <= beside[..., :-2]) & (values <= beside[..., 2:]), values, np.inf)
