"""Is the theory right for my network? Ask its exact posterior."""

# %% A network small enough to sample in seconds
from spinodal.problems import TeacherStudent
from spinodal.sampling import HMC, sample
from spinodal.theory import teacher_student

problem = TeacherStudent(input_dim=12, width=50, samples=200, noise=0.4, cubic=-0.6, weight_variance=1.0, readout_variance=0.01)

# %% Half of the chains start from the prior, half on the teacher: if they meet, both phases have been left
posterior = sample(problem, data_seed=6, chains=4, draws=60, warmup=40, sampler=HMC(), seed=1)
print(posterior.message)
for name, draws in posterior.scalars.items():
    print(f"{name}: {draws.mean():.4f} +- {posterior.monte_carlo_error[name]:.4f}, R-hat {posterior.rhat[name]:.3f}")

# %% Theory for an average data set, and with the Gram matrix of this one
for corrections in ((), ("gram",), ("cavity", "ridge", "gram")):
    found = teacher_student.solve(problem, corrections=corrections, data=problem.draw(6))
    print(f"theory {corrections or 'alone'}: b {found.linear_discrepancy:.4f}, c {found.cubic_discrepancy:.4f}")
