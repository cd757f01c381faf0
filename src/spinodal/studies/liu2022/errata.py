"""Where arXiv:2205.10343 cannot be reproduced as printed, or does not say enough to be."""

DIAGRAMS = (
    "The published diagrams have one seed a cell; with 45 of 55 pairs in training, a test accuracy of 0.9 is 9 of 10 pairs. "
    "Here a cell is a share of seeds with its Wilson interval, drawn without interpolation.",
    "The published plots leave two cases of the table of phases unlabelled and paint them as comprehension. Here the table is total: a run "
    "that never fits its training set is confusion, whatever its test accuracy.",
    "Phases depend on the cap, the gap, the level and the cadence, all given above. Published code compares the training accuracy after an "
    "update with the test accuracy before it; here both are of the same weights.",
    "The effective theory does not predict these borders: λ₃ depends on the training pairs alone, and Adam moves each embedding by "
    "about its rate an update, so that structure comes after about 1/rate updates whatever λ₃ is.",
)

LEARNING_RATES = (
    "The released file of this diagram does not name its axes. The training times show that its first axis is the decoder rate.",
    "One of the published panels labels an axis wrongly and one is reversed.",
)

S3_SCALE = (
    "The paper does not print the scale at which the matrices of S3 start; the other diagram of S3 here has 0.1 U(-1/2, 1/2). Released "
    "sets may differ in more than their scale: training steps and trends are compared, at one decay."
)

S3 = (
    "Two released sets of S3 contradict each other: in one low decoder rates comprehend and high ones memorise, in the other the reverse, "
    "which a picture mirrored against its own data hides. Nothing is claimed here from one seed.",
)
