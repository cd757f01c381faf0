"""Ready-made sweeps, one file per published result."""
