"""The race alone: ten seeds decide what three cannot."""

import numpy as np
import pytest
import xarray

from spinodal.studies import prieto2025
from spinodal.studies.prieto2025 import race
from spinodal.studies.prieto2025.arms import RACING
from spinodal.studies.prieto2025.cell import SERIES

NEVER = np.nan
ARMS, SEEDS = race.SIZES["quick"]["arms"], 10


def made(perpgrad: list[float]) -> xarray.Dataset:
    """AdamW (0.1, 3) needs 100 updates, all others 400, PerpGrad as published what is given."""
    steps = np.full((SEEDS, len(ARMS)), 400.0)
    steps[:, ARMS.index("AdamW 0.1, decay 3")] = 100
    steps[:, ARMS.index("PerpGrad 0.01")] = perpgrad
    single = {"test_step": steps, "risen_step": steps, "train_step": steps / 2, "slingshot_step": np.full_like(steps, NEVER)}
    single |= {"last_step": np.nan_to_num(steps, nan=1000.0), "budget": np.full_like(steps, 1000.0)}
    series = {name: np.zeros((*steps.shape, 3)) for name in ("curve_step", *SERIES)}
    series["curve_step"] += [0.0, 50.0, 100.0]
    variables = {name: (("replica", "arm"), values) for name, values in single.items()}
    variables |= {name: (("replica", "arm", "look"), values) for name, values in series.items()}
    return xarray.Dataset(variables, coords={"replica": range(SEEDS), "arm": list(ARMS)})


def said(analysis) -> str:
    return " ".join(analysis.verdict)


def test_its_first_seeds_are_those_of_the_whole_study():
    """Same settings of a racing cell, so the same split, network and run."""
    whole = {(c.settings.arm, c.settings.replica): c.settings for c in prieto2025.sweep("quick", 3).cells()}
    alone = {(c.settings.arm, c.settings.replica): c.settings for c in race.sweep("quick", 3).cells()}
    shared = whole.keys() & alone.keys()
    assert {arm for arm, _ in shared} == set(ARMS)
    for place in shared:
        assert whole[place].problem("race") == alone[place].problem("race")
        assert whole[place].network_seed() == alone[place].network_seed()
        assert whole[place].shape("race") == alone[place].shape("race")
        assert whole[place].length("race") == alone[place].length("race")


def test_the_published_size_has_every_arm_of_the_race():
    assert {cell.settings.arm for cell in race.sweep("paper", 0).cells()} == set(RACING)


def test_ten_seeds_decide_against_a_tuned_baseline():
    judged = race.analyse(made([200.0] * SEEDS), "quick")
    assert "tuned on the other seeds in 0 of 10 seeds; its median updates over theirs, every choice resampled: 2 (95 %: 2 to 2)" in said(
        judged
    )
    assert "is sooner than AdamW 0.01, decay 1 in 10 of 10 seeds" in said(judged)
    (tuned,) = [row for row in judged.comparisons if "over those of AdamW with decay, tuned" in row.what]
    assert (tuned.obtained, tuned.verdict) == (2, "differs, to the other side")
    shares = {row.what: row.obtained for row in judged.comparisons}
    (within,) = [share for what, share in shares.items() if "generalise within 300 updates" in what]
    assert within == 1


def test_seeds_that_never_generalise_are_later_than_any_that_do():
    judged = race.analyse(made([50.0] * 7 + [NEVER] * 3), "quick")
    (tuned,) = [row for row in judged.comparisons if "over those of AdamW with decay, tuned" in row.what]
    assert (tuned.obtained, tuned.verdict) == (0.5, "not decided")
    assert "tuned on the other seeds in 7 of 10 seeds; its median updates over theirs, every choice resampled: 0.5 (95 %: 0.5 or" in said(
        judged
    )


def test_nothing_is_said_of_what_was_not_run():
    """No arm without decay is in the race: no word of collapse, no letters of claims that are not asked here."""
    judged = race.analyse(made([200.0] * SEEDS), "quick")
    assert "(d)" not in said(judged)
    assert "collaps" not in said(judged)
    assert [table.title for table in judged.tables] == ["The race"]
    assert not np.isnan([row.obtained for row in judged.comparisons]).any()


@pytest.mark.parametrize("picture", race.recipe.pictures, ids=lambda picture: picture.name)
def test_the_picture_is_drawn(picture):
    figure = picture.draw(race.analyse(made([50.0] * 7 + [NEVER] * 3), "quick").dataset)
    assert len(figure.axes[1].get_yticklabels()) == len(ARMS)
