"""Equilibrium: the Bayesian posterior of a network."""
