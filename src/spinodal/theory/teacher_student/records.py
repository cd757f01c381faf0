"""What `teacher_student` answers with: frozen records that say whether to believe them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...citations import RUBIN2024 as CITATION
from ...errors import choice, integer, positive, real, require
from ...problems import TeacherStudent, TeacherStudentData
from .corrections import CORRECTIONS

if TYPE_CHECKING:
    from .density import Density


@dataclass(frozen=True, eq=False)
class Settings:
    """How a problem was solved; the arguments of `solve`, checked."""

    transverse: str = "exact"
    branch: str = "equilibrium"
    corrections: tuple[str, ...] = ()
    data: TeacherStudentData | None = field(default=None, repr=False)
    max_iterations: int = 200
    fineness: float = 1.0

    def __post_init__(self) -> None:
        choice("transverse", self.transverse, ("exact", "mean"))
        choice("branch", self.branch, ("equilibrium", "gaussian"))
        if isinstance(self.corrections, str) or not isinstance(self.corrections, (tuple, list, set, frozenset)):
            raise TypeError(f"corrections must be a tuple of names out of {CORRECTIONS}, got {self.corrections!r}")
        for name in self.corrections:
            choice("corrections", name, CORRECTIONS)
        object.__setattr__(self, "corrections", tuple(name for name in CORRECTIONS if name in self.corrections))
        integer("max_iterations", self.max_iterations, minimum=1)
        positive("fineness", self.fineness, why="how many times more points each direction of the grid gets")
        require(self.fineness <= 256, f"fineness must be at most 256, or one solution takes hours, got {self.fineness}")
        if "gram" in self.corrections and self.data is None:
            raise ValueError("data must be given for corrections=('gram',), got None (for instance problem.draw(seed))")

    def check_data(self, problem: TeacherStudent) -> None:
        """Refuse data that are not a training set of `problem`."""
        if self.data is None:
            return
        if not isinstance(self.data, TeacherStudentData):
            raise TypeError(f"data must be what TeacherStudent.draw returns, got {type(self.data).__name__}")
        given, wanted = np.shape(self.data.inputs), (problem.samples, problem.input_dim)
        require(given == wanted, f"data must have inputs of shape (samples, input_dim) = {wanted}, got {given}")
        require(bool(np.isfinite(self.data.inputs).all()), "data must have finite inputs, got some that are not")
        teacher = np.asarray(self.data.teacher)
        unit = teacher.shape == wanted[1:] and teacher.dtype.kind in "fiu" and abs(float(teacher @ teacher) - 1) < 1e-6
        require(unit, f"data must have a teacher that is a unit vector of shape {wanted[1:]}, got {self.data.teacher!r}")


@dataclass(frozen=True)
class Saddle:
    """A stationary point of s(q) = -[log p(q) - log p(0)] / input_dim on q >= 0."""

    overlap: float
    transverse_norm: float  # <r | q>
    action: float  # s
    kind: str  # "central" (minimum at 0), "barrier" (maximum), "outer" (minimum, q > 0)


@dataclass(frozen=True, eq=False)
class Solution:
    """What `solve` found at one noise."""

    linear_discrepancy: float  # b
    cubic_discrepancy: float  # c
    overlap: np.ndarray = field(repr=False)  # ascending, symmetric about 0
    log_density: np.ndarray = field(repr=False)  # of one neuron's overlap; trapezoid integral 1
    saddles: tuple[Saddle, ...]
    phase: str  # "GFL", "GMFL-I", "GMFL-II"; "" where nothing is known
    residual: float
    iterations: int
    converged: bool
    message: str
    problem: TeacherStudent
    settings: Settings
    _density: "Density" = field(repr=False)
    citation: str = CITATION

    def droplet_fraction(self, threshold: float = 0.4) -> float:
        """P(|q| > threshold) of one neuron; interpolated, so smooth in the threshold >= 0. NaN where the density is unknown."""
        return float(self._density.beyond(checked_threshold(threshold))[0])

    def droplet_transverse_norm(self, threshold: float = 0.4) -> float:
        """<|w_perp|^2> of neurons with |q| > threshold >= 0, droplets or not. NaN where the density is unknown, or beyond all of it."""
        return float(self._density.transverse_norm_beyond(checked_threshold(threshold))[0])


@dataclass(frozen=True, eq=False)
class Solutions:
    """What `solve_many` found: every field has the shape of `noise`."""

    noise: np.ndarray
    linear_discrepancy: np.ndarray
    cubic_discrepancy: np.ndarray
    phase: np.ndarray  # strings
    residual: np.ndarray
    iterations: np.ndarray
    converged: np.ndarray  # booleans
    message: np.ndarray  # strings
    problem: TeacherStudent  # its own noise is not used
    settings: Settings
    _densities: "tuple[tuple[np.ndarray, Density], ...]" = field(repr=False)  # where in the arrays, and what there
    citation: str = CITATION

    def droplet_fraction(self, threshold: float = 0.4) -> np.ndarray:
        """P(|q| > threshold) of one neuron at every noise; threshold >= 0."""
        threshold = checked_threshold(threshold)
        found = np.full(self.noise.shape, np.nan)
        for where, density in self._densities:
            found[where] = density.beyond(threshold)
        return found


@dataclass(frozen=True)
class Transition:
    """Where the Gaussian phase ends at infinite size; NaN unless `converged`."""

    noise: float  # sigma^2
    linear_discrepancy: float  # b there; c = cubic
    overlap: float  # q_* of the outer minimum
    transverse_norm: float  # r_*
    barrier: float  # largest s between 0 and q_*, per input dimension
    converged: bool
    message: str
    problem: TeacherStudent
    transverse: str
    criterion: str
    citation: str = CITATION


@dataclass(frozen=True)
class Coexistence:
    """Droplets and centre side by side at infinite size; NaN unless `converged`."""

    linear_discrepancy: float
    cubic_discrepancy: float
    overlap: float  # q_* of the droplets
    transverse_norm: float  # r_*
    droplet_number: float  # pi = input_dim * (share of neurons in droplets)
    converged: bool
    message: str
    problem: TeacherStudent
    transverse: str
    citation: str = CITATION


def checked_threshold(threshold) -> float:
    """A finite threshold >= 0."""
    value = real("threshold", threshold, why="the overlap beyond which a neuron counts as a droplet")
    require(value >= 0, f"threshold must be >= 0, got {threshold} (it is compared with |overlap|)")
    return value
