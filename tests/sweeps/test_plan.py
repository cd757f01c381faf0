"""The plan: equal for everybody, whatever is stored."""

from spinodal import sweeps
from spinodal.sweeps.plan import make_plan


def hash_of(**given):
    return make_plan(sweeps.Sweep("selftest", **given)).hash


def test_planning_twice_gives_equal_plans_and_the_order_of_fields_does_not_matter():
    grid = {"index": range(5), "seed": [0, 1]}
    first = hash_of(grid=grid, base={"size": 3, "sleep": 0.5})
    assert first == hash_of(grid=grid, base={"sleep": 0.5, "size": 3})
    assert first != hash_of(grid={"seed": [0, 1], "index": range(5)}, base={"size": 3, "sleep": 0.5})
    assert first != hash_of(grid=grid, base={"size": 3, "sleep": 0.5}, run={"block": 2})


def test_names_and_executors_are_no_part_of_it():
    assert hash_of(name="one", run={"executor": "processes", "retries": 5}) == hash_of()


def test_cells_are_sorted_stably_by_group_and_each_group_is_cut_into_blocks():
    plan = make_plan(sweeps.Sweep("selftest", {"index": range(5), "size": [7, 3]}, run={"block": 2}))
    assert plan.order.tolist() == [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    assert [(b.group, b.start, b.stop) for b in plan.blocks] == [(0, 0, 2), (0, 2, 4), (0, 4, 5), (1, 5, 7), (1, 7, 9), (1, 9, 10)]


def test_block_size_by_default():
    sizes = [make_plan(sweeps.Sweep("selftest", {"index": range(n)})).block for n in (1, 1024, 1025, 5000)]
    assert sizes == [1, 1, 2, 5]


def test_settings_of_a_position_are_those_of_its_cell():
    sweep = sweeps.Sweep("selftest", {"index": [4, 2], "seed": range(3), "size": [1, 5]}, {"sleep": 0.25})
    plan = make_plan(sweep)
    for cell in sweep.cells():
        assert sweep.record.settings(**plan.settings(cell.position)) == cell.settings
        assert plan.keys[cell.position] == cell.key
