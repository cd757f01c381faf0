"""What networks that learned modular arithmetic compute with: frequencies, progress measures, geometry and their nulls."""

from .basis import basis as basis
from .circularity import circularity as circularity
from .distance_irrelevance import distance_irrelevance as distance_irrelevance
from .excluded_loss import excluded_loss as excluded_loss
from .gini import gini as gini
from .gradient_symmetricity import gradient_symmetricity as gradient_symmetricity
from .inverse_participation_ratio import inverse_participation_ratio as inverse_participation_ratio
from .key_frequencies import KeyFrequencies as KeyFrequencies
from .key_frequencies import key_frequencies as key_frequencies
from .margins import margins as margins
from .null import Null as Null
from .null import null as null
from .null_values import distance_irrelevance_null as distance_irrelevance_null
from .null_values import neuron_share_null as neuron_share_null
from .null_values import participation_null as participation_null
from .null_values import variance_explained_null as variance_explained_null
from .parameters import naive_loss_minimisation as naive_loss_minimisation
from .parameters import weight_norm as weight_norm
from .restricted_loss import restricted_loss as restricted_loss
from .softmax_collapse import SoftmaxCollapse as SoftmaxCollapse
from .softmax_collapse import softmax_collapse as softmax_collapse
from .trig_part import discrete_logarithms as discrete_logarithms
from .variance_explained import variance_explained as variance_explained
