"""Networks that add modulo a prime by construction: Fourier features with phases that cancel, and their margins."""

from .record import FourierNetwork as FourierNetwork
from .record import largest_normalised_margin as largest_normalised_margin
from .weights import cancels as cancels
from .weights import weights as weights
