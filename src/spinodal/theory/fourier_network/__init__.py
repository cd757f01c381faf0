"""Networks that add modulo a prime by construction: Fourier features with phases that cancel, and their margins."""

from .construction import cancels as cancels
from .construction import weights as weights
from .random_phases import deviation_rate as deviation_rate
from .random_phases import sufficient_width as sufficient_width
from .record import FourierNetwork as FourierNetwork
from .record import largest_normalised_margin as largest_normalised_margin
