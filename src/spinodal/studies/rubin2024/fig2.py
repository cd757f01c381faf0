"""Figure 2 of arXiv:2310.03789: droplets appear in a teacher-student network as the noise falls."""

import numpy as np
import xarray

from ...citations import RUBIN2024
from ...figures import rubin2024_fig2 as figures
from ...problems import TeacherStudent
from ...report import Table
from ...sweeps import Study, Sweep
from ..comparison import Comparison, allowance, tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from . import teacher_student_theory as theory
from .errata import TEACHER_STUDENT
from .teacher_student_average import (
    NAMES,
    against_corrected_theory,
    averaged,
    error_bars_mean,
    published_norms,
    worst_deviation,
)
from .teacher_student_cell import BIN_EDGES, DIMS, EXECUTOR, QUICK, SCALARS, THRESHOLD, UNITS, TeacherStudentCell, group_key, run_cell

NOISES = (0.1, 0.15, 0.2, 0.25, 0.3)
QUICK_NOISES = (0.1, 0.2, 0.3)  # below, at and above the transition
DATA_SETS = {"quick": 1, "full": 10, "paper": 50}
SCALES = (1 / 8, 1 / 2, 1.0, 2.0)  # alpha = beta of the paper
SURE = 3.0  # standard errors
FINE = np.round(np.linspace(0.08, 0.32, 49), 6)

REFERENCE = {  # b, c, P(|q| > 0.4) at NOISES, solved independently on a fine grid
    "mean": [
        (0.125943, -0.247108, 0.027514),
        (0.224492, -0.281447, 0.026126),
        (0.314353, -0.292402, 0.011178),
        (0.396333, -0.294841, 0.003950),
        (0.473161, -0.296182, 0.001450),
    ],
    "exact": [
        (0.112402, -0.229984, 0.025014),
        (0.210622, -0.263602, 0.023474),
        (0.304144, -0.287128, 0.017110),
        (0.389177, -0.293819, 0.006587),
        (0.466791, -0.295742, 0.002301),
    ],
}
TRANSITIONS = {"mean": (0.19066, 0.178719), "exact": (0.23339, 0.217099)}  # spinodal, degeneracy; infinite size
DATA_SET_0 = {
    0.2: (0.311, -0.2887, 0.0170),
    0.15: (0.2172, -0.2689, 0.0247),
    0.1: (0.1186, -0.2398, 0.0257),
}  # short runs of another sampler
ALLOWED = {"linear_discrepancy": 0.01, "cubic_discrepancy": 0.01, "droplet_fraction": 0.003, "droplet_transverse_norm": 0.02}

study = Study(
    name="rubin2024-fig2",
    version=1,
    settings=TeacherStudentCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=RUBIN2024,
)


def sweep(size: str, seed: int) -> Sweep:
    """Five noises (three if quick) times as many data sets as the size has."""
    grid = {"data_seed": range(DATA_SETS[size]), "noise": QUICK_NOISES if size == "quick" else NOISES}
    return sized_sweep(study, size, seed, grid, QUICK if size == "quick" else None)


def scaled(problem: TeacherStudent, scale: float) -> TeacherStudent:
    """The problem with alpha = beta = `scale`: N -> beta N, d -> sqrt(beta) d, n -> alpha n, sigma_a^2 -> sigma_a^2 / sqrt(beta)."""
    return TeacherStudent(
        round(problem.input_dim * scale**0.5),
        round(problem.width * scale),
        round(problem.samples * scale),
        problem.noise,
        problem.cubic,
        problem.weight_variance,
        problem.readout_variance / scale**0.5,
    )


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Theory beside the posterior, and both beside the published and the reference numbers."""
    problem = TeacherStudentCell().problem()
    noises = dataset["noise"].values
    found = dataset.assign_coords(
        transverse=list(theory.TRANSVERSE),
        criterion=list(theory.CRITERIA),
        noise_fine=FINE,
        overlap=theory.OVERLAPS,
        scale=list(SCALES),
        bin=(BIN_EDGES[1:] + BIN_EDGES[:-1]) / 2,
    )
    found = found.assign(theory.curves(problem, FINE, "noise_fine")).assign(theory.infinite_size(problem, FINE, "noise_fine"))
    at_points = theory.curves(problem, noises, "noise")
    found = found.assign({name.replace("theory_", "theory_at_"): value for name, value in at_points.items()})
    problems = [theory.at_noise(problem, noise) for noise in noises]
    found = found.assign(theory.densities(problems, "noise")).assign(theory.transitions(problem, found, "noise_fine"))
    found = found.assign(theory.droplet_norms([theory.at_noise(problem, noise) for noise in FINE], "noise_fine"))
    found = found.assign(theory.of_data_sets(problems, "noise", found["data_seed"].values.tolist()))
    scales = [theory.curves(scaled(problem, scale), FINE, "noise_fine")["theory_linear_discrepancy"][1] for scale in SCALES]
    found["scale_linear_discrepancy"] = (("scale", "transverse", "noise_fine"), np.array(scales))
    found = found.assign(averaged(found))
    comparisons = (
        *_theory_against_reference(found),
        *against_corrected_theory(found, "noise", "σ²", ALLOWED),
        *published_norms(found, "noise", "σ²", ALLOWED["droplet_transverse_norm"]),
        *_posterior_against_runs(found),
    )
    return Analysis(found, comparisons, _verdict(found, comparisons), TEACHER_STUDENT, (_transition_table(found),))


def _theory_against_reference(found: xarray.Dataset) -> list[Comparison]:
    onset = float(found["transition_noise"].sel(transverse="mean", criterion="degeneracy"))
    quoted = "quoted in arXiv:2310.03789"
    rows = [
        Comparison("onset σ², theory as published", 0.18, onset, quoted, tolerance=0.005),
        Comparison("onset u = n²σ_a²/(σ⁴dN), theory as published", 30.2, _coupling(onset), quoted, tolerance=0.6),
    ]
    for transverse, values in TRANSITIONS.items():
        for criterion, value in zip(("spinodal", "degeneracy"), values, strict=True):
            obtained = float(found["transition_noise"].sel(transverse=transverse, criterion=criterion))
            rows.append(Comparison(f"{criterion} σ² at infinite size, {transverse} r", value, obtained, "independent solution", 1e-5))
    if found.sizes["noise"] == len(NOISES):
        for transverse, table in REFERENCE.items():
            worst = worst_deviation(found, tuple(f"theory_at_{name}" for name in SCALARS), transverse, table)
            rows.append(
                Comparison(f"largest deviation of b, c, P at five noises, {transverse} r", 0.0, worst, "independent solution", 2e-6)
            )
    return rows


def _posterior_against_runs(found: xarray.Dataset) -> list[Comparison]:
    if 0 not in found["data_seed"].values:
        return []
    rows = []
    for noise, values in DATA_SET_0.items():
        if noise in found["noise"].values:
            cell = found.sel(noise=noise, data_seed=0)
            for name, expected in zip(SCALARS, values, strict=True):
                what = f"posterior {NAMES[name]}, σ² = {noise:g}, data set 0"
                obtained, error = float(cell[f"{name}_mean"]), float(cell[f"{name}_mcse"])
                within = allowance(ALLOWED[name], expected) if name == "droplet_fraction" else ALLOWED[name]
                rows.append(Comparison(what, expected, obtained, "short runs of another sampler", within, error))
    return rows


def _verdict(found: xarray.Dataset, comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    onset = {t: float(found["transition_noise"].sel(transverse=t, criterion="degeneracy")) for t in theory.TRANSVERSE}
    return (
        _droplets_appear(found),
        f"{_norm_inside(found)} With r integrated the theory's onset at infinite size moves from σ² = {onset['mean']:.4f} "
        f"(the paper: 0.18) to {onset['exact']:.4f}.",
        f"{tally(comparisons)} {error_bars_mean(found.sizes['data_seed'])}",
    )


def _droplets_appear(found: xarray.Dataset) -> str:
    lowest, highest = float(found["noise"].min()), float(found["noise"].max())
    names = ("posterior_droplet_fraction", "posterior_droplet_fraction_error")
    (few, few_error), (many, many_error) = ([100 * float(found[name].sel(noise=s)) for name in names] for s in (highest, lowest))
    rises = many - few > SURE * np.hypot(few_error, many_error)
    apart = [second_maximum(found.sel(noise=s)) for s in (highest, lowest)]
    answer = "Yes" if rises and apart == [False, True] else "In part" if rises or apart[1] else "No"
    return (
        f"{answer}: as the noise falls from {highest:g} to {lowest:g}, the share of neurons in droplets of the exact posterior goes from "
        f"{few:.2f} ± {few_error:.1g} % to {many:.2f} ± {many_error:.1g} %. The density of the overlap has "
        f"{'a second' if apart[0] else 'no second'} maximum, beyond |q| = {THRESHOLD:g}, at σ² = {highest:g} and "
        f"{'one' if apart[1] else 'none'} at σ² = {lowest:g}."
    )


def second_maximum(at_noise: xarray.Dataset) -> bool:
    """Whether -log p(q) has a minimum beyond the droplets' threshold below the largest value on the way there, by `SURE` errors.

    A bin on the way that no chain has entered is higher than any.
    """
    action, error = (at_noise[f"posterior_negative_log_density{end}"].values for end in ("", "_error"))
    outside = at_noise["bin"].values > THRESHOLD
    if not np.isfinite(action[outside]).any():
        return False
    least = int(np.nanargmin(np.where(outside, action, np.nan)))
    way = action[:least]
    if np.isnan(way).any():
        return True
    top = int(np.argmax(way))
    return bool(way[top] - action[least] > SURE * np.hypot(error[top], error[least]))


def _norm_inside(found: xarray.Dataset) -> str:
    lowest = float(found["noise"].min())
    r, error = (float(found[f"posterior_droplet_transverse_norm{end}"].sel(noise=lowest)) for end in ("", "_error"))
    if not np.isfinite(r):
        return f"No neuron was in a droplet at σ² = {lowest:g}: r there is not known."
    published = TeacherStudentCell().weight_variance
    judged = "is not exact" if abs(r - published) > SURE * error else "is not contradicted"
    inside = f"inside the droplets r = {r:.3f} ± {error:.1g} at σ² = {lowest:g}"
    return f"The published approximation r = σ_w² = {published:g} {judged}: {inside}."


def _transition_table(found: xarray.Dataset) -> Table:
    meaning = {
        "spinodal": "infinite size: below it an outer saddle exists",
        "degeneracy": "infinite size: the outer saddle is as deep as the centre (GFL to GMFL-I)",
        "finite-size minimum": "d = 150: the density of one neuron gets an outer maximum",
    }
    noises = found["transition_noise"]
    rows = [(c, *(float(noises.sel(criterion=c, transverse=t)) for t in theory.TRANSVERSE), meaning[c]) for c in theory.CRITERIA]
    return Table("Where the transition is, by each criterion", ("criterion", "σ², as published", "σ², r integrated", "meaning"), rows)


def _coupling(noise: float) -> float:
    p = TeacherStudentCell().problem()
    return p.samples**2 * p.readout_variance / (noise**2 * p.input_dim * p.width)


recipe = Recipe(
    name=study.name,
    question="Do droplets appear in an erf network of the paper's own size as the noise falls, and where the theory says?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "density",
            "Negative logarithm of the density of one neuron's overlap q = w·w*, at five noises. Points: exact posterior, with one "
            "standard error from chains and data sets; bins that no chain has entered are empty. The outer minimum is the droplet.",
            figures.density,
        ),
        Picture(
            "discrepancies",
            "What is not yet learned of the linear (b) and the cubic (c) part of the target. Below: what is left after "
            "subtracting the theory with r integrated. Above: where the transition is by each criterion; squares as published, diamonds "
            "with r integrated.",
            figures.discrepancies,
        ),
        Picture(
            "droplets",
            "(a) Share of neurons with |q| > 0.4. (b) |w⊥|² of these neurons, which the published theory fixes at σ_w² = 0.5; lines: "
            "theory of the same neurons, whether or not they form droplets. Above: the transition by each criterion.",
            figures.droplets,
        ),
        Picture(
            "scales",
            "The linear discrepancy at the paper's scales α = β (theory only) on the way to infinite size: the transition sharpens slowly.",
            figures.scales,
        ),
    ),
    executor=EXECUTOR,
)
