"""The adaptive-kernel theory of a teacher-student network, at finite and at infinite size."""

from .criteria import transition as transition
from .records import Coexistence as Coexistence
from .records import Saddle as Saddle
from .records import Settings as Settings
from .records import Solution as Solution
from .records import Solutions as Solutions
from .records import Transition as Transition
from .solver import solve as solve
from .solver import solve_many as solve_many
from .two_phases import coexistence as coexistence
