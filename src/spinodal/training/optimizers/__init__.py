"""Optimisers: frozen settings with pure `init` and `step`; numbers are traced, structure is static."""

from .adamw import AdamW as AdamW
from .coupled import CoupledDecay as CoupledDecay
from .grokfast import Grokfast as Grokfast
from .per_group import PerGroup as PerGroup
from .perpgrad import PerpGrad as PerpGrad
from .sgd import SGD as SGD
