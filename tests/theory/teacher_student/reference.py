"""The closure written down once more, plainly: a dense quadrature without any of the package's grids or algebra."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import logsumexp

from spinodal.problems import TeacherStudent

DIGITS = 6e-7  # half a unit of the last printed digit, and rounding
FIG2 = {"input_dim": 150, "width": 700, "samples": 3000, "cubic": -0.3, "weight_variance": 0.5, "readout_variance": 8 / 700}
SMALL = {"input_dim": 30, "width": 600, "samples": 2400, "cubic": -0.3, "weight_variance": 0.5, "readout_variance": 1.6 / 600}


@dataclass(frozen=True)
class PlainNeuron:
    """Log weight (Q, R) of overlaps q (Q, 1) and transverse norms r (R,), and what the closure takes from it."""

    q: np.ndarray
    r: np.ndarray
    log_weight: np.ndarray
    g: np.ndarray
    loss: np.ndarray
    field: np.ndarray
    kappa: float


def plain_neuron(problem, b, c, q, transverse="exact", corrections=(), data=None, norms=601, reach=None):
    """One neuron at (b, c), with r equidistant in ln r within `reach`, in units of sigma_w^2."""
    d, width, n, noise = problem.input_dim, problem.width, problem.samples, problem.noise
    norm, readout = problem.weight_variance, problem.readout_variance
    kappa = noise / n
    if "ridge" in corrections:
        kappa = plain_ridge(problem)
    q = q[:, None]
    r = np.array([norm])
    log_weight = -d * q**2 / (2 * norm)
    if transverse == "exact":
        r = norm * np.geomspace(*(reach or (3e-5, 30 if d < 30 else 6)), norms)
        log_weight = log_weight + (d - 1) / 2 * np.log(r) - d * r / (2 * norm)
    D = 1 + 2 * (q**2 + r)
    g = np.stack([2 * q / np.sqrt(np.pi * D), -4 * q**3 / (np.sqrt(6 * np.pi) * D**1.5)])
    loss = np.ones_like(D)
    if "cavity" in corrections:
        loss = 1 + readout * n / (width * noise) * 2 / np.pi * np.arcsin(2 * (q**2 + r) / D)
    target, tau = np.array([1, np.sqrt(6) * problem.cubic]), np.array([b, np.sqrt(6) * c])
    gram = np.eye(2)
    if "gram" in corrections:
        z = data.inputs[:, 0]
        modes = np.stack([z, (z**3 - 3 * z) / np.sqrt(6)], axis=1)
        gram = modes.T @ modes / n
    field = gram @ tau
    if "cavity" in corrections:
        field = field + gram @ (target - tau) / width
    log_weight = log_weight + readout / (2 * width * kappa**2 * loss) * np.tensordot(field, g, 1) ** 2 - np.log(loss) / 2
    return PlainNeuron(q, r, log_weight, g, loss, field, kappa)


def plain_turns(problem, b, c, q, corrections=()):
    """Where on q log p(q) turns, and whether it falls from q = 0 on."""
    neuron = plain_neuron(problem, b, c, q, corrections=corrections, norms=1501, reach=(1e-7, 60))
    falling = np.diff(logsumexp(neuron.log_weight, axis=1)) < 0
    return q[1:-1][falling[1:] != falling[:-1]], bool(falling[0])


def plain_closure(problem, b, c, transverse="exact", corrections=(), data=None, threshold=0.4, furthest=None, points=(1201, 601)):
    """(closure's residual at (b, c), P(|q| > threshold), <r> of these), by the trapezoid rule in q and ln r."""
    q = np.linspace(0, furthest or 8 * np.sqrt(problem.weight_variance), points[0])
    neuron = plain_neuron(problem, b, c, q, transverse, corrections, data, points[1])
    q, r = neuron.q, neuron.r
    target, tau = np.array([1, np.sqrt(6) * problem.cubic]), np.array([b, np.sqrt(6) * c])
    weight = np.exp(neuron.log_weight - neuron.log_weight.max())
    weight[0] /= 2
    total = weight.sum()
    kernel = problem.readout_variance * np.einsum("iqr,jqr,qr->ij", neuron.g, neuron.g, weight / neuron.loss / total)
    p = weight.sum(axis=1) / total / (q[1, 0] - q[0, 0])
    p[0] *= 2
    moment = np.divide(weight @ r * p, weight.sum(axis=1), out=np.zeros_like(p), where=p > 0)  # far out all weights are 0
    tails = [CubicSpline(q[:, 0], values).integrate(threshold, q[-1, 0]) if threshold < q[-1, 0] else np.nan for values in (p, moment)]
    beyond, inside = float(np.nan_to_num(tails[0])), float(tails[1] / tails[0])
    return float(np.max(np.abs(tau + kernel @ neuron.field / neuron.kappa - target))), beyond, inside


def plain_ridge(problem):
    """The effective ridge by fixed-point iteration from sigma^2 / n, as published."""
    d, n, norm, readout = problem.input_dim, problem.samples, problem.weight_variance, problem.readout_variance
    eigenvalue = 4 * readout * norm / (np.pi * d * (1 + 2 * norm))
    rest = 2 * readout / np.pi * np.arcsin(2 * norm / (1 + 2 * norm)) - d * eigenvalue
    kappa = problem.noise / n
    found = kappa
    for _ in range(5000):
        found = kappa + (d - 1) / n * eigenvalue * found / (eigenvalue + found) + rest / n
    return found


def fig2(noise, **changed):
    """Figure 2 at a noise."""
    return TeacherStudent(**{**FIG2, "noise": noise, **changed})
