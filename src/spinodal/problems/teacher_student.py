"""Teacher-student regression: an erf network learns a cubic of one direction of its input."""

from dataclasses import dataclass

import numpy as np

from ..errors import integer, positive, real


@dataclass(frozen=True, eq=False)
class TeacherStudentData:
    """One draw of the training set: `inputs` (samples, input_dim), `targets` (samples,), `teacher` (input_dim,), float64."""

    inputs: np.ndarray
    targets: np.ndarray
    teacher: np.ndarray


@dataclass(frozen=True)
class TeacherStudent:
    """A two-layer erf network that learns y = He_1(z) + cubic He_3(z), z the first coordinate of a Gaussian input.

        f(x) = sum_i a_i erf(w_i . x),   w ~ N(0, weight_variance / input_dim),   a ~ N(0, readout_variance / width),
        p(a, w | data) ~ exp(-sum_mu (y_mu - f(x_mu))^2 / (2 noise)) p(a) p(w).

    Arguments:
        input_dim: d >= 2, entries of an input. width: N >= 1, hidden units. samples: n >= 1, training inputs.
        noise: sigma^2 > 0, variance of the Gaussian likelihood, the temperature of the posterior. Targets carry no noise.
        cubic: epsilon, weight of He_3(z) = z^3 - 3 z in the target; finite, any sign.
        weight_variance: sigma_w^2 > 0. readout_variance: sigma_a^2 > 0. Variances, not standard deviations.
    Raises: ValueError or TypeError that names the argument.
    Source: arXiv:2310.03789, section 3.1.
    """

    input_dim: int
    width: int
    samples: int
    noise: float
    cubic: float
    weight_variance: float
    readout_variance: float

    def __post_init__(self) -> None:
        checked = {
            "input_dim": integer("input_dim", self.input_dim, minimum=2, why="d, the number of entries of an input"),
            "width": integer("width", self.width, minimum=1, why="N, the number of hidden units"),
            "samples": integer("samples", self.samples, minimum=1, why="n, the number of training inputs"),
            "noise": positive("noise", self.noise, why="the variance sigma^2 of the label noise"),
            "cubic": real("cubic", self.cubic, why="epsilon, the weight of He_3 in the target"),
            "weight_variance": positive("weight_variance", self.weight_variance, why="sigma_w^2; Var[w] = sigma_w^2 / input_dim"),
            "readout_variance": positive("readout_variance", self.readout_variance, why="sigma_a^2; Var[a] = sigma_a^2 / width"),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def draw(self, seed: int) -> TeacherStudentData:
        """The training set of this seed; the teacher is the first unit vector.

        `inputs = numpy.random.default_rng(seed).standard_normal((samples, input_dim))`.
        """
        seed = integer("seed", seed, minimum=0)
        inputs = np.random.default_rng(seed).standard_normal((self.samples, self.input_dim))
        z = inputs[:, 0]
        teacher = np.zeros(self.input_dim)
        teacher[0] = 1.0
        return TeacherStudentData(inputs, z + self.cubic * (z**3 - 3 * z), teacher)
