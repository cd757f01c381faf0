"""Optimisers: frozen settings with pure `init` and `step`; numbers are traced, structure is static."""

from .adamw import AdamW as AdamW
from .per_group import PerGroup as PerGroup
from .sgd import SGD as SGD
