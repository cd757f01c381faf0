"""Where does an erf network start to form droplets, and how sharp is that at the size I can afford?"""

# %% A problem: the parameters of figure 2 of arXiv:2310.03789
import numpy as np

from spinodal.problems import TeacherStudent
from spinodal.theory import teacher_student

problem = TeacherStudent(input_dim=150, width=700, samples=3000, noise=0.15, cubic=-0.3, weight_variance=0.5, readout_variance=8 / 700)

# %% At infinite size the transition has a place, by each of two criteria
for criterion in ("spinodal", "degeneracy"):
    found = teacher_student.transition(problem, criterion=criterion)
    print(f"{criterion}: noise {found.noise:.4f}, droplets at overlap {found.overlap:.3f}")

# %% At this size it is rounded: the share of neurons in droplets grows smoothly
noises = np.linspace(0.1, 0.3, 9)
solved = teacher_student.solve_many(problem, noise=noises)
assert solved.converged.all()
for noise, share, phase in zip(noises, solved.droplet_fraction(0.4), solved.phase, strict=True):
    print(f"noise {noise:.3f}: {100 * share:5.2f} % of the neurons in droplets, {phase}")

# %% A map: which targets give droplets at all? (a stronger cubic part, earlier droplets)
for cubic in (-0.8, -0.5, -0.3, -0.1, 0.0):
    other = TeacherStudent(150, 700, 3000, noise=0.15, cubic=cubic, weight_variance=0.5, readout_variance=8 / 700)
    onset = teacher_student.transition(other)
    print(f"cubic {cubic:+.1f}: " + (f"onset at noise {onset.noise:.4f}" if onset.converged else onset.message))
