"""What can be run, without importing any of it: JAX, xarray and matplotlib come with the study itself."""

from ..citations import (
    CLAUW2024,
    GROKFAST2024,
    LIU2022,
    NANDA2023,
    OMNIGROK2022,
    POWER2022,
    PRIETO2025,
    RUBIN2024,
    SQUARE_NETWORKS,
    ZHONG2023,
)
from ..errors import nearest
from .entry import Entry, Size
from .entry import checked_size as checked_size

FORECAST = (
    "spinodal, this study; its measures are those of arXiv:2301.05217, arXiv:2310.13061, arXiv:2306.17844, arXiv:2501.04697, "
    "arXiv:2408.08944, arXiv:2205.10343, arXiv:2311.07568 and arXiv:2210.01117"
)

CATALOGUE = (
    Entry(
        "rubin2024-fig2",
        "Droplets in a teacher-student network: theory against the exact posterior at d=150, N=700, n=3000",
        RUBIN2024,
        {
            "quick": Size("1 data set x 3 noises", 3),
            "full": Size("10 data sets x 5 noises", 19),
            "paper": Size("50 data sets x 5 noises", 95),
        },
        "spinodal.studies.rubin2024.fig2",
    ),
    Entry(
        "rubin2024-appendix-d",
        "The transition driven by width at n=600, where single data sets differ",
        RUBIN2024,
        {
            "quick": Size("1 data set x 3 widths", 3),
            "full": Size("10 data sets x 3 widths", 27),
            "paper": Size("50 data sets x 3 widths", 190),
        },
        "spinodal.studies.rubin2024.appendix_d",
    ),
    Entry(
        "rubin2024-fig3",
        "Modular addition: the published eigenvalue against the right one, decided by the exact posterior at small primes",
        RUBIN2024,
        {
            "quick": Size("theory at P=401; posterior at P=7, 6 noises", 1),
            "paper": Size("theory at P=401; posterior at P=7 and 11, 6 noises", 6),
        },
        "spinodal.studies.rubin2024.fig3",
    ),
    Entry(
        "liu2022-addition",
        "Four phases of learning to add: decoder rate against weight decay, as probabilities over seeds",
        LIU2022,
        {
            "quick": Size("4 x 4 cells x 5 seeds to 2,000 updates", 1),
            "full": Size("16 x 11 cells x 1 seed to 100,000 updates, as published", 35),
            "paper": Size("16 x 11 cells x 8 seeds to 100,000 updates", 280),
        },
        "spinodal.studies.liu2022.addition",
    ),
    Entry(
        "liu2022-learning-rates",
        "Four phases of learning to add: embedding rate against decoder rate, as probabilities over seeds",
        LIU2022,
        {
            "quick": Size("4 x 4 cells x 5 seeds to 2,000 updates", 1),
            "full": Size("13 x 13 cells x 1 seed to 100,000 updates, as published", 50),
            "paper": Size("13 x 13 cells x 8 seeds to 100,000 updates", 400),
        },
        "spinodal.studies.liu2022.learning_rates",
    ),
    Entry(
        "liu2022-classification",
        "Four phases of learning to add by cross-entropy: decoder rate against weight decay, as probabilities over seeds",
        LIU2022,
        {
            "quick": Size("4 x 4 cells x 5 seeds to 2,000 updates", 1),
            "full": Size("16 x 11 cells x 1 seed to 100,000 updates, as published", 30),
            "paper": Size("16 x 11 cells x 8 seeds to 100,000 updates", 240),
        },
        "spinodal.studies.liu2022.classification",
    ),
    Entry(
        "liu2022-s3",
        "Four phases of composition in S3, where two published diagrams contradict each other",
        LIU2022,
        {
            "quick": Size("4 x 4 cells x 8 seeds to 2,000 updates", 1),
            "full": Size("16 x 11 cells x 8 seeds to 100,000 updates", 115),
            "paper": Size("16 x 11 cells x 20 seeds to 100,000 updates", 280),
        },
        "spinodal.studies.liu2022.s3",
    ),
    Entry(
        "liu2022-s3-scale",
        "Does the initial scale of its matrices decide at which decoder rates S3 comprehends?",
        LIU2022,
        {
            "quick": Size("4 x 4 cells x 8 seeds to 2,000 updates", 1),
            "full": Size("5 x 16 cells x 8 seeds to 100,000 updates", 36),
            "paper": Size("5 x 16 cells x 20 seeds to 100,000 updates", 90),
        },
        "spinodal.studies.liu2022.s3_scale",
    ),
    Entry(
        "liu2022-critical-fraction",
        "How many pairs of symbols force a line: the critical fraction against the number of symbols",
        LIU2022,
        {
            "quick": Size("5 to 20 symbols, 20,000 random orders each", 0.3),
            "paper": Size("5 to 60 symbols, 20,000 random orders each", 2),
        },
        "spinodal.studies.liu2022.critical_fraction",
    ),
    Entry(
        "liu2022-data-size",
        "Accuracy and representation of trained networks against the amount of data: what the embedding predicts",
        LIU2022,
        {
            "quick": Size("11 amounts of data x 2 decoder rates x 3 networks, 5,000 updates", 2),
            "paper": Size("11 amounts of data x 3 decoder rates x 20 networks, 5,000 updates", 10),
        },
        "spinodal.studies.liu2022.data_size",
    ),
    Entry(
        "omnigrok2022-teacher-student",
        "Omnigrok's teacher and student: the landscape at fixed norm, and when weight decay lets a large network generalise",
        OMNIGROK2022,
        {
            "quick": Size("9 initial norms x (fixed norm, 3 decays) x 3 replicas", 3),
            "paper": Size("13 initial norms x (fixed norm, 4 decays) x 8 replicas", 11),
        },
        "spinodal.studies.omnigrok2022.teacher_student",
    ),
    Entry(
        "omnigrok2022-digits",
        "Omnigrok on digits, not MNIST: the landscape at fixed norm, and the delay against initial norm and data",
        OMNIGROK2022,
        {
            "quick": Size("2 data sizes x 6 initial norms x (fixed norm, 1 decay) x 3 replicas", 3),
            "paper": Size("3 data sizes x 9 initial norms x (fixed norm, 1 decay) x 5 replicas", 25),
        },
        "spinodal.studies.omnigrok2022.digits",
    ),
    Entry(
        "clauw2024",
        "Synergy and redundancy of a layer that groks: tied zeros, null bands, lead times",
        CLAUW2024,
        {
            "quick": Size("7 arms x 1 seed to 300, 600 or 2,400 updates", 3),
            "paper": Size("7 arms x 5 seeds to 4,000 or 6,000 updates", 70),
        },
        "spinodal.studies.clauw2024",
    ),
    Entry(
        "gromov2023",
        "Networks of cosines: random phases against width, and the frequencies and phases that trained square networks hold",
        SQUARE_NETWORKS,
        {
            "quick": Size("random phases at p = 23, 31, 59; p = 97 trained at 2 shares x 2 decays x 2 seeds to 400 updates", 2),
            "paper": Size("random phases at 6 primes to 113; 9 shares x 10 noises x 4 decays x 3 seeds to 2,000 updates", 700),
        },
        "spinodal.studies.gromov2023",
    ),
    Entry(
        "gromov2023-descent",
        "When does plain gradient descent generalise? A rate in units that carry from prime to prime",
        SQUARE_NETWORKS,
        {
            "quick": Size("3 primes x 7 rates x 3 seeds to 3,000 updates", 1),
            "paper": Size("5 primes x 7 rates x 2 shares x 8 seeds to 20,000 updates", 70),
        },
        "spinodal.studies.gromov2023.descent",
    ),
    Entry(
        "gromov2023-shares",
        "How late does plain gradient descent generalise as data get scarce: is there a threshold, and where?",
        SQUARE_NETWORKS,
        {
            "quick": Size("3 primes x 6 shares x 5 seeds to 6,000 updates", 3),
            "paper": Size("4 primes up to 97 x 10 shares x 8 seeds to 20,000 updates", 400),
        },
        "spinodal.studies.gromov2023.shares",
    ),
    Entry(
        "nanda2023",
        "Progress measures of a transformer that groks: three phases, who moves first, delay against data and weight decay",
        NANDA2023,
        {
            "quick": Size("p = 31: 3 fractions and 3 decays x 3 seeds to 2,000 updates", 1.5),
            "full": Size("p = 113: 4 fractions x 5 seeds to 20,000 updates (5,000 from 40 % of the data on)", 90),
            "paper": Size("p = 113: 10 fractions and 4 decays x 5 seeds to 40,000 updates (10,000 from 40 % of the data on)", 1200),
        },
        "spinodal.studies.nanda2023",
    ),
    Entry(
        "nanda2023-decay",
        "Steps x rate x decay: does more weight decay grok later or sooner?",
        NANDA2023,
        {
            "quick": Size("p = 31: 3 rates x 4 decays x 3 seeds to 6,000 updates", 2),
            "paper": Size("p = 113: 3 rates x 4 decays x 5 seeds to 40,000 updates", 900),
        },
        "spinodal.studies.nanda2023.decay",
    ),
    Entry(
        "grokking-forecast",
        "The forecast table: every measure on the same runs, against horizon, false alarms and trivial predictors",
        FORECAST,
        {
            "quick": Size("quadratic, p=31: 3 fractions x 4 decays x 8 seeds to 400 updates", 3),
            "paper": Size("quadratic, p=97, N=500: 9 fractions x 4 decays x 10 seeds to 2,000 updates", 55),
            "edge": Size("quadratic, p=97: 4 fractions x 2 decays at which seeds differ x 24 seeds to 2,000 updates", 30),
            "edge-31": Size("quadratic, p=31: 9 fractions x 4 decays x 20 seeds to 400 updates", 4),
            "relu": Size("ReLU, p=59, N=128: 5 fractions x 4 decays x 10 seeds to 2,000 updates", 10),
        },
        "spinodal.studies.grokking_forecast",
    ),
    Entry(
        "zhong2023",
        "Clock or pizza: an order parameter against the attention coefficient, with the width as the size",
        ZHONG2023,
        {
            "quick": Size("p = 31: 6 coefficients x 2 widths x 3 networks, 1,200 updates", 3),
            "full": Size("p = 59: 11 coefficients x widths 32, 64, 128 x 8 networks, 20,000 updates", 700),
            "paper": Size("p = 59: 11 coefficients x widths 32 to 512 x 8 networks, 20,000 updates", 11_000),
        },
        "spinodal.studies.zhong2023",
    ),
    Entry(
        "prieto2025",
        "Softmax collapse, StableMax and PerpGrad: does collapse end learning, and who is faster than a tuned AdamW?",
        PRIETO2025,
        {
            "quick": Size("20 arms x 3 seeds to 18,000 (p=31) or 1,000 updates (p=47)", 3),
            "paper": Size("34 arms x 5 seeds at p=113 to 80,000, 20,000 or 3,000 updates", 900),
        },
        "spinodal.studies.prieto2025",
    ),
    Entry(
        "prieto2025-race",
        "PerpGrad against AdamW with a rate and a decay tuned on other seeds: enough seeds to decide",
        PRIETO2025,
        {
            "quick": Size("16 arms x 10 seeds at p=47, at most 1,000 updates", 3),
            "paper": Size("27 arms x 12 seeds at p=113, at most 3,000 updates", 300),
        },
        "spinodal.studies.prieto2025.race",
    ),
    Entry(
        "power2022",
        "Time to generalise against the share of data, for operations and regularisations",
        POWER2022,
        {
            "quick": Size("4 arms x 3 fractions x 3 seeds of a small decoder at p = 23", 2),
            "paper": Size("17 arms x 9 fractions x 3 seeds of the decoder at p = 97, to 100,000 updates", 4500),
        },
        "spinodal.studies.power2022",
    ),
    Entry(
        "grokfast2024",
        "Grokfast against a baseline with its own best rate and weight decay",
        GROKFAST2024,
        {
            "quick": Size("48 settings x 6 seeds of a quadratic layer at p = 31, and SGD", 2),
            "paper": Size("45 settings x 5 seeds of the decoder at p = 97, to 100,000 updates", 3000),
        },
        "spinodal.studies.grokfast2024",
    ),
)


def entries() -> tuple[Entry, ...]:
    """Every study."""
    return CATALOGUE


def find(name: str) -> Entry:
    """The study of this name; ValueError with the nearest names if there is none."""
    names = [entry.name for entry in CATALOGUE]
    if name not in names:
        near = nearest(name, names)
        raise ValueError(f"study must be one of {', '.join(names)}, got {name!r}" + (f"; nearest: {near}" if near else ""))
    return CATALOGUE[names.index(name)]
