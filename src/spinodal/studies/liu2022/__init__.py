"""Effective theory of representation learning and its phase diagrams: arXiv:2205.10343."""
