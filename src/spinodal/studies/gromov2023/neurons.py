"""What the neurons of a trained square network hold: one frequency each, or none, and phases that add up, or do not."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from ...measures.fourier import inverse_participation_ratio

PERIODIC = 0.5  # of a neuron's energy, its mean included: a wave that holds more makes it periodic
CONFIDENCE = 0.99


@dataclass(frozen=True, eq=False)
class Neurons:
    """One entry for each neuron; NaN where it is dead or, for the last two, not periodic.

    `participation`: of `first[:p]`, as published: 1 for a constant too. `frequency`: of the same, the k >= 1 that holds more than half of
    the energy. `matches`: 1 if all three of the weights
    that read a, that read b and that write have this frequency. `sum_residual`, `other_residual`: the readout's phase minus, and plus, the
    sum of the other two, in -pi..pi; for neurons that match.
    """

    participation: np.ndarray
    frequency: np.ndarray
    matches: np.ndarray
    sum_residual: np.ndarray
    other_residual: np.ndarray


def read_neurons(parameters: dict[str, Any]) -> Neurons:
    """`Neurons` of a `QuadraticMLP`.

    A row cos(2 pi k n / p + phase) has the transform (p/2) exp(i phase) at k, so that phases are those of the largest amplitude.
    """
    p = len(parameters["first"]) // 2
    tables = [np.asarray(table, np.float64) for table in (parameters["first"][:p].T, parameters["first"][p:].T, parameters["readout"])]
    participation = inverse_participation_ratio(tables[0])
    spectra = [np.fft.rfft(table) for table in tables]
    waves = [spectrum[:, 1:] for spectrum in spectra]
    leading = np.array([np.abs(wave).argmax(axis=1) for wave in waves])
    phi, psi, chi = (np.angle(np.take_along_axis(wave, k[:, None], axis=1)[:, 0]) for wave, k in zip(waves, leading, strict=True))
    energy = np.abs(spectra[0]) ** 2 * np.where(np.arange(spectra[0].shape[1]) > 0, 2, 1)  # p is odd: each wave stands for k and -k
    periodic = energy[:, 1:].max(axis=1) > PERIODIC * energy.sum(axis=1)  # False for a dead one
    same = np.all(leading == leading[0], axis=0)
    return Neurons(
        participation,
        np.where(periodic, leading[0] + 1.0, np.nan),
        np.where(periodic, same, np.nan),
        np.where(periodic & same, _wrapped(chi - phi - psi), np.nan),
        np.where(periodic & same, _wrapped(chi + phi + psi), np.nan),
    )


def frequencies_found(frequency: np.ndarray) -> int:
    """How many k have a periodic neuron."""
    return np.unique(frequency[np.isfinite(frequency)]).size


def phase_agreement(residual: np.ndarray) -> tuple[float, float]:
    """Mean cosine of the residuals that there are, and its null deviation 1 / sqrt(2 n): phases without a rule have mean 0.

    NaN without any.
    """
    known = residual[np.isfinite(residual)]
    return (float(np.cos(known).mean()), (2 * known.size) ** -0.5) if known.size else (np.nan, np.nan)


def two_humped(participation: np.ndarray) -> bool:
    """Whether fewer neurons have a participation in 1/3..2/3 than below, and fewer than above, each at a confidence of 99 %.

    A law with one hump has at least as much in the middle third of 0..1 as in one of the others, so that both tests together refute it
    (one-sided binomial tests of the middle against each side; neurons of one network are not quite independent).
    """
    low, middle, high = np.histogram(participation[np.isfinite(participation)], bins=[0, 1 / 3, 2 / 3, 1 + 1e-9])[0]
    return all(
        side + middle > 0 and binomtest(int(middle), int(side + middle), 0.5, alternative="less").pvalue < 1 - CONFIDENCE
        for side in (low, high)
    )


def _wrapped(angle: np.ndarray) -> np.ndarray:
    return (angle + np.pi) % (2 * np.pi) - np.pi
