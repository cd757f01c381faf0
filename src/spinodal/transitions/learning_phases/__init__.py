"""Comprehension, grokking, memorization or confusion, and how sure a few seeds make us."""

from .phases import PHASES as PHASES
from .phases import classify as classify
from .probabilities import PhaseProbabilities as PhaseProbabilities
from .probabilities import phase_probabilities as phase_probabilities
from .wilson import wilson_interval as wilson_interval
