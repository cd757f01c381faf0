"""Model B: the adaptive-kernel theory of modular addition with square activations."""

from .boundaries import transitions as transitions
from .closure import solve as solve
from .closure import solve_many as solve_many
from .records import ModularSolution as ModularSolution
from .records import ModularSolutions as ModularSolutions
from .records import ModularTransitions as ModularTransitions
