"""Distance irrelevance: ideal clocks and pizzas, noise, published networks, both logits."""

import numpy as np
import pytest

from spinodal.measures.fourier import distance_irrelevance, distance_irrelevance_null, variance_explained

P = 11
A, B = np.divmod(np.arange(P * P), P)
LABELS = (A + B) % P


def with_correct(q, p=P):
    """Logits whose correct one is q(a, b), and whose other ones are below it and equal."""
    a, b = np.divmod(np.arange(p * p), p)
    logits = np.full((p * p, p), q.min() - 1.0)
    logits[np.arange(p * p), (a + b) % p] = q
    return logits


def test_a_logit_of_the_sum_alone_is_one_and_of_the_distance_alone_zero():
    of_sum, of_distance = np.cos(2 * np.pi * (A + B) / P), np.abs(np.cos(np.pi * (A - B) / P))
    assert distance_irrelevance(with_correct(of_sum), P) == pytest.approx(1, rel=1e-12)
    assert distance_irrelevance(with_correct(of_distance), P) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("logit", ["correct", "max-wrong"])
@pytest.mark.parametrize("own", [False, True])
def test_it_is_the_double_loop_of_its_definition(logit, own):
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(P * P, P))
    labels = generator.integers(0, P, P * P) if own else LABELS
    q = {}
    for a in range(P):
        for b in range(P):
            row, y = logits[a * P + b], labels[a * P + b]
            q[a, b] = row[y] if logit == "correct" else max(value for c, value in enumerate(row) if c != y)
    spreads = [np.std([q[a, (a - d) % P] for a in range(P)]) for d in range(P)]
    expected = np.mean(spreads) / np.std(list(q.values()))
    found = distance_irrelevance(1e200 * logits, P, logit=logit, labels=labels if own else None)
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_null_is_the_mean_over_gaussian_logits():
    generator = np.random.default_rng(1)
    values = np.array([distance_irrelevance(generator.normal(size=(P * P, P)), P) for _ in range(1500)])
    assert abs(values.mean() - distance_irrelevance_null(P)) < 4 * values.std(ddof=1) / np.sqrt(1500)


@pytest.mark.parametrize("value", [0.0, 3.0, np.nan])
def test_a_constant_logit_is_undefined(value):
    assert np.isnan(distance_irrelevance(np.full((P * P, P), value), P))


@pytest.mark.parametrize(
    ("change", "words"),
    [({"prime": 21}, "odd prime"), ({"logit": "wrong"}, "logit"), ({"logits": np.zeros((P, P))}, "logits"), ({"labels": [1]}, "labels")],
)
def test_wrong_arguments_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        distance_irrelevance(**({"logits": np.zeros((P * P, P)), "prime": P} | change))


@pytest.mark.parametrize(("run", "correct", "wrong"), [("A", 0.17174, 0.22181), ("B", 0.84826, 0.88492), ("C", 0.72012, 0.81956)])
def test_published_networks_differ_by_the_logit_that_is_looked_at(clock_pizza, run, correct, wrong):
    """Of A the value for the correct logit is published; the others were measured on the released logits."""
    best, rival, where = (clock_pizza[f"{run}_{name}"] for name in ("correct", "wrong", "wrong_at"))
    logits = np.full((59**2, 59), min(best.min(), rival.min()) - 1.0)
    a, b = np.divmod(np.arange(59**2), 59)
    logits[np.arange(59**2), (a + b) % 59] = best
    logits[np.arange(59**2), where] = rival
    assert distance_irrelevance(logits, 59) == pytest.approx(correct, abs=6e-6)
    assert distance_irrelevance(logits, 59, logit="max-wrong") == pytest.approx(wrong, abs=6e-6)


@pytest.mark.parametrize("measure", [lambda z: distance_irrelevance(z, P), lambda z: variance_explained(z, P, (1, 2))])
def test_round_off_of_float32_is_no_signal(measure):
    logits = np.full((P * P, P), 3.7, np.float32)
    logits[::3] = np.nextafter(logits[::3], np.float32(4))
    assert np.isnan(measure(logits))
    assert np.isfinite(measure(logits.astype(np.float64)))
