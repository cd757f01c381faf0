"""Predicts, simulates, measures and judges phase transitions of learning.

Import the rooms that you need: `spinodal.problems`, `spinodal.theory`, `spinodal.sampling`, `spinodal.sweeps`, `spinodal.studies`.
"""

__version__ = "0.1.0"
