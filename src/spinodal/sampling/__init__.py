"""Equilibrium: the exact Bayesian posterior of a network, by HMC and Langevin dynamics, with diagnostics."""

from .record import ModularAdditionPosterior as ModularAdditionPosterior
from .record import Posterior as Posterior
from .record import TeacherStudentPosterior as TeacherStudentPosterior
from .run import sample as sample
from .settings import HMC as HMC
from .settings import Langevin as Langevin
from .settings import Stop as Stop
