"""Straight lines through times of which some are only known to be later, or earlier, than a bound."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import log_ndtr, stdtrit

EARLIER, SEEN, LATER = -1, 0, 1
STEPS = 60  # of Newton's method at most
LEAST_SPREAD = 1e-6  # of a line through all its points, in standard deviations of y


@dataclass(frozen=True)
class Line:
    """What `fit_line` found; NaN and `converged=False` where there is no such line."""

    intercept: float
    slope: float
    spread: float  # sigma, of y about the line
    slope_error: float  # one standard error, from the curvature of the likelihood, times sqrt(seen / (seen - 2)); inf for two
    log_likelihood: float
    seen: int
    converged: bool
    message: str

    @property
    def sure(self) -> bool:
        """The sign of the slope is known: 0 lies outside its 95 % interval by Student's t."""
        return self.seen > 2 and abs(self.slope) > stdtrit(self.seen - 2, 0.975) * self.slope_error

    def at(self, x: np.ndarray) -> np.ndarray:
        """The middle of y."""
        return self.intercept + self.slope * np.asarray(x, float)


def fit_line(x: np.ndarray, y: np.ndarray, kind: np.ndarray) -> Line:
    """The line of largest likelihood with normal scatter, where some y are bounds (tobit).

        y_i = a + b x_i + sigma e_i;   seen: density of y_i;   LATER: P(y > y_i);   EARLIER: P(y < y_i).

    Found by Newton's method in (a, b, 1) / sigma, in which the likelihood is concave (Olsen 1978), with x and y centred and
    in their own standard deviations: units and offsets change nothing. sigma is that of largest likelihood, too small with
    few points; `slope_error` and `sure` make up for the two numbers that were fitted.
    Arguments:
        x, y: (n,). kind: (n,) of EARLIER, SEEN, LATER.
    Undefined: fewer than two different x with anything seen, or seen points all on one line.
    """
    x, y, kind = np.asarray(x, float), np.asarray(y, float), np.asarray(kind)
    seen = kind == SEEN
    if len(np.unique(x[seen])) < 2:
        return _no_line(f"times are seen at {len(np.unique(x[seen]))} places: a line needs two")
    (x_mean, x_scale), (y_mean, y_scale) = _place(x), _place(y)
    line = _standard_line((x - x_mean) / x_scale, (y - y_mean) / y_scale, kind)
    slope, value = line.slope * y_scale / x_scale, line.log_likelihood - line.seen * np.log(y_scale)
    return replace(
        line,
        intercept=float(y_mean + y_scale * line.intercept - slope * x_mean),
        slope=float(slope),
        spread=float(line.spread * y_scale),
        slope_error=float(line.slope_error * y_scale / x_scale),
        log_likelihood=float(value),
    )


def _place(values: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation; 1 for the latter where all are equal but for rounding."""
    centre, scale = float(values.mean()), float(values.std())
    return centre, scale if scale > 4 * np.finfo(float).eps * np.abs(values).max() else 1.0


def _standard_line(x: np.ndarray, y: np.ndarray, kind: np.ndarray) -> Line:
    seen = kind == SEEN
    design = np.stack([np.ones_like(x), x, -y], axis=1)  # design @ (a, b, 1) / sigma = -(y - a - b x) / sigma
    first = np.linalg.lstsq(design[seen, :2], y[seen], rcond=None)[0]
    spread = float(np.std(y[seen] - design[seen, :2] @ first))
    if seen.all():
        return _least_squares(x, float(first[0]), float(first[1]), spread)
    spread = max(spread, 0.1)  # a start: the points that are seen may lie on one line
    scaled = np.array([*first, 1.0]) / spread
    value = _log_likelihood(design, seen, kind, scaled)
    for _ in range(STEPS):
        gradient, curvature = _derivatives(design, seen, kind, scaled)
        step = np.linalg.lstsq(curvature, -gradient, rcond=None)[0]
        size = 1.0
        while size > 1e-6:  # 1 / sigma stays positive, the likelihood never falls
            trial = scaled + size * step
            new = _log_likelihood(design, seen, kind, trial) if trial[2] > 0 else -np.inf
            if new >= value:
                break
            size /= 2
        else:
            break
        scaled, gained, value = trial, new - value, new
        if gained < 1e-10:
            break
    _, curvature = _derivatives(design, seen, kind, scaled)
    a, b, sigma = *scaled[:2] / scaled[2], 1 / scaled[2]
    if not sigma > LEAST_SPREAD or not np.isfinite(sigma) or np.linalg.cond(curvature) > 1e14:
        return _no_line("the times that are seen lie on one line that all bounds permit: their scatter is not known")
    # b = scaled_b / scaled_1: its error by the chain rule
    slope_of = np.array([0.0, 1.0, -b]) * sigma
    error = float(np.sqrt(slope_of @ np.linalg.inv(-curvature) @ slope_of))
    return _line((float(a), float(b), float(sigma)), error, value, int(seen.sum()), len(x))


def _least_squares(x: np.ndarray, intercept: float, slope: float, spread: float) -> Line:
    """The same where every time is seen."""
    if spread < LEAST_SPREAD:
        return _no_line("all points lie on one line: their scatter is not known")
    n = len(x)
    value = -n * (np.log(spread) + 0.5 * np.log(2 * np.pi) + 0.5)
    error = spread / np.sqrt(n) / np.std(x)
    return _line((intercept, slope, spread), float(error), float(value), n, n)


def _line(fitted: tuple[float, float, float], error: float, value: float, seen: int, runs: int) -> Line:
    lost = np.sqrt(seen / (seen - 2)) if seen > 2 else np.inf
    return Line(*fitted, float(error * lost), value, seen, converged=True, message=f"{seen} of {runs} times seen")


def _log_likelihood(design: np.ndarray, seen: np.ndarray, kind: np.ndarray, scaled: np.ndarray) -> float:
    z = design @ scaled  # minus the residual over sigma
    bounds = log_ndtr(kind[~seen] * z[~seen])
    return float(seen.sum() * (np.log(scaled[2]) - 0.5 * np.log(2 * np.pi)) - 0.5 * np.sum(z[seen] ** 2) + np.sum(bounds))


def _derivatives(design: np.ndarray, seen: np.ndarray, kind: np.ndarray, scaled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    z = design @ scaled
    side = kind[~seen]
    u = side * z[~seen]
    ratio = np.exp(-0.5 * u**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(u))
    slope, bend = -z.copy(), -np.ones_like(z)
    slope[~seen], bend[~seen] = side * ratio, -ratio * (ratio + u)
    gradient, curvature = design.T @ slope, (design * bend[:, None]).T @ design
    gradient[2] += seen.sum() / scaled[2]
    curvature[2, 2] -= seen.sum() / scaled[2] ** 2
    return gradient, curvature


def _no_line(why: str) -> Line:
    return Line(*(np.nan,) * 5, seen=0, converged=False, message=why)
