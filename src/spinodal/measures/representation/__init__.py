"""Is an embedding of symbols a line, and what does that say of unseen pairs?"""

from .effective_dimension import effective_dimension as effective_dimension
from .pairs import pair_set as pair_set
from .parallelograms import parallelograms as parallelograms
from .predicted_accuracy import predicted_accuracy as predicted_accuracy
from .rqi import rqi as rqi
