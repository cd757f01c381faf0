"""Settings of a run: what is refused, what a level means, what a record says of them."""

import numpy as np
import pytest

from spinodal.problems import ModularArithmetic, RandomTeacher, SymbolAddition
from spinodal.training import AdamW, PerGroup, Run, initial_parameters, train
from spinodal.training import run as host
from spinodal.training.losses import cross_entropy, stablemax
from spinodal.training.networks import QuadraticMLP
from spinodal.training.settings import Schedule
from spinodal.training.trajectory import first_crossing

SMALL = SymbolAddition(symbols=5, training_pairs=10, hidden_widths=(16, 16), template_dim=4)
FAST = PerGroup(AdamW(1e-2), AdamW(1e-2))


def test_a_norm_value_without_a_norm_to_keep_is_refused():
    with pytest.raises(ValueError, match=r"norm_value=2.0 needs norm='fixed' or 'fixed-matrices', got norm='free'"):
        train(SMALL, optimizer=FAST, steps=10, norm_value=2.0)
    with pytest.raises(ValueError, match=r"norm_value must be finite and > 0, got -1.0"):
        train(SMALL, optimizer=FAST, steps=10, norm="fixed", norm_value=-1.0)


@pytest.mark.parametrize("name", ["norm_value", "initial_scale"])
def test_a_norm_that_float32_makes_0_is_refused(name):
    """It was trained at norm 0 to the end, as if that were a result."""
    with pytest.raises(ValueError, match=f"{name} must be at least 1.2e-38, the least number of float32, got 1e-50"):
        train(SMALL, optimizer=FAST, steps=10, norm="fixed", **{name: 1e-50})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"steps": 15}, "steps must be a multiple of every=10"),
        ({"every": 0}, "every must be an integer >= 1"),
        ({"stop_at": 1.5}, "stop_at must be an accuracy"),
        ({"optimizer": 0.1}, "optimizer must be an optimiser of spinodal.training.optimizers"),
        ({"batch": 11}, "batch must be at most the 10 training rows"),
        ({"norm": "frozen"}, "norm must be one of"),
        ({"initial_scale": -1.0}, "initial_scale must be"),
        ({"measures": ("weight_nrm",)}, "nearest: weight_norm"),
        ({"checkpoint_every": 7}, "checkpoint_every must be a multiple"),
        ({"checkpoint_every": (10, 25)}, "checkpoint_every must hold multiples of every=10 up to steps=.*, got 25"),
        ({"parameters": {"embedding": np.zeros((5, 1))}}, "parameters must have the shapes"),
        ({"loss_dtype": "float16"}, "loss_dtype must be one of"),
    ],
)
def test_a_wrong_call_says_what_to_do(change, why):
    with pytest.raises((ValueError, TypeError), match=why):
        train(SMALL, **{"steps": 20, **change})


def test_what_can_not_be_trained_is_refused_by_name():
    with pytest.raises(TypeError, match="SymbolAddition"):
        train(object())
    table = ModularArithmetic(5)
    for wrong in (QuadraticMLP, "relu"):
        with pytest.raises(TypeError, match=r"network must be one of spinodal.training.networks, such as QuadraticMLP\(\), got"):
            train(table, network=wrong)
    with pytest.raises(TypeError, match=r"loss must be a function of spinodal.training.losses, .* got 'stablemax'"):
        train(table, loss="stablemax")
    with pytest.raises(TypeError, match=r"optimizer must be an optimiser of spinodal.training.optimizers, .* got <class"):
        train(table, optimizer=AdamW)
    with pytest.raises(ValueError, match="give optimizer=AdamW"):
        train(RandomTeacher(), optimizer=PerGroup(), steps=10)


def test_steps_to_keep_are_numbers_or_arrays_of_numpy_too():
    run = {"optimizer": FAST, "steps": 40, "every": 10}
    assert list(train(SMALL, **run, checkpoint_every=np.int64(20)).checkpoints) == [0, 20, 40]
    assert list(train(SMALL, **run, checkpoint_every=np.array([10, 40])).checkpoints) == [10, 40]
    assert list(train(SMALL, **run, checkpoint_every=np.array(20)).checkpoints) == [0, 20, 40]


def test_settings_tell_one_run_from_another():
    one, other = (train(SMALL, optimizer=FAST, steps=10, stop_at=level).settings for level in (None, 0.9))
    assert one != other
    assert one | {"stop_at": 0.9} == other
    table, network = ModularArithmetic(5, train_fraction=0.5), QuadraticMLP(4)
    found = [train(table, network=network, loss=loss, steps=10).settings["criterion"] for loss in (cross_entropy, stablemax)]
    assert found[0] != found[1]
    given = train(SMALL, optimizer=FAST, steps=10, parameters=initial_parameters(SMALL, seed=3))
    assert given.settings["parameters_given"]


def test_nine_of_ten_is_a_level_of_nine_tenths_in_every_type():
    """Accuracies are float32, where 9/10 is below the float64 number."""
    steps, accuracies = np.array([0, 10, 20]), np.array([0.1, 0.5, 0.9], np.float32)
    for level in (0.9, np.float64(0.9), np.float32(0.9)):
        assert first_crossing(steps, accuracies, level) == 20
        schedule = Schedule(20, 10, level, None, level, None)
        assert host.both_crossed(host.Log(records=[dict.fromkeys(host.ACCURACIES, accuracies)]), schedule.stop_at)
    with pytest.raises(ValueError, match="level must be a finite number, got nan"):
        train(SMALL, optimizer=FAST, steps=10).crossing("test_accuracy", float("nan"))


@pytest.mark.parametrize(
    ("problem", "change", "why"),
    [
        (SMALL, {"network": QuadraticMLP()}, "network must be a EmbeddingDecoder, got QuadraticMLP"),
        (RandomTeacher(), {"network": QuadraticMLP()}, "network must be a MLP, got QuadraticMLP"),
        (SMALL, {"loss": cross_entropy}, r"loss can't be chosen where .*loss='regression'\): take loss='classification'"),
        (SMALL, {"seed": 2**63}, "seed must be below"),
        (SMALL, {"parameters": 5}, "parameters must be a Mapping, got int"),
    ],
)
def test_what_does_not_fit_the_problem_is_refused(problem, change, why):
    with pytest.raises((ValueError, TypeError), match=why):
        train(problem, steps=10, **change)


def test_a_group_of_no_optimizer_is_refused():
    with pytest.raises(TypeError, match=r"decoder must be an optimiser .* got 'adam'"):
        PerGroup(AdamW(), "adam")


def test_integers_of_numpy_are_plain_ones_in_the_settings():
    found = train(
        SMALL, optimizer=FAST, steps=20, seed=np.int32(3), checkpoint_every=np.array([0, 20]), measure_every=np.int64(10)
    ).settings
    assert [type(found[name]) for name in ("seed", "measure_every", "checkpoint_every")] == [int, int, tuple]
    assert type(Run(SMALL, seed=np.int32(3)).seed) is int
