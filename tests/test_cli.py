"""The command line: exit codes, sentences, one JSON object."""

import json
import subprocess
import sys
import time

import pytest

import spinodal
from spinodal.cli import COMMANDS, main

SMALL = ["--input-dim", "12", "--width", "20", "--samples", "60"]


def said(capsys):
    found = capsys.readouterr()
    return found.out, found.err


def refused(capsys, *words):
    """The one sentence of a refusal."""
    assert main(words) == 2
    out, err = said(capsys)
    assert out == ""
    assert err.startswith("spinodal: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_is_quick_and_imports_nothing_heavy(word):
    code = (
        f"import sys; from spinodal.cli import main; main([{word!r}]); "
        "print([m for m in ('jax', 'numpy', 'tyro', 'rich', 'scipy') if m in sys.modules], file=sys.stderr)"
    )
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        best = min(best, time.perf_counter() - start)
    assert done.stderr.strip() == "[]"
    assert best < 0.3


def test_version_and_module_agree(capsys):
    assert main(["--version"]) == 0
    assert said(capsys)[0] == f"spinodal {spinodal.__version__}\n"


def test_every_command_explains_itself(capsys):
    main([])
    out, _ = said(capsys)
    assert all(word in out for word in COMMANDS)
    for word in ("run", "studies", "solve", "sample", "doctor"):
        assert main([word, "--help"]) == 0
        assert "usage: spinodal" in said(capsys)[0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["slove"], "no such command: 'slove'; nearest: solve"),
        (["run"], "STUDY is missing: one of rubin2024-fig2"),
        (["run", "rubin2024-fg2"], "spinodal: study must be one of rubin2024-fig2"),
        (["run", "rubin2024-fg2"], "nearest: rubin2024-fig2"),
        (["run", "rubin2024-fig2", "--size", "papr"], "--size must be one of quick, full, paper, got 'papr'; nearest: paper"),
        (["run", "rubin2024-fig2", "--seed", "-1"], "--seed must be an integer >= 0, got -1"),
        (["run", "rubin2024-fig2", "--seed", "x"], "--seed"),
        (["run", "rubin2024-fig2", "--sede", "1"], "Unrecognized options: --sede, 1; nearest: --seed"),
        (["run", "rubin2024-fig2", "--resume", "--force"], "--resume must not be given with --force"),
        (["run", "rubin2024-fig2", "--executor", "foo"], "--executor must be"),
        (["solve"], "needs one of teacher-student, modular-addition, effective, got nothing"),
        (["solve", "teacher"], "nearest: teacher-student"),
        (["solve", "teacher-student", "--noise", "-0.1"], "--noise must be finite and > 0, got -0.1"),
        (["solve", "teacher-student", "--noise", "nan"], "--noise must be finite and > 0, got nan"),
        (["solve", "teacher-student", "--noise", "0.1:0.2"], "--noise must be a number, numbers with commas, or start:stop:count"),
        (["solve", "teacher-student", "--noise", "0.1:0.2:1"], "--noise must have a count of at least 2"),
        (["solve", "teacher-student", "--noise", "0.1:0.2:9999999999"], "--noise must have a count within"),
        (["solve", "teacher-student", "--input-dim", "1"], "--input-dim must be an integer >= 2, got 1"),
        (["solve", "teacher-student", "--transverse", "meen"], "--transverse"),
        (["solve", "teacher-student", "--threshold", "-1"], "--threshold must be >= 0"),
        (["solve", "modular-addition", "--prime", "8"], "--prime must be an odd prime, got 8"),
        (["solve", "effective", "--symbols", "1"], "--symbols must be an integer >= 2, got 1"),
        (["solve", "effective", "--symbols", "2.5"], "--symbols must be an integer >= 2, got 2.5"),
        (["solve", "effective", "--symbols", "nan"], "--symbols must be an integer >= 2, got nan"),
        (["solve", "modular-addition", "--prime", "1000000000000000003"], "--prime must be an odd prime of at most 1000000"),
        (["solve", "effective", "--symbols", "1e5"], "--symbols must be at most 200, got 100000"),
        (["solve", "effective", "--draws", "1000000000000"], "--draws must be at most 10000000 for 10 symbols"),
        (["solve", "effective", "--draws", "1.5"], "--draws must be an integer, got '1.5'"),
        (["solve", "teacher-student", "--data-seed", "-1"], "--data-seed must be an integer >= 0, got -1"),
        (["solve", "teacher-student", "--samples", "9" * 20, "--corrections", "gram"], "are free: lower samples or input_dim"),
        (["solve", "effective", "--symbols", "0"], "--symbols must be an integer >= 2, got 0"),
        (["measure", "information", "x.npz", "--shuffles", "9" * 12], "--shuffles must be at most 100,000"),
        (["solve", "effective", "--draws", "0"], "--draws must be an integer >= 1, got 0"),
        (["sample", "teacher-student", "--step-size", "0"], "--step-size must be finite and > 0, got 0.0"),
        (["sample", "teacher-student", "--draws", "0", "--out", "new"], "--draws must be an integer >= 1, got 0"),
        (["sample", "teacher-student", "--chains", "0"], "--chains must be an integer >= 1, got 0"),
        (["sample", "teacher-student", "--samples", "3000000000"], "GiB"),
        (["sample", "teacher-student", "--seed", "9" * 23], "--seed must be below 2^63"),
        (["sample", "teacher-student", "--leapfrog-steps", "1000000000000"], "--leapfrog-steps must be at most 100000"),
        (["sample", "teacher-student", "--ess", "nan"], "--ess must be finite and > 0, got nan"),
        (["sample", "teacher-student", "--ess", "-1"], "--ess must be finite and > 0, got -1.0"),
        (["sample", "teacher-student", "--resume"], "--resume needs --out"),
        (
            ["sample", "teacher-student", "--sampler", "mala", "--leapfrog-steps", "3"],
            "--leapfrog-steps is a setting of --sampler hmc only",
        ),
        (
            ["sample", "teacher-student", "--sampler", "langevin", "--gradients", "bfloat16"],
            "--gradients is a setting of --sampler hmc only",
        ),
        (["sample", "teacher-student", "--turn", "0"], "--turn must be finite and > 0, got 0.0"),
        (["sample", "modular-addition", "--sampler", "langevin", "--turn", "1"], "--turn is a setting of --sampler hmc only"),
        (["sample", "modular-addition", "--gradients", "bfloat16"], "is for the posterior of a TeacherStudent, got a ModularAddition"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_sentence_that_names_the_flag(words, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert says in refused(capsys, *words)
    assert list(tmp_path.iterdir()) == []


def test_a_used_folder_is_refused(capsys, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert "holds files (notes.txt)" in refused(capsys, "run", "rubin2024-fig2", "--out", str(tmp_path), "--quiet")
    assert "which holds notes.txt" in refused(capsys, "sample", "teacher-student", "--out", str(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_resume_and_force_leave_a_stranger_alone(capsys, tmp_path):
    (tmp_path / "summary.json").write_text("mine")
    out = ("--out", str(tmp_path))
    assert "no checkpoint to go on from" in refused(capsys, "sample", "teacher-student", "--resume", *out)
    for word in ("--resume", "--force"):
        assert "--out must" in refused(capsys, "run", "rubin2024-fig2", word, *out)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("summary.json", "mine")]


@pytest.mark.parametrize(
    "words",
    [
        ("teacher-student", "--cubic", "1e300"),
        ("teacher-student", "--weight-variance", "1e-320"),
        ("teacher-student", "--weight-variance", "1e300"),
        ("teacher-student", "--input-dim", "9" * 21),
        ("modular-addition", "--sextic-decay", "1e300"),
        ("modular-addition", "--readout-variance", "1e300"),
    ],
    ids=" ".join,
)
def test_numbers_beyond_floats_are_an_answer_that_did_not_converge(words, capsys):
    assert main(["solve", *words]) == 3
    assert "out of" in said(capsys)[1]


def test_studies_as_json(capsys):
    assert main(["studies", "--json"]) == 0
    found = json.loads(said(capsys)[0])
    assert {"rubin2024-fig2", "rubin2024-appendix-d", "rubin2024-fig3"} <= {study["name"] for study in found["studies"]}
    assert main(["studies"]) == 0
    assert "about 3 min" in said(capsys)[0]


def test_solve_answers_with_reference_numbers(capsys):
    assert main(["solve", "teacher-student", "--noise", "0.1:0.3:3", "--transverse", "mean", "--json"]) == 0
    found = json.loads(said(capsys)[0])
    assert [s["noise"] for s in found["solutions"]] == pytest.approx([0.1, 0.2, 0.3])
    assert [s["linear_discrepancy"] for s in found["solutions"]] == pytest.approx([0.125943, 0.314353, 0.473161], abs=1e-6)
    assert found["transitions"]["degeneracy"]["noise"] == pytest.approx(0.178719, abs=1e-6)
    assert main(["solve", "modular-addition", "--noise", "0.2", "--json"]) == 0
    found = json.loads(said(capsys)[0])
    assert found["solutions"][0]["discrepancy"] == pytest.approx(0.847365, abs=1e-6)
    assert found["transitions"]["completion"] is None


def test_solve_as_a_table(capsys):
    assert main(["solve", "teacher-student", *SMALL]) == 0
    out, _ = said(capsys)
    assert "linear_discrepancy" in out
    assert "degeneracy at infinite size" in out


def test_solve_effective_counts_for_one_size_or_many(capsys):
    assert main(["solve", "effective", "--symbols", "10", "--draws", "1000", "--json"]) == 0
    found = json.loads(said(capsys)[0])
    (ten,) = found["solutions"]
    assert abs(ten["critical_fraction"] - 0.408) < 4 * ten["standard_error"]
    assert ten["slowest_rate"] == pytest.approx(6 / 70)
    assert len(ten["linear_probability"]) == 56
    assert main(["solve", "effective", "--symbols", "2:4:3", "--draws", "50"]) == 0
    out, _ = said(capsys)
    assert "critical_fraction" in out
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["2", "3", "4"]
    assert main(["solve", "effective", "--symbols", "2", "--json"]) == 0
    assert json.loads(said(capsys)[0])["solutions"][0]["message"] == "two symbols are always on a line: no pair is needed"


def test_doctor_as_json(capsys):
    assert main(["doctor", "--json"]) == 0
    found = json.loads(said(capsys)[0])
    assert found["healthy"] is True
    assert {check["status"] for check in found["checks"]} <= {"fine", "known"}


def test_the_sweep_command_knows_the_studies(capsys, tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text('study = "rubin2024-fig3"\n[grid]\ntemperature = [1.0, 2.0]\n')
    assert main(["sweep", "run", str(file), "--store", str(tmp_path / "store"), "--plan-only", "--json"]) == 0
    assert json.loads(said(capsys)[0])


@pytest.fixture
def interrupted_run(monkeypatch):
    from spinodal import studies, sweeps

    def run(*args, **kwargs):
        found = sweeps.Interrupted()
        found.report = sweeps.Report(False, "", "", "", 5, 3, 0, 2, 3, 0, 1.0)
        raise found

    monkeypatch.setattr(studies, "run", run, raising=False)


def test_ctrl_c_says_what_is_stored_and_how_to_go_on(interrupted_run, capsys):
    assert main(["run", "rubin2024-fig2", "--out", "my runs", "--executor", "processes:2", "--quiet"]) == 130
    _, err = said(capsys)
    command = "spinodal run rubin2024-fig2 --size quick --seed 0 --out 'my runs' --executor processes:2 --resume"
    assert f"3 of 5 cells are stored; go on with: {command}" in err


def test_sample_sets_the_theory_beside_the_posterior(capsys):
    """Of the data set and the droplets that were asked for, with every correction."""
    from spinodal.problems import TeacherStudent
    from spinodal.theory import teacher_student

    few = ["--warmup", "5", "--draws", "5", "--data-seed", "3", "--droplet-threshold", "0.3", "--json"]
    assert main(["sample", "teacher-student", *SMALL, *few]) == 3
    found = json.loads(said(capsys)[0])
    problem = TeacherStudent(**found["problem"])
    solved = teacher_student.solve(problem, corrections=("cavity", "ridge", "gram"), data=problem.draw(3))
    assert found["scalars"]["cubic_discrepancy"]["theory"] == pytest.approx(solved.cubic_discrepancy)
    assert found["scalars"]["droplet_fraction"]["theory"] == pytest.approx(solved.droplet_fraction(0.3))
    assert main(["sample", "modular-addition", "--prime", "3", "--width", "8", "--warmup", "5", "--draws", "5", "--json"]) == 3
    values = json.loads(said(capsys)[0])["scalars"]
    # lambda = 4 P^2 sigma_a^2 <Phi Psi> and a = noise / (lambda + noise): two ways to the same product
    a, noise, readout = values["discrepancy"]["theory"], 1.6 / 400, 1 / (400 * 49)
    assert values["amplitude_product"]["theory"] == pytest.approx(noise * (1 - a) / a / (4 * 9 * readout))


@pytest.mark.slow
def test_sample_writes_and_resumes(capsys, tmp_path):
    words = ["sample", "teacher-student", *SMALL, "--warmup", "50", "--draws", "60", "--ess", "0", "--out", str(tmp_path / "out")]
    code = main([*words, "--json"])
    found = json.loads(said(capsys)[0])
    assert code == (0 if found["converged"] else 3)
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"posterior.nc", "summary.json", "checkpoint.npz"}
    assert main([*words, "--resume", "--json"]) == code
    assert json.loads(said(capsys)[0])["scalars"] == found["scalars"]


def test_a_sick_machine_runs_nothing(monkeypatch, capsys, tmp_path):
    from spinodal import doctor

    sick = doctor.Health(False, "jax 0.10.2 computes wrong numbers", {}, (), 1, 0, 0, ())
    monkeypatch.setattr(doctor, "examine", lambda: sick)
    assert main(["run", "rubin2024-fig3", "--out", str(tmp_path / "out"), "--quiet"]) == 3
    assert "this machine computes wrong numbers: jax 0.10.2" in said(capsys)[1]
    assert not (tmp_path / "out" / "store").exists()
