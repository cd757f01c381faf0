"""A small posterior with its constants and kernels, as the tests of its parts need it."""

from spinodal.sampling.posteriors import teacher_student as posterior


def bound(problem, seed=0):
    constants = posterior.constants(problem, problem.draw(seed), 0.4)
    return posterior.shape_key(problem), constants, posterior.bind(posterior.shape_key(problem))
