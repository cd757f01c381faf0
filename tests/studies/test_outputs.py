"""Seeds of cells come from their settings."""

from spinodal.studies.outputs import derived_seed


def test_seeds_of_cells_differ_in_every_word():
    assert len({derived_seed(0, 0, 0.1), derived_seed(0, 1, 0.1), derived_seed(1, 0, 0.1), derived_seed(0, 0, 0.15)}) == 4
    assert derived_seed(0, 0, 0.1) == derived_seed(0, 0, 0.1)
