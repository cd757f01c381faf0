"""`spinodal measure information`: every kind of file, one sentence for what is wrong, one JSON object."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from spinodal.cli import main
from spinodal.measures import information


def layer(seed=0, samples=80, units=6):
    return np.maximum(np.random.default_rng(seed).standard_normal((samples, units)), 0)


@pytest.fixture
def archive(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("run.npz", hidden=layer(), other=layer(1).astype(np.float32), bias=np.zeros(6))
    return "run.npz"


def measured(capsys, *words):
    code = main(["measure", "information", *words])
    found = capsys.readouterr()
    return code, found.out, found.err


def test_json_is_one_object_with_what_python_gives(archive, capsys):
    code, out, err = measured(capsys, archive, "--json", "--shuffles", "5", "--seed", "3")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert list(found) == ["file", "unit", "ties", "arrays"]
    assert (found["file"], found["unit"], found["ties"]) == ("run.npz", "nats", "average")
    assert [row["name"] for row in found["arrays"]] == ["hidden", "other"]
    row, x = found["arrays"][0], layer()
    assert list(row) == [
        "name", "samples", "variables", "dead", "tied_share",
        "total_correlation", "dual_total_correlation", "o_information", "s_information", "bias", "null",
    ]  # fmt: skip
    assert (row["samples"], row["variables"], row["dead"]) == (80, 6, 0)
    assert row["tied_share"] == pytest.approx((x == 0).mean())
    assert row["o_information"] == information.o_information(information.copula_correlation(x))
    assert row["bias"]["o_information"] == information.bias(6, 80).o_information
    assert row["null"] == information.null(x, 5, seed=3).quantiles.tolist()


def test_dead_units_are_counted_and_left_out(capsys, tmp_path):
    x = layer()
    x[:, 2] = 0
    np.save(tmp_path / "x.npy", x)
    _, out, _ = measured(capsys, str(tmp_path / "x.npy"), "--json")
    (row,) = json.loads(out)["arrays"]
    assert (row["variables"], row["dead"]) == (6, 1)
    assert row["bias"]["o_information"] == information.bias(5, 80).o_information


def test_table_says_which_sign_is_synergy(archive, capsys):
    code, out, _ = measured(capsys, archive, "--ties", "ordinal", "--clusters", "3", "--mode", "blocks")
    assert code == 0
    assert "hidden" in out
    assert "O < 0: synergy" in out
    assert "ties ordinal" in out
    assert "unions of 3 clusters, blocks" in out


def test_clusters_are_those_of_python(archive, capsys):
    _, out, _ = measured(capsys, archive, "--json", "--clusters", "3")
    row, expected = json.loads(out)["arrays"][0], information.cluster_unions(layer(), 3)
    assert (row["synergy"], row["redundancy"]) == (expected.synergy, expected.redundancy)
    assert (row["clusters"], row["mode"], row["synergy_size"]) == (3, "neurons", expected.synergy_size)


def test_safetensors_are_read(capsys, tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    numpy.save_file({"hidden": layer(), "half": layer(1).astype(np.float16), "bias": np.zeros(3)}, tmp_path / "m.safetensors")
    code, out, _ = measured(capsys, str(tmp_path / "m.safetensors"), "--json")
    rows = {row["name"]: row for row in json.loads(out)["arrays"]}
    assert code == 0
    assert set(rows) == {"hidden", "half"}
    assert rows["hidden"]["o_information"] == information.o_information(information.copula_correlation(layer()))


@pytest.mark.slow  # imports PyTorch
def test_bfloat16_of_pytorch_is_read(capsys, tmp_path):
    torch, save = pytest.importorskip("torch"), pytest.importorskip("safetensors.torch").save_file
    save({"h": torch.tensor(layer()).bfloat16()}, tmp_path / "m.safetensors")
    code, out, _ = measured(capsys, str(tmp_path / "m.safetensors"), "--json")
    x = torch.tensor(layer()).bfloat16()
    assert code == 0
    assert json.loads(out)["arrays"][0]["o_information"] == information.o_information(information.copula_correlation(x))


def test_an_array_that_cannot_be_judged_does_not_hide_the_others(capsys, tmp_path):
    np.savez(tmp_path / "x.npz", good=layer(), few=layer(2, 4, 4), twins=np.repeat(layer(3, 50, 1), 2, axis=1))
    code, out, err = measured(capsys, str(tmp_path / "x.npz"), "--json")
    good, few, twins = json.loads(out)["arrays"]
    assert code == 3
    assert good["o_information"] is not None
    assert "message" not in good
    assert few["o_information"] is None
    assert "at least 6 rows" in few["message"]
    assert "ridge" in twins["message"]
    assert err.count("\n") == 2


def test_copies_are_judged_with_a_ridge(capsys, tmp_path):
    np.save(tmp_path / "x.npy", np.repeat(layer(3, 50, 1), 3, axis=1))
    code, out, _ = measured(capsys, str(tmp_path / "x.npy"), "--json", "--ridge", "0.1")
    assert code == 0
    assert json.loads(out)["arrays"][0]["o_information"] > 0


def write_bad_files():
    np.save("nan.npy", np.full((9, 2), np.nan))
    np.save("flat.npy", np.ones((9, 2)))
    np.save("text.npy", np.array([["a", "b"]]))
    np.save("complex.npy", np.ones((9, 2), complex))
    np.save("line.npy", np.ones(9))
    np.save("objects.npy", np.array([[{}]]), allow_pickle=True)
    np.save("record.npy", np.zeros((3, 3), dtype=[("a", float)]))
    np.save("empty2d.npy", np.zeros((0, 4)))
    np.savez("nothing.npz")
    for name in ("junk.npy", "junk.npz", "junk.safetensors"):
        with open(name, "wb") as file:
            file.write(b"PK\x03\x04 not an array")
    open("void.npy", "wb").close()
    with open("huge.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**6)})
    with zipfile.ZipFile("inside.npz", "w") as file:
        file.writestr("a.npy", b"\x93NUMPY junk")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "FILE is missing"),
        (["gone.npy"], "no such file: 'gone.npy'"),
        (["x.txt"], "must end in .npz, .npy or .safetensors, got 'x.txt'"),
        (["nan.npy"], "got 18 values that are NaN or infinite"),
        (["flat.npy"], "2 constant columns"),
        (["text.npy"], "real numbers"),
        (["complex.npy"], "complex numbers have no rank"),
        (["line.npy"], "no 2-D array"),
        (["record.npy"], "no 2-D array"),
        (["objects.npy"], "cannot be read as .npy without pickle"),
        (["empty2d.npy"], "must not be empty"),
        (["nothing.npz"], "no 2-D array"),
        (["junk.npy"], "cannot be read"),
        (["junk.npz"], "cannot be read"),
        (["inside.npz"], "cannot be read"),
        (["junk.safetensors"], "cannot be read"),
        (["void.npy"], "cannot be read"),
        (["huge.npy"], "cannot be read"),
        (["ok.npy", "--shuffles", "0"], "--shuffles must be an integer >= 1, got 0"),
        (["ok.npy", "--clusters", "1"], "--clusters must be an integer >= 2, got 1"),
        (["ok.npy", "--clusters", "30"], "--clusters must be at most 20, got 30"),
        (["ok.npy", "--clusters", "7"], "clusters must be within 2..6"),
        (["ok.npy", "--ties", "avrage"], "--ties"),
        (["ok.npy", "--seed", "-1"], "--seed must be an integer >= 0, got -1"),
        (["ok.npy", "--ridge", "nan"], "--ridge must be a finite number"),
        (["ok.npy", "--tise", "average"], "nearest: --ties"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_sentence(words, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_bad_files()
    np.save("ok.npy", layer())
    code, out, err = measured(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("spinodal: ")
    assert err.count("\n") == 1
    assert says in err


def test_a_folder_is_no_file(capsys, tmp_path):
    (tmp_path / "x.npy").mkdir()
    assert measured(capsys, str(tmp_path / "x.npy"))[0] == 2


def test_the_noun_is_needed_and_help_lists_the_flags(capsys):
    assert main(["measure"]) == 2
    assert "needs one of information, got nothing" in capsys.readouterr().err
    assert main(["measure", "--help"]) == 0
    said = capsys.readouterr().out
    assert all(flag in said for flag in ("--ties", "--clusters", "--mode", "--shuffles", "--seed", "--ridge", "--json"))


def test_module_and_command_agree_and_jax_is_not_imported(archive, capsys):
    _, out, _ = measured(capsys, archive, "--json")
    code = "import sys; from spinodal.cli import main; code = main(sys.argv[1:]); sys.exit(code or 'jax' in sys.modules)"
    words = ["measure", "information", archive, "--json"]
    for start in (["-c", code], ["-m", "spinodal"]):
        done = subprocess.run([sys.executable, *start, *words], capture_output=True, text=True, check=True)
        assert done.stdout == out
