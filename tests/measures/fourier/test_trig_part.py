"""Restricted and excluded loss and the variance explained: analytic logits, plain projectors, symmetries."""

import numpy as np
import pytest

from spinodal.measures.fourier import discrete_logarithms, excluded_loss, restricted_loss, variance_explained

P, KEYS = 11, (1, 3, 5)
A, B = np.divmod(np.arange(P * P), P)
LABELS = (A + B) % P


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def logits_of_waves(amplitudes, p=P):
    """sum_k A_k cos w_k (a + b - c)."""
    a, b = np.divmod(np.arange(p * p), p)
    turns = (a + b)[:, None] - np.arange(p)
    return sum(size * np.cos(2 * np.pi * k / p * turns) for k, size in amplitudes.items())


def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels])


def projected(logits, frequencies, p=P):
    """T by the vectors u_k and v_k over all pairs, as the definition reads."""
    n, found = np.arange(p), np.zeros_like(logits)
    for k in frequencies:
        cos, sin = (np.sqrt(2 / p) * f(2 * np.pi * k * n / p) for f in (np.cos, np.sin))
        u, v = (np.outer(cos, cos) - np.outer(sin, sin)) / np.sqrt(2), (np.outer(sin, cos) + np.outer(cos, sin)) / np.sqrt(2)
        for unit in (u.ravel(), v.ravel()):
            assert np.isclose(unit @ unit, 1)
            found += np.outer(unit, unit @ logits)
    return found


def test_waves_alone_are_all_that_restricted_keeps_and_excluded_takes():
    logits = logits_of_waves({1: 2.0, 3: 1.0, 5: 0.5})
    whole = cross_entropy(logits, LABELS)
    assert restricted_loss(logits, LABELS, P, KEYS) == pytest.approx(whole, rel=1e-12)
    assert restricted_loss(logits, LABELS, P, KEYS, bias_correction=False) == pytest.approx(whole, rel=1e-12)
    assert excluded_loss(logits, LABELS, P, KEYS) == pytest.approx(np.log(P), rel=1e-12)
    assert variance_explained(logits, P, KEYS) == pytest.approx(1, rel=1e-12)
    assert variance_explained(logits, P, (1,)) == pytest.approx(4 / 5.25, rel=1e-12)


@pytest.mark.parametrize("keys", [(1, 3, 5), (5,), (1, 2, 3, 4, 5)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_loss_is_that_of_plain_projectors(keys, dtype):
    logits = (logits_of_waves({1: 2.0, 4: 3.0}) + 2 * normal(0, P * P, P)).astype(dtype)
    wide = logits.astype(np.float64)
    trig = projected(wide, keys)
    mask = normal(1, P * P) > 0.5
    for chosen in (None, mask):
        kept = slice(None) if chosen is None else chosen
        corrected = (trig + (wide - trig).mean(axis=0))[kept]
        assert restricted_loss(logits, LABELS, P, keys, mask=chosen) == pytest.approx(cross_entropy(corrected, LABELS[kept]), rel=1e-12)
        plain = restricted_loss(logits, LABELS, P, keys, mask=chosen, bias_correction=False)
        assert plain == pytest.approx(cross_entropy(trig[kept], LABELS[kept]), rel=1e-12)
        assert excluded_loss(logits, LABELS, P, keys, mask=chosen) == pytest.approx(
            cross_entropy((wide - trig)[kept], LABELS[kept]), rel=1e-12
        )
        single = excluded_loss(logits, LABELS, P, keys, mask=chosen, per_frequency=True)
        assert single == pytest.approx({k: cross_entropy((wide - projected(wide, (k,)))[kept], LABELS[kept]) for k in keys}, rel=1e-12)
    expected = np.sum(trig**2) / np.sum((wide - wide.mean(axis=0)) ** 2)
    assert variance_explained(logits, P, keys) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("size", [300.0, 3e3, 1e6])
def test_large_logits_lose_nothing(size):
    """Beyond the underflow of exp(logits) the loss is a margin, and comes from another branch."""
    logits = size * (logits_of_waves({1: 1.0, 3: 0.8}) + 0.1 * normal(2, P * P, P))
    for keys in ((1,), (1, 3)):
        assert excluded_loss(logits, LABELS, P, keys) == pytest.approx(cross_entropy(logits - projected(logits, keys), LABELS), rel=1e-9)


def test_with_every_frequency_what_is_kept_is_what_depends_on_the_sum():
    table = normal(3, P, P)
    logits = table[LABELS]
    everything = range(1, (P - 1) // 2 + 1)
    assert variance_explained(logits, P, everything) == pytest.approx(1, rel=1e-12)
    assert restricted_loss(logits, LABELS, P, everything) == pytest.approx(cross_entropy(logits, LABELS), rel=1e-12)
    of_a_alone = table[A]
    assert variance_explained(of_a_alone, P, everything) == pytest.approx(0, abs=1e-12)


def test_without_frequencies_nothing_is_taken_away():
    logits = normal(4, P * P, P)
    assert excluded_loss(logits, LABELS, P, ()) == pytest.approx(cross_entropy(logits, LABELS), rel=1e-12)
    mean = np.broadcast_to(logits.mean(axis=0), logits.shape)
    assert restricted_loss(logits, LABELS, P, ()) == pytest.approx(cross_entropy(mean, LABELS), rel=1e-12)
    assert restricted_loss(logits, LABELS, P, (), bias_correction=False) == pytest.approx(np.log(P), rel=1e-12)
    assert excluded_loss(logits, LABELS, P, (), per_frequency=True) == {}
    assert variance_explained(logits, P, ()) == 0


def test_a_number_added_to_all_logits_of_a_pair_changes_no_loss():
    logits = normal(5, P * P, P)
    shifted = logits + 5 * normal(6, P * P, 1)
    for measure in (restricted_loss, excluded_loss):
        assert measure(shifted, LABELS, P, KEYS) == pytest.approx(measure(logits, LABELS, P, KEYS), rel=1e-12)


def test_relabelling_by_a_unit_moves_each_frequency_and_changes_no_loss():
    unit = 4
    logits = logits_of_waves({1: 2.0, 3: 1.0}) + normal(7, P * P, P)
    n = np.arange(P)
    moved = logits.reshape(P, P, P)[np.ix_(unit * n % P, unit * n % P, unit * n % P)].reshape(P * P, P)
    folded = [min(unit * k % P, -unit * k % P) for k in (1, 3)]
    for measure in (restricted_loss, excluded_loss):
        assert measure(moved, LABELS, P, folded) == pytest.approx(measure(logits, LABELS, P, (1, 3)), rel=1e-12)
        assert measure(moved, LABELS, P, (1, 3)) != pytest.approx(measure(logits, LABELS, P, (1, 3)), rel=1e-3)


def test_subtraction_is_addition_of_the_negative():
    logits = normal(8, P * P, P)
    other = logits.reshape(P, P, P)[:, -np.arange(P) % P].reshape(P * P, P)
    labels = (A - B) % P
    for measure in (restricted_loss, excluded_loss):
        expected = measure(other, LABELS, P, KEYS)
        assert measure(logits, labels, P, KEYS, operation="sub") == pytest.approx(expected, rel=1e-12)
    assert variance_explained(logits, P, KEYS, operation="sub") == pytest.approx(variance_explained(other, P, KEYS), rel=1e-12)


@pytest.mark.parametrize("operation", ["mul", "divide"])
def test_products_are_waves_in_the_discrete_logarithm(operation):
    """Logits sum_k A_k cos(2 pi k (log a +- log b - log c) / (p - 1)): everything is kept, and without it the p - 1 classes are alike."""
    powers = discrete_logarithms(P)
    logarithm = np.zeros(P, dtype=int)
    logarithm[powers] = np.arange(P - 1)
    a, b = (A, B) if operation == "mul" else (A[B > 0], B[B > 0])
    sign = 1 if operation == "mul" else -1
    turns = (logarithm[a] + sign * logarithm[b])[:, None] - logarithm
    logits = sum(size * np.cos(2 * np.pi * k / (P - 1) * turns) for k, size in {2: 3.0, 5: 1.0}.items())
    logits[:, 0] = -1e3  # the class 0 is never right where no factor is 0
    labels = a * b % P if operation == "mul" else powers[(logarithm[a] - logarithm[b]) % (P - 1)]
    inside = (a > 0) & (b > 0)
    expected = cross_entropy(logits[inside], labels[inside])
    assert restricted_loss(logits, labels, P, (2, 5), operation=operation) == pytest.approx(expected, rel=1e-9)
    assert excluded_loss(logits, labels, P, (2, 5), operation=operation) == pytest.approx(np.log(P - 1), rel=1e-9)
    assert variance_explained(logits, P, (2, 5), operation=operation) == pytest.approx(1, rel=1e-9)
    assert variance_explained(logits, P, (2,), operation=operation) == pytest.approx(0.5 * 9 / (0.5 * 9 + 1), rel=1e-9)


def test_discrete_logarithms_are_powers_of_one_generator():
    for prime in (3, 7, 11, 113):
        powers = discrete_logarithms(prime)
        assert sorted(powers) == list(range(1, prime))
        assert np.array_equal(powers[1:], powers[:-1] * powers[1] % prime)


def test_what_is_undefined_is_nan():
    logits = normal(9, P * P, P)
    nobody = np.zeros(P * P, dtype=bool)
    for broken in (np.nan, np.inf):
        bad = logits.copy()
        bad[3, 4] = broken
        bad[4, 3] = -broken
        assert np.isnan(restricted_loss(bad, LABELS, P, KEYS))
        assert np.isnan(excluded_loss(bad, LABELS, P, KEYS))
        assert np.isnan(variance_explained(bad, P, KEYS))
    assert np.isnan(restricted_loss(logits, LABELS, P, KEYS, mask=nobody))
    assert np.isnan(list(excluded_loss(logits, LABELS, P, KEYS, mask=nobody, per_frequency=True).values())).all()
    assert np.isnan(variance_explained(np.broadcast_to(normal(10, P), logits.shape), P, KEYS))
    assert np.isnan(variance_explained(np.zeros((P * P, P)), P, KEYS))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prime": 9}, "odd prime"), ({"logits": [[0.0], [0.0, 1.0]]}, "logits must have shape .* different lengths"),
        ({"logits": np.zeros((P, P))}, r"logits must have shape \(121, 11\).*got \(11, 11\)"),
        ({"logits": np.zeros((P * P, P + 1))}, "token '='"), ({"logits": np.zeros((P * P, P), dtype=complex)}, "logits must be real"),
        ({"labels": np.zeros(5, dtype=int)}, "labels must have shape"), ({"labels": np.zeros(P * P)}, "labels must be integers"),
        ({"labels": np.full(P * P, P)}, r"labels must be in 0\.\.10"), ({"frequencies": (6,)}, r"frequencies must be in 1\.\.5"),
        ({"frequencies": (0,)}, "frequencies"), ({"frequencies": (1, 1)}, "frequencies must differ"), ({"frequencies": 3}, "several"),
        ({"frequencies": (1.5,)}, "frequencies"), ({"mask": np.ones(3, dtype=bool)}, "mask must have shape"),
        ({"mask": np.ones(P * P)}, "mask must be booleans"), ({"operation": "plus"}, "operation"),
        ({"operation": "divide"}, r"logits must have shape \(110, 11\) \(logits on all pairs, row a \* \(prime - 1\) \+ b - 1, since"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("measure", [restricted_loss, excluded_loss])
def test_wrong_arguments_are_named(measure, change, words):
    given = {"logits": np.zeros((P * P, P)), "labels": LABELS, "prime": P, "frequencies": KEYS} | change
    with pytest.raises((ValueError, TypeError), match=words):
        measure(**given)


def test_products_with_a_factor_0_play_no_part():
    """They are outside the group: whatever a network says of them, neither the scale nor what is finite is theirs."""
    logits = normal(11, P * P, P)
    known = variance_explained(logits, P, KEYS, operation="mul")
    without = (np.arange(P * P) < P) | (np.arange(P * P) % P == 0)
    for other in (1e30, np.inf, np.nan):
        logits[without] = other
        assert variance_explained(logits, P, KEYS, operation="mul") == pytest.approx(known, rel=1e-12)
        assert np.isnan(variance_explained(logits, P, KEYS)) or other == 1e30


def test_half_precision_may_vary_by_a_few_units_in_the_last_place():
    """Logits of 10 that vary by 2 %: 20 units of float16, which round them; of 45 units nothing would be left."""
    exact = 10 + 0.2 * normal(12, P * P, P)
    stored = exact.astype(np.float16)
    assert variance_explained(stored, P, KEYS) == pytest.approx(variance_explained(exact, P, KEYS), rel=0.1)
    constant = np.full((P * P, P), 10.0).astype(np.float16)
    constant[::2] = np.nextafter(np.float16(10), np.float16(11))  # one unit is round-off
    assert np.isnan(variance_explained(constant, P, KEYS))
