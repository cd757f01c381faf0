"""Appendix D of arXiv:2310.03789: droplets appear as the network gets narrower, at n = 600 samples."""

from dataclasses import replace

import numpy as np
import xarray

from ...citations import RUBIN2024
from ...figures import rubin2024_appendix_d as figures
from ...sweeps import Study, Sweep
from ..averages import negative_log_density
from ..comparison import Comparison, tally
from ..recipe import Analysis, Picture, Recipe, sized_sweep
from . import teacher_student_theory as theory
from .errata import APPENDIX_D
from .teacher_student_average import against_corrected_theory, averaged, error_bars_mean, published_norms, worst_deviation
from .teacher_student_cell import BIN_EDGES, DIMS, EXECUTOR, QUICK, UNITS, TeacherStudentCell, group_key, run_cell

WIDTHS = (2800, 1400, 700)
DATA_SETS = {"quick": 1, "full": 10, "paper": 50}
FINE = np.unique(np.geomspace(500, 4000, 25).astype(int))
HURRY = {**QUICK, "draws": 330}  # of these trajectories three minutes have no more
BASE = {"samples": 600, "noise": 0.05, "cubic": -1.2, "readout_variance": 0.011, "turn": np.pi / 2}
REFERENCE = {  # b, c at WIDTHS, solved independently on a fine grid
    "mean": [(0.624100, -1.198541), (0.317324, -1.147884), (0.050454, -1.099721)],
    "exact": [(0.557446, -1.183697), (0.222583, -1.123776), (-0.034923, -1.075276)],
}
ALLOWED = {"linear_discrepancy": 0.05, "cubic_discrepancy": 0.05, "droplet_fraction": 0.01, "droplet_transverse_norm": 0.05}

study = Study(
    name="rubin2024-appendix-d",
    version=1,
    settings=TeacherStudentCell,
    run_cell=run_cell,
    group_key=group_key,
    dims=DIMS,
    units=UNITS,
    citation=RUBIN2024,
)


def sweep(size: str, seed: int) -> Sweep:
    """Three widths times as many data sets as the size has."""
    grid = {"data_seed": range(DATA_SETS[size]), "width": WIDTHS}
    hurry = HURRY if size == "quick" else {}
    return sized_sweep(study, size, seed, grid, {**BASE, **hurry})


def analyse(dataset: xarray.Dataset, size: str) -> Analysis:
    """Each posterior beside the theory of its own data set."""
    problem = TeacherStudentCell(**BASE).problem()
    found = dataset.assign_coords(
        transverse=list(theory.TRANSVERSE),
        width_fine=FINE,
        overlap=theory.OVERLAPS,
        bin=(BIN_EDGES[1:] + BIN_EDGES[:-1]) / 2,
    )
    problems = [replace(problem, width=int(width)) for width in found["width"].values]
    fine = theory.along([replace(problem, width=int(width)) for width in FINE], "width_fine")
    found = found.assign(fine).assign({name.replace("theory_", "theory_at_"): v for name, v in theory.along(problems, "width").items()})
    first = int(found["data_seed"].values[0])
    found = found.assign(theory.densities(problems, "width", first))
    found = found.assign(theory.of_data_sets(problems, "width", found["data_seed"].values.tolist())).assign(averaged(found))
    # Droplets of different data sets sit at different overlaps: an average density would be that of none
    here = found.sel(data_seed=[first])
    density = negative_log_density(here["overlap_counts"], here["overlap_total"], BIN_EDGES)
    found["posterior_negative_log_density"], found["posterior_negative_log_density_error"] = density
    comparisons = (
        *_theory_against_reference(found),
        *against_corrected_theory(found, "width", "N", ALLOWED),
        *published_norms(found, "width", "N", ALLOWED["droplet_transverse_norm"]),
    )
    return Analysis(found, comparisons, _verdict(found, comparisons), APPENDIX_D)


def _theory_against_reference(found: xarray.Dataset) -> list[Comparison]:
    if tuple(found["width"].values) != WIDTHS:
        return []
    names = ("theory_at_linear_discrepancy", "theory_at_cubic_discrepancy")
    return [
        Comparison(
            f"largest deviation of b and c at three widths, {transverse} r",
            0.0,
            worst_deviation(found, names, transverse, table),
            "independent solution",
            2e-6,
        )
        for transverse, table in REFERENCE.items()
    ]


def _verdict(found: xarray.Dataset, comparisons: tuple[Comparison, ...]) -> tuple[str, ...]:
    widest, narrowest = (found.sel(width=width) for width in (max(found["width"].values), min(found["width"].values)))
    fraction = [100 * float(here["posterior_droplet_fraction"]) for here in (widest, narrowest)]
    spread = (
        float(found["gram_linear_discrepancy"].sel(transverse="exact").std("data_seed").max()) if found.sizes["data_seed"] > 1 else np.nan
    )
    sentences = [
        f"As the width falls from {int(widest['width'])} to {int(narrowest['width'])} at n = {BASE['samples']}, "
        f"the share of neurons in droplets of the exact posterior goes from "
        f"{fraction[0]:.2f} % to {fraction[1]:.2f} %, and the linear discrepancy from "
        f"{float(widest['posterior_linear_discrepancy']):.3f} to {float(narrowest['posterior_linear_discrepancy']):.3f}.",
    ]
    loose = {int(n): int((found["converged"].sel(width=n).astype(float) == 0).sum()) for n in found["width"].values}
    if any(loose.values()):
        counts = ", ".join(f"{count} of {found.sizes['data_seed']} at N = {n}" for n, count in loose.items() if count)
        sentences.append(f"Posteriors whose chains have not converged: {counts}. Their means are in all averages, with too small an error.")
    if found.sizes["data_seed"] > 1:
        sentences.append(_each(found))
    if np.isfinite(spread):
        sentences.append(
            f"Data sets differ: in theory alone the linear discrepancy scatters by {spread:.3f} (one standard deviation) between them, "
            "so every posterior is compared with the theory of its own data set."
        )
    return (*sentences, f"{tally(comparisons)} {error_bars_mean(found.sizes['data_seed'])}")


def _each(found: xarray.Dataset) -> str:
    """How many data sets have the linear discrepancy of their own theory: misses of both signs may agree in the mean."""
    missed = abs(found["linear_discrepancy_mean"] - found["corrected_linear_discrepancy"])
    allowed = ALLOWED["linear_discrepancy"]
    near = ((missed <= allowed) | (missed <= 3 * found["linear_discrepancy_mcse"])).sum("data_seed")
    counts = ", ".join(f"{int(near.sel(width=n))} of {found.sizes['data_seed']} at N = {int(n)}" for n in found["width"].values)
    return (
        f"Data sets whose linear discrepancy is that of their own corrected theory, within {allowed:g} or three Monte Carlo errors: "
        f"{counts}. Below, means over data sets are compared, in which misses of both signs cancel."
    )


recipe = Recipe(
    name=study.name,
    question="Does narrowing an erf network at fixed data drive it into droplets, and how much of it is the single data set?",
    sweep=sweep,
    analyse=analyse,
    pictures=(
        Picture(
            "width",
            "Discrepancies and droplet fraction against width. Black points: exact posterior of each data set with its Monte Carlo error; "
            "hollow black ones: its chains have not converged. "
            "Hollow points beside them: theory with the Gram matrix of the same data set and all finite-size corrections.",
            figures.width,
        ),
        Picture(
            "data_sets",
            "Posterior against the corrected theory of the same data set. On the diagonal the two agree. Hollow: chains not converged.",
            figures.data_sets,
        ),
        Picture(
            "density",
            "Negative logarithm of the density of one neuron's overlap at three widths, for the first data set and with the theory of this "
            "data set. Points: exact posterior with one standard error from the chains; bins that no chain has entered are empty.",
            figures.density,
        ),
    ),
    executor=EXECUTOR,
)
