"""`sample` against reference posteriors, and its promises: same numbers, resumable, refusing in words."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from spinodal.problems import ModularAddition, TeacherStudent
from spinodal.sampling import HMC, Langevin, Stop, chains, sample
from spinodal.sampling.posteriors import posterior_of

SMALL = TeacherStudent(20, 80, 300, 0.2, -0.3, 0.5, 0.012)
TINY = TeacherStudent(5, 6, 40, 0.3, -0.3, 0.5, 0.1)
MODULAR = ModularAddition(7, 400, 1.3 / 400, 1 / (400 * 49), 0.3)
TABLE = ModularAddition(5, 40, 1.3 / 40, 1 / (40 * 25), 0.3)
FAST = {"chains": 2, "draws": 30, "warmup": 20}


def z_of(posterior, name, expected, error):
    return (posterior.scalars[name].mean() - expected) / np.hypot(posterior.monte_carlo_error[name], error)


@pytest.mark.parametrize(
    ("updates", "gradients"),
    [
        (0, "float32"),
        (0, "bfloat16"),
        pytest.param(2, "float32", marks=pytest.mark.slow),
        pytest.param(2, "bfloat16", marks=pytest.mark.slow),
    ],
)
def test_the_reference_posterior_of_a_small_network(updates, gradients):
    """Means of long chains of another sampler; the last digit printed is its error."""
    found = sample(SMALL, data_seed=5, sampler=HMC(neuron_updates=updates, gradients=gradients), draws=400, warmup=150)
    assert found.converged, found.message
    assert abs(z_of(found, "linear_discrepancy", 0.4859, 0.0005)) < 4
    assert abs(z_of(found, "cubic_discrepancy", -0.27587, 0.00005)) < 4
    assert abs(z_of(found, "droplet_fraction", 0.2591, 0.0005)) < 4
    assert found.linear_discrepancy.std() == pytest.approx(0.0229, rel=0.1)
    assert found.cubic_discrepancy.std() == pytest.approx(0.0026, rel=0.1)


def test_infinite_noise_gives_the_prior_back():
    problem = replace(TINY, noise=1e8)
    found = sample(problem, draws=1000, warmup=100)
    assert found.converged
    for values, expected in (
        (found.overlaps**2, 0.5 / 5),
        (found.transverse_norms, 0.5 * 4 / 5),
        (found.linear_discrepancy[..., None], 1.0),
        (found.cubic_discrepancy[..., None], -0.3),
    ):
        by_chain = values.mean(axis=2)
        error = by_chain.std() / np.sqrt(found.ess["linear_discrepancy"])
        assert abs(by_chain.mean() - expected) < 5 * error


@pytest.mark.slow
def test_adjusted_langevin_agrees_with_hmc_and_a_small_unadjusted_step_nearly_so():
    hmc = sample(TINY, draws=1500, warmup=200)
    mala = sample(TINY, draws=1500, warmup=200, sampler=Langevin(step_size=0.1, steps_per_draw=20, adjusted=True))
    ula = sample(TINY, draws=1500, warmup=200, sampler=Langevin(step_size=0.005, steps_per_draw=150))
    for other in (mala, ula):
        for name in hmc.scalars:
            z = (hmc.scalars[name].mean() - other.scalars[name].mean()) / np.hypot(
                hmc.monte_carlo_error[name], other.monte_carlo_error[name]
            )
            assert abs(z) < 4, name


def test_the_modular_posterior_agrees_with_the_reference():
    found = sample(MODULAR, draws=250, warmup=100)
    assert found.converged, found.message
    assert found.discrepancy.mean() == pytest.approx(0.716, abs=0.002)
    assert found.starts == ("prior", "planted", "prior", "planted")


def test_the_same_settings_give_the_same_bytes_on_one_thread_and_on_two(monkeypatch):
    first = sample(TINY, **FAST)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    second = sample(TINY, **FAST)
    assert first.overlaps.tobytes() == second.overlaps.tobytes()
    assert first.linear_discrepancy.tobytes() == second.linear_discrepancy.tobytes()
    assert not np.array_equal(first.overlaps, sample(TINY, **FAST, seed=1).overlaps)


@pytest.mark.slow
@pytest.mark.parametrize("problem", [TINY, TABLE], ids=["teacher and student", "modular addition"])
def test_all_chains_in_one_program_give_the_same_chains(problem):
    """Not to the bit: a batched product adds in another order."""
    settings = {"chains": 2, "draws": 3, "warmup": 0, "sampler": HMC(adapt=False, leapfrog_steps=3)}
    one, batch = (sample(problem, **settings, batching=batching) for batching in ("sequential", "vmap"))
    for name, draws in one.scalars.items():
        assert np.allclose(draws, batch.scalars[name], atol=1e-4), name


def test_a_scalar_that_never_varies_is_left_out_and_named():
    found = sample(TINY, draws=400, warmup=100, droplet_threshold=100.0)
    assert found.converged, found.message
    assert np.isnan(found.rhat["droplet_fraction"])
    assert "constant, so not judged: droplet_fraction" in found.message


def test_it_stops_when_the_target_is_reached_and_says_when_it_is_not():
    early = sample(TINY, stop=Stop(rhat=1.05, ess=100), draws=2000, warmup=100)
    assert early.linear_discrepancy.shape[1] < 2000
    assert min(early.ess.values()) > 100
    late = sample(TINY, stop=Stop(rhat=1.0001, ess=1e6), **FAST)
    assert "was not reached within draws=30" in late.message


def test_progress_goes_to_one_and_gradients_are_counted():
    told = []
    sampler = HMC(adapt=False, leapfrog_steps=5, neuron_updates=0)
    found = sample(TINY, **FAST, sampler=sampler, progress=lambda done, text: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1
    assert found.gradient_evaluations == 2 * (1 + 50 * 5)


@pytest.mark.parametrize("turn", [0.8, 1.6])
def test_with_neuron_updates_a_settled_trajectory_turns_by_the_angle_asked_for(turn):
    found = sample(TINY, chains=2, draws=2, warmup=20, sampler=HMC(turn=turn))
    assert found.leapfrog_steps == max(1, round(turn / found.step_size))


@pytest.mark.parametrize("unit", [True, False])
def test_auto_takes_bfloat16_where_it_pays_and_the_record_says_so(unit, monkeypatch):
    monkeypatch.setattr(chains, "multiplies_bfloat16", lambda: unit)
    full = TeacherStudent(150, 700, 3000, 0.2, -0.3, 0.5, 8 / 700)
    taken = {
        name: chains.settled(HMC(), posterior_of(problem), problem).gradients
        for name, problem in {"full": full, "small": SMALL, "quiet": replace(full, noise=0.01), "modular": MODULAR}.items()
    }
    assert taken == {"full": "bfloat16" if unit else "float32", "small": "float32", "quiet": "float32", "modular": "float32"}
    assert chains.settled(HMC(gradients="float32"), posterior_of(full), full).gradients == "float32"
    assert sample(TINY, chains=2, draws=2, warmup=0).settings["sampler"]["gradients"] == "float32"


def test_bfloat16_is_refused_where_the_posterior_has_no_such_gradient():
    with pytest.raises(ValueError, match="gradients='bfloat16' is for the posterior of a TeacherStudent, got a ModularAddition"):
        sample(MODULAR, sampler=HMC(gradients="bfloat16"), **FAST)


def test_what_cannot_be_believed_comes_back_as_a_record():
    alone = sample(TINY, chains=1, draws=5, warmup=0)
    assert not alone.converged
    assert "1 chain" in alone.message
    wild = sample(TINY, sampler=HMC(step_size=50.0, adapt=False), chains=2, draws=20, warmup=0)
    assert not wild.converged
    exploding = sample(replace(TINY, noise=1e-6), sampler=Langevin(step_size=50.0), chains=2, draws=20, warmup=0)
    assert not exploding.converged
    assert "not finite" in exploding.message


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"chains": 0}, "chains"),
        ({"draws": 0}, "draws"),
        ({"warmup": -1}, "warmup"),
        ({"seed": -1}, "seed"),
        ({"data_seed": 1.5}, "data_seed"),
        ({"sampler": "hmc"}, "sampler"),
        ({"droplet_threshold": -0.1}, "droplet_threshold"),
        ({"stop": 1.01}, "stop"),
        ({"batching": "gpu"}, "batching"),
        ({"resume": True}, "resume"),
    ],
)
def test_wrong_arguments_are_named(settings, name):
    with pytest.raises((ValueError, TypeError), match=name):
        sample(TINY, **settings)


def test_a_wrong_problem_is_named():
    with pytest.raises(TypeError, match="problem must be a TeacherStudent or ModularAddition, got str"):
        sample("rubin")  # pyright: ignore


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (lambda: HMC(step_size=0), "step_size"),
        (lambda: HMC(leapfrog_steps=0), "leapfrog_steps"),
        (lambda: HMC(leapfrog_steps=10**12), "leapfrog_steps"),
        (lambda: Langevin(steps_per_draw=10**12), "steps_per_draw"),
        (lambda: HMC(target_acceptance=1.0), "target_acceptance"),
        (lambda: HMC(adapt=1), "adapt"),
        (lambda: HMC(neuron_updates=-1), "neuron_updates"),
        (lambda: HMC(turn=0), "turn"),
        (lambda: HMC(gradients="float16"), "gradients"),
        (lambda: Langevin(step_size=float("nan")), "step_size"),
        (lambda: Langevin(steps_per_draw=0), "steps_per_draw"),
        (lambda: Stop(rhat=1.0), "rhat"),
    ],
)
def test_wrong_settings_are_named(settings, name):
    with pytest.raises((ValueError, TypeError), match=name):
        settings()


def test_a_problem_too_large_for_memory_is_refused_with_the_estimate():
    with pytest.raises(ValueError, match=r"needs about \d+\.\d GiB of memory and \d+\.\d GiB are free: lower width, samples"):
        sample(replace(TINY, samples=10_000_000, width=100_000))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("noise", "b", "c", "p"), [(0.2, 0.311, -0.2887, 0.017), (0.15, 0.2172, -0.2689, 0.0247), (0.1, 0.1186, -0.2398, 0.0257)]
)
def test_full_size_agrees_with_short_runs_of_another_sampler(noise, b, c, p):
    problem = TeacherStudent(150, 700, 3000, noise, -0.3, 0.5, 8 / 700)
    found = sample(problem, data_seed=0, draws=200, warmup=40, stop=Stop(1.02, 100))
    assert found.converged, found.message
    assert found.linear_discrepancy.mean() == pytest.approx(b, abs=0.01)
    assert found.cubic_discrepancy.mean() == pytest.approx(c, abs=0.003)
    assert found.droplet_fraction.mean() == pytest.approx(p, abs=0.004)


def test_the_first_chain_does_not_start_on_the_data_that_its_seed_draws(monkeypatch):
    """`default_rng([0, 0])` is the stream of `default_rng(0)`."""
    started, posterior = [], posterior_of(TINY)
    genuine = posterior.prior_start
    monkeypatch.setattr(posterior, "prior_start", lambda problem, rng: started.append(genuine(problem, rng)) or started[-1])
    sample(TINY, **FAST)
    inputs = TINY.draw(0).inputs.ravel()[: started[0].size]
    assert len(inputs) == started[0].size == 36
    assert abs(np.corrcoef(started[0], inputs)[0, 1]) < 0.6


def test_numbers_of_numpy_are_kept_as_plain_ones():
    sampler, stop = HMC(step_size=np.float32(0.1), leapfrog_steps=np.int64(3)), Stop(ess=np.float32(200))
    assert json.dumps([asdict(sampler), asdict(stop), asdict(Langevin(step_size=np.float64(0.1)))])


@pytest.mark.parametrize(
    ("draws", "stop", "says"),
    [(2000, Stop(rhat=10.0, ess=4, draws=8), "; tighten stop"), (64, Stop(rhat=1.0001, ess=1e6), "; raise draws=64 or warmup")],
)
def test_what_did_not_converge_is_told_what_held_it_back(draws, stop, says):
    found = sample(TINY, chains=2, draws=draws, warmup=20, stop=stop, sampler=HMC(neuron_updates=0))
    assert not found.converged
    assert says in found.message
    assert ("tighten" in found.message) != ("raise draws" in found.message)


def test_divergent_trajectories_are_counted_in_the_message():
    wild = sample(TINY, sampler=HMC(step_size=50.0, adapt=False), chains=2, draws=20, warmup=0)
    assert wild.divergences.sum() > 0
    assert wild.message.endswith(f"; {wild.divergences.sum()} divergent trajectories")


@pytest.mark.parametrize("adjusted", [False, True])
def test_langevin_has_no_fraction_of_energy(adjusted):
    found = sample(TINY, **FAST, sampler=Langevin(adjusted=adjusted))
    assert np.isnan(found.ebfmi).all()
    assert "E-BFMI" not in found.message
