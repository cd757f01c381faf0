"""Effective theory of representation: which training sets make an addition table a line, and how fast."""

from ...measures.representation import parallelograms as parallelograms
from .clock import generalisation_steps as generalisation_steps
from .exact_flow import Flow as Flow
from .exact_flow import flow as flow
from .linearity import LinearCurve as LinearCurve
from .linearity import critical_fraction as critical_fraction
from .linearity import linear_curve as linear_curve
from .linearity import linear_probability as linear_probability
from .structure import growth_rates as growth_rates
from .structure import ideal_accuracy as ideal_accuracy
from .structure import nullity as nullity
