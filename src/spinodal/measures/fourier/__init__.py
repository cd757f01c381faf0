"""What networks that learned modular arithmetic compute with: frequencies, progress measures, geometry and their nulls."""

from .circles import circularity as circularity
from .collapse import SoftmaxCollapse as SoftmaxCollapse
from .collapse import softmax_collapse as softmax_collapse
from .distances import distance_irrelevance as distance_irrelevance
from .excluded import excluded_loss as excluded_loss
from .frequencies import KeyFrequencies as KeyFrequencies
from .frequencies import key_frequencies as key_frequencies
from .gradients import gradient_symmetricity as gradient_symmetricity
from .inequality import gini as gini
from .label_margins import margins as margins
from .null_draws import Null as Null
from .null_draws import null as null
from .null_values import distance_irrelevance_null as distance_irrelevance_null
from .null_values import neuron_share_null as neuron_share_null
from .null_values import participation_null as participation_null
from .null_values import variance_explained_null as variance_explained_null
from .parameters import naive_loss_minimisation as naive_loss_minimisation
from .parameters import weight_norm as weight_norm
from .participation import inverse_participation_ratio as inverse_participation_ratio
from .restricted import restricted_loss as restricted_loss
from .trig_part import discrete_logarithms as discrete_logarithms
from .variance import variance_explained as variance_explained
from .waves import basis as basis
