"""Is an embedding of symbols a line, and what does that say of unseen pairs?"""

from .dimension import effective_dimension as effective_dimension
from .pairs import pair_set as pair_set
from .parallelogram_table import parallelograms as parallelograms
from .prediction import predicted_accuracy as predicted_accuracy
from .quality import rqi as rqi
