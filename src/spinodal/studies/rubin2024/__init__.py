"""Adaptive-kernel theory against the exact posterior: arXiv:2310.03789."""
