"""Dynamics: networks, optimisers and the compiled trainer. Import it before JAX computes anything: it asks for one thread."""

from ..compiling import small_pool
from . import losses as losses
from . import networks as networks
from . import presets as presets
from .many import Run as Run
from .many import train_many as train_many
from .one import initial_parameters as initial_parameters
from .one import train as train
from .optimizers import SGD as SGD
from .optimizers import AdamW as AdamW
from .optimizers import CoupledDecay as CoupledDecay
from .optimizers import Grokfast as Grokfast
from .optimizers import PerGroup as PerGroup
from .optimizers import PerpGrad as PerpGrad
from .trajectory import Trajectory as Trajectory

small_pool()
