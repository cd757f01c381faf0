"""Log-determinants and precisions of all unions of blocks of variables, each union grown from one that is a block smaller."""

import numpy as np

from ...errors import require
from .correlation import SINGULAR, SMALLEST_PIVOT, potrf, trtri


def union_tables(matrix: np.ndarray, blocks: list[np.ndarray], *, precisions: bool) -> tuple[np.ndarray, np.ndarray]:
    """(ln det R_S, sum_{j in S} ln (R_S^-1)_jj) of every union S of `blocks`, at the sum of 2^b over its blocks b.

    Depth first: a block is left out, or what follows is conditioned on it. For a union S grown by a block b, with
    V the covariance given S, B = R_S^-1 R_S: and V_bb = C C^T,

        p_j += sum (B_jb C^-T)^2,   p_b = diag(V_bb^-1),   B -= B_b V_bb^-1 V_b:,   V -= V_:b V_bb^-1 V_b:

    The second table is zero unless `precisions`.
    """
    # The largest block first: the number of visits doubles from one block to the next
    visit = sorted(range(len(blocks)), key=lambda b: -len(blocks[b]))
    sizes = [len(blocks[b]) for b in visit]
    order = np.concatenate([blocks[b] for b in visit])
    log_dets, strengths = np.zeros(2 ** len(blocks)), np.zeros(2 ** len(blocks))

    def descend(depth: int, place: int, log_det: float, p: np.ndarray, B: np.ndarray, V: np.ndarray) -> None:
        if depth == len(sizes):
            return
        s = sizes[depth]
        with_block = place + 2 ** visit[depth]
        factor, info = potrf(V[:s, :s], lower=1, clean=1)
        pivots = np.diagonal(factor)
        require(
            info == 0 and float(pivots.min()) ** 2 >= SMALLEST_PIVOT,
            f"R must be positive definite, got a singular union of units: {SINGULAR}",
        )
        volume = log_det + 2 * float(np.log(pivots).sum())
        log_dets[with_block] = volume
        inner = depth + 1 < len(sizes)
        inverse = trtri(factor, lower=1)[0] if inner or precisions else factor
        if precisions:
            W = B[:, :s] @ inverse.T
            p_new = np.concatenate([p + np.einsum("ij,ij->i", W, W), np.einsum("ij,ij->j", inverse, inverse)])
            strengths[with_block] = np.log(p_new).sum()
        else:
            W, p_new = B[:, :s], p
        if inner:
            X = inverse @ V[:s, s:]
            B_new = np.concatenate([B[:, s:] - W @ X, inverse.T @ X]) if precisions else B[:, s:]
            descend(depth + 1, with_block, volume, p_new, B_new, V[s:, s:] - X.T @ X)
            descend(depth + 1, place, log_det, p, B[:, s:], V[s:, s:])

    n = len(order)
    descend(0, 0, 0.0, np.zeros(0), np.zeros((0, n)), matrix[np.ix_(order, order)])
    return log_dets, strengths
