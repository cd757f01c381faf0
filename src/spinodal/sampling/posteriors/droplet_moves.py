"""Droplets are born, die, and breathe together, the readouts of the picked neurons integrated out.

A droplet is a neuron along the teacher whose transverse weights have been fitted to this data set and to all other droplets. Two things
keep the number of droplets from changing one neuron at a time: the weights of the new one must be found (`droplet_law` proposes them), and
the others must yield, each a little, which none of them can do alone. So a birth of neuron j takes

    x_j -> x' drawn from [N(m, H^-1) + N(-m, H^-1)] / 2,     x_i -> scale x_i + shift  for all picked droplets i (mirror images alike),

a death x_j -> x' drawn from the prior N(0, 1) and the inverse map for the others, and either is accepted with probability

    min(1, [p(x') s(x') L' q(x' -> x)] / [p(x) s(x) L q(x -> x')] |J|),

q(x -> x') the density of the proposal of x', m refined for the others as they are or would be, H that of the warm-up's end, |J| =
scale^(+-d M). Without yielding, births are accepted less often, and the next death that is asked undoes them.

Breathing is a random walk in that same common size: overlaps shifted and transverse weights scaled for all droplets at once.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from . import droplet_law
from .droplet_law import Averages, DropletLaw, Others
from .interface import Array

ASKS = 24  # births or deaths tried in a round
BREATHS = 3
SHIFT, LOG_SCALE = 0.35, 0.01  # deviations of a breath: of the overlap in prior deviations, of the log of the transverse weights
AS_IS, YIELDED, RECOVERED = 0, 1, 2


class Kind(NamedTuple):
    """What counts as a droplet, and the chance of being picked for each kind."""

    middle: Array  # overlaps in prior deviations: beyond `middle` the tail, beyond `far` the droplets
    far: Array
    near_share: Array
    middle_share: Array
    far_share: Array

    def is_far(self, weights: Float[Array, "*neurons input_dim"]) -> Bool[jax.Array, "*neurons"]:
        """Of whitened weights (..., input_dim)."""
        return jnp.abs(weights[..., 0]) > self.far

    def log_chance(self, weights: Float[Array, "*neurons input_dim"]) -> Float[jax.Array, "*neurons"]:
        """Logarithm of the chance of being picked."""
        beyond = jnp.abs(weights[..., 0]) > self.middle
        return jnp.log(jnp.where(self.is_far(weights), self.far_share, jnp.where(beyond, self.middle_share, self.near_share)))


class Yielding(NamedTuple):
    """How a droplet's weights, on the side of the positive overlap, yield to one more droplet: x -> scale x + shift."""

    shift: Array  # (input_dim,)
    scale: Array


class Collapsed(NamedTuple):
    """The picked neurons' likelihood with their readouts integrated out; empty slots have activations zero."""

    inputs: Array  # (samples, input_dim)
    targets: Array  # (samples,), less what the neurons outside say
    noise: Array
    cost: Array
    inside: Array  # (slots,) bool

    def factor(self, gram: Float[Array, "slots slots"]) -> Float[jax.Array, "slots slots"]:
        """L with L L^T = Phi Phi^T + c."""
        return jnp.linalg.cholesky(gram + self.cost * jnp.eye(len(gram), dtype=gram.dtype))


class _Survey(NamedTuple):
    """The picked neurons as they are, with every droplet yielding to one more, and with every droplet recovering from one less."""

    weights: Array  # (3, slots, input_dim)
    phi: Array  # (3, slots, samples)
    inverse: Array  # (3, slots, slots): G^-1
    alpha: Array  # (3, slots, 2): G^-1 Phi times targets, and times the droplet's typical activation
    log_likelihood: Array  # (3,)
    log_prior: Array  # (3, slots), less that as they are
    possible: Array  # (3, slots): still a droplet if one before, on the same side


def births_and_deaths(
    key: jax.Array,
    weights: Float[Array, "slots input_dim"],
    phi: Float[Array, "slots samples"],
    picked: Collapsed,
    typical: Averages,
    law: DropletLaw,
    yielding: Yielding,
    kind: Kind,
) -> tuple[Float[jax.Array, "slots input_dim"], Float[jax.Array, "slots samples"], Float[jax.Array, ""]]:
    """ASKS neurons asked, one after the other, to change their kind; weights, activations, and the share that did."""
    keys, (slots, input_dim) = jax.random.split(key, 4), weights.shape
    count = jnp.sum(picked.inside)
    normals = jax.random.normal(keys[0], (ASKS, input_dim))
    steps = jax.scipy.linalg.solve_triangular(law.factor, normals.T, lower=True, trans=1).T
    sign = jnp.where(jax.random.bernoulli(keys[1], 0.5, (ASKS,)), 1.0, -1.0)
    who = jnp.floor(jax.random.uniform(keys[2], (ASKS,)) * count).astype(jnp.int32)
    level = jnp.log(jax.random.uniform(keys[3], (ASKS,), minval=jnp.finfo(jnp.float32).tiny))
    half_volume = jnp.sum(jnp.log(jnp.diag(law.factor))) - np.log(2)
    columns, eye = jnp.stack([picked.targets, typical.phi]), jnp.eye(slots, dtype=phi.dtype)

    def survey(weights, phi) -> _Survey:
        far, side = kind.is_far(weights) & picked.inside, jnp.sign(weights[:, :1])
        mirrored = weights * side
        changed = jnp.stack([yielding.scale * mirrored + yielding.shift, (mirrored - yielding.shift) / yielding.scale])
        moved = jnp.where(far[:, None], changed * side, weights)
        activation = jax.lax.erf(moved.reshape(-1, input_dim) @ picked.inputs.T).reshape(2, slots, -1)
        possible = ~far | ((changed[..., 0] > 0) & kind.is_far(changed))
        every = jnp.concatenate([weights[None], moved])
        phi = jnp.concatenate([phi[None], jnp.where(far[:, None], activation, phi)])
        factor = jax.vmap(picked.factor)(jnp.einsum("csn,ctn->cst", phi, phi))
        inverse = jax.vmap(lambda factor: jax.scipy.linalg.cho_solve((factor, True), eye))(factor)
        fields = jnp.einsum("csn,mn->csm", phi, columns)
        alpha = inverse @ fields
        volume = jnp.sum(jnp.log(jnp.diagonal(factor, axis1=1, axis2=2)), axis=1)
        log_likelihood = jnp.sum(alpha[..., 0] * fields[..., 0], axis=1) / (2 * picked.noise) - volume
        log_prior = jnp.sum((weights - every) * (weights + every), axis=2) / 2
        possible = jnp.concatenate([jnp.ones((1, slots), bool), possible])
        return _Survey(every, phi, inverse, alpha, log_likelihood, log_prior, possible)

    def without(j, inverse, alpha, log_likelihood):
        """The same for all but neuron j, with zeros in its place."""
        column, corner = inverse[j], inverse[j, j]
        shares = alpha[j] / corner
        log_likelihood = log_likelihood - alpha[j, 0] * shares[0] / (2 * picked.noise) - jnp.log(corner) / 2
        return inverse - jnp.outer(column, column / corner), alpha - jnp.outer(column, shares), log_likelihood

    def log_droplet(x, mean):
        """ln of the density of a droplet's proposal over that of the prior."""
        sides = jnp.stack([x - mean, x + mean]) @ law.factor
        return jax.nn.logsumexp((jnp.sum(x * x) - jnp.sum(sides * sides, axis=1)) / 2) + half_volume

    def tried(surveyed: _Survey, j, normal, step, side):
        """What neuron j is asked to be, and the logarithm of the chance that it is taken: a droplet by a birth, else a death."""
        x = surveyed.weights[AS_IS, j]
        born = ~kind.is_far(x)
        target = jnp.where(born, YIELDED, RECOVERED)

        def collapsed(configuration) -> tuple[jax.Array, jax.Array, jax.Array]:
            return surveyed.inverse[configuration], surveyed.alpha[configuration], surveyed.log_likelihood[configuration]

        def where_born(of_yielded, otherwise):
            return jnp.where(born, of_yielded, otherwise)

        inverse, alpha, log_likelihood = without(j, *collapsed(target))
        # Products of both configurations, of which one is used: under vmap they are matrix products, and no activations are copied
        fitted = where_born(alpha.T @ surveyed.phi[YIELDED], without(j, *collapsed(AS_IS))[1].T @ surveyed.phi[AS_IS])
        others = Others(picked.targets - fitted[0], fitted[1], picked.noise, picked.cost)
        mean = droplet_law.refined(law, typical, picked.inputs, others)
        x_new = where_born(side * (mean + step), normal)
        phi_new = jax.lax.erf(picked.inputs @ x_new)
        # The place of j counts for nothing: `without` has zeros there
        cross = where_born(surveyed.phi[YIELDED] @ phi_new, surveyed.phi[RECOVERED] @ phi_new)
        s1, s2 = picked.targets @ phi_new - cross @ alpha[:, 0], phi_new @ phi_new + picked.cost - cross @ (inverse @ cross)
        change = log_likelihood + s1 * s1 / (2 * picked.noise * s2) - jnp.log(s2) / 2 - surveyed.log_likelihood[AS_IS]
        change = change + where_born(-1, 1) * log_droplet(where_born(x_new, x), mean)
        yielded = (kind.is_far(surveyed.weights[AS_IS]) & picked.inside).at[j].set(False)
        change = change + kind.log_chance(x_new) - kind.log_chance(x)
        change = change + surveyed.log_prior[target] @ yielded
        change = change + where_born(1, -1) * input_dim * jnp.sum(yielded) * jnp.log(yielding.scale)
        possible = jnp.all(surveyed.possible[target] | ~yielded) & (kind.is_far(x_new) == born)
        return jnp.where(possible, change, -jnp.inf), target, x_new, phi_new

    def ask(carry):
        """All who have not been asked are tried at once, but only the first who is taken counts: the others meet another network then."""
        weights, phi, first, changed = carry
        surveyed = survey(weights, phi)
        change, target, x_new, phi_new = jax.vmap(tried, in_axes=(None, 0, 0, 0, 0))(surveyed, who, normals, steps, sign)
        taken = (level < change) & (jnp.arange(ASKS) >= first)
        i = jnp.argmax(taken)
        t = jnp.where(taken[i], target[i], AS_IS)
        x, phi_of_x = jnp.where(taken[i], x_new[i], weights[who[i]]), jnp.where(taken[i], phi_new[i], phi[who[i]])
        weights, phi = surveyed.weights[t].at[who[i]].set(x), surveyed.phi[t].at[who[i]].set(phi_of_x)
        return weights, phi, jnp.where(taken[i], i + 1, ASKS), changed + taken[i]

    start = (weights, phi, jnp.where(count > 0, 0, ASKS), jnp.float32(0))
    weights, phi, _, changed = jax.lax.while_loop(lambda carry: carry[2] < ASKS, ask, start)
    return weights, phi, changed / ASKS


def breathe(
    key: jax.Array, weights: Float[Array, "slots input_dim"], phi: Float[Array, "slots samples"], picked: Collapsed, kind: Kind
) -> tuple[Float[jax.Array, "slots input_dim"], Float[jax.Array, "slots samples"], Float[jax.Array, ""]]:
    """BREATHS steps of a random walk in the common size of all droplets; weights, activations, and the share of steps taken."""
    keys, input_dim = jax.random.split(key, 3), weights.shape[1]
    shifts = jax.random.normal(keys[0], (BREATHS,)) * SHIFT
    scales = jnp.exp(jax.random.normal(keys[1], (BREATHS,)) * LOG_SCALE)
    level = jnp.log(jax.random.uniform(keys[2], (BREATHS,), minval=jnp.finfo(jnp.float32).tiny))

    def log_likelihood(phi):
        factor = picked.factor(phi @ phi.T)
        white = jax.scipy.linalg.solve_triangular(factor, phi @ picked.targets, lower=True)
        return white @ white / (2 * picked.noise) - jnp.sum(jnp.log(jnp.diag(factor)))

    def breath(i, carry):
        weights, phi, before, taken_so_far = carry
        far = kind.is_far(weights) & picked.inside
        overlap = weights[:, 0] + shifts[i] * jnp.sign(weights[:, 0])
        moved = jnp.where(far[:, None], (weights * scales[i]).at[:, 0].set(overlap), weights)
        phi_moved = jnp.where(far[:, None], jax.lax.erf(moved @ picked.inputs.T), phi)
        after = log_likelihood(phi_moved)
        change = after - before + jnp.sum((weights - moved) * (weights + moved)) / 2
        change = change + (input_dim - 1) * jnp.sum(far) * jnp.log(scales[i])
        possible = jnp.all(~far | (kind.is_far(moved) & (moved[:, 0] * weights[:, 0] > 0)))
        taken = (level[i] < change) & possible
        new, old = (moved, phi_moved, after), (weights, phi, before)
        return (*jax.tree.map(lambda a, b: jnp.where(taken, a, b), new, old), taken_so_far + taken)

    weights, phi, _, taken = jax.lax.fori_loop(0, BREATHS, breath, (weights, phi, log_likelihood(phi), jnp.float32(0)))
    return weights, phi, taken / BREATHS
