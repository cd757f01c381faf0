"""Where arXiv:2310.03789 (v3) cannot be reproduced as printed; formulas were derived again and checked numerically."""

TEACHER_STUDENT = (
    "Appendix A.3 prints Q_11 with 2q²; the integral gives 4q², as does the paper's own formula for the overlap. "
    "Taken literally the onset would move to σ² = 0.206, away from the 0.18 that the paper quotes. We use 4q².",
    "Equation 12 lacks a factor σ²/n, which the definition of the discrepancy requires. Equation 7 lacks the factor d of the prior. "
    "Equation 6 has noise 2σξ where the stationary law needs √2 σξ.",
    "The paper takes r = |w⊥|² to its prior mean σ_w² and calls this exact at large size. It is not: r has a rate function of order d, "
    "like the overlap, and shrinks inside the droplets, to 0.27 at σ² = 0.15 and 0.22 at σ² = 0.1 (d = 150). Both conventions are shown: "
    "“as published” keeps r fixed.",
    "Claim IV puts the outer saddles near ±1. At the onset, at infinite size, they are at 0.73 (0.72 with r fixed, as published); only at "
    "σ² = 0.1 do they come near: 0.99 (0.98 with r fixed) at infinite size, 0.97 (0.95) at d = 150.",
    "The published transition is a statement about infinite size. At d = 150 it is rounded: the droplet fraction grows smoothly, "
    "and the density has an outer minimum only well below the infinite-size onset. Every criterion is therefore named.",
    "The paper trains with 360,000 full-batch Langevin steps and a learning rate of 2e-3, which can only refer to the mean loss. "
    "We sample the same posterior by Hamiltonian Monte Carlo and read the discrepancies from the overlaps, not from test points.",
)

APPENDIX_D = (
    *TEACHER_STUDENT[:3],
    "With n = 600 samples and a target of strength ε = −1.2 the Gram matrix of He_1 and He_3 over the data is heavy-tailed: single data "
    "sets scatter the linear discrepancy by 0.16 to 0.18 (standard deviation of the theory over ten). "
    "The page therefore compares each posterior with the theory of its own data set.",
    "Appendix D quotes no error over data sets, so its points cannot be compared with ours in standard errors.",
)

MODULAR_ADDITION = (
    "The published eigenvalue λ = σ_a²⟨ΦΨ⟩ (also in equations 35 and 36) lacks a factor 4P². With the right one GMFL-II, in which every "
    "mode is a droplet, does not exist at the figure's parameters, and the discrepancy falls linearly, a = σ²/σ_I², all the way down.",
    "The figure's physics is nevertheless real: it is found with the right eigenvalue at rescaled parameters, given on this page.",
    "Equation 39 prints 8σ_a²a²P where 4σ_a²a²P² is meant (as the paper's own saddles require). Equation 41 prints the weight 4e^(−S): "
    "the phase volume and the pairing of k with P − k are missing, which shifts nothing visible at P = 401.",
    "The invariance of table 1 under a change of width holds for the printed eigenvalue only.",
    "The posterior at P = 401 itself is out of reach of any sampler; the two eigenvalues are told apart at P = 7 and 11, where the "
    "theory for infinite width still differs visibly from networks of width 400.",
)
