"""Papers that more than one part of the package is about."""

LIU2022 = (
    "Liu, Kitouni, Nolte, Michaud, Tegmark, Williams (2022), Towards Understanding Grokking: "
    "An Effective Theory of Representation Learning, arXiv:2205.10343"
)
OMNIGROK2022 = "Liu, Michaud, Tegmark (2022), Omnigrok: Grokking Beyond Algorithmic Data, arXiv:2210.01117"
POWER2022 = (
    "Power, Burda, Edwards, Babuschkin, Misra (2022), Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets, "
    "arXiv:2201.02177"
)
CHUGHTAI2023 = "Chughtai, Chan, Nanda (2023), A Toy Model of Universality, arXiv:2302.03025"
GROMOV2023 = "Gromov (2023), Grokking modular arithmetic, arXiv:2301.02679"
NANDA2023 = (
    "Nanda, Chan, Lieberum, Smith, Steinhardt (2023), Progress measures for grokking via mechanistic interpretability, arXiv:2301.05217"
)
ZHONG2023 = (
    "Zhong, Liu, Tegmark, Andreas (2023), The Clock and the Pizza: Two Stories in Mechanistic Explanation of Neural Networks, "
    "arXiv:2306.17844"
)
CLAUW2024 = (
    "Clauw, Stramaglia, Marinazzo (2024), Information-Theoretic Progress Measures reveal Grokking is an Emergent Phase Transition, "
    "arXiv:2408.08944"
)
DOSHI2024 = "Doshi, Das, He, Gromov (2024), To grok or not to grok, arXiv:2310.13061"
SQUARE_NETWORKS = f"{GROMOV2023}; {DOSHI2024}"  # the studies of quadratic networks are about both
GROKFAST2024 = "Lee, Kang, Kim, Lee (2024), Grokfast: Accelerated Grokking by Amplifying Slow Gradients, arXiv:2405.20233"
MORWANI2024 = "Morwani, Edelman, Oncescu, Zhao, Kakade (2024), Feature emergence via margin maximization, arXiv:2311.07568"
LYU2024 = "Lyu, Jin, Li, Du, Lee, Hu (2024), Dichotomy of Early and Late Phase Implicit Biases, arXiv:2311.18817"
RUBIN2024 = "Rubin, Seroussi, Ringel (2024), Grokking as a first order phase transition in two layer networks, arXiv:2310.03789"
PRIETO2025 = "Prieto, Barsbey, Mediano, Birdal (2025), Grokking at the Edge of Numerical Stability, arXiv:2501.04697"
