"""The estimated wait of whoever joins now: a range, because every point estimate is poor.

The wait with `ahead` callers before one is a sum of exponentials of rates s*mu + j*theta, j = 0..ahead (s agents, mean
handle time 1/mu, mean patience 1/theta): section 2.4 of the contact-centre reference. As the rates are in arithmetic
progression, exp(-theta * wait) is Beta(s*mu/theta, ahead + 1): as exact as that function, however long the queue.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

PATIENCE_S: Final = 345.0


class Queue(Struct, frozen=True):
    """What a newcomer meets: callers ahead by priority, agents at work, seconds of handling and of patience."""

    ahead: int
    agents: int
    aht_s: float
    patience_s: float = PATIENCE_S
    idle: int = 0

    @property
    def at_once(self) -> bool:
        """Whether a free agent is left for the newcomer."""
        return self.idle > self.ahead


class Range(Struct, frozen=True):
    """Seconds that half, and four of five, of those who stay will wait at most."""

    p50: float
    p80: float


def beta_share(a: float, b: float, x: float) -> float:
    """Return P(Beta(a, b) <= x), the regularised incomplete beta function (continued fraction, DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(b, a, 1 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return min(1.0, math.exp(front) / a * _fraction(a, b, x))


def _fraction(a: float, b: float, x: float) -> float:
    """Evaluate the fraction by Lentz's method; it converges within some sqrt(a + b) steps."""
    numerator, denominator = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = denominator
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            denominator = 1 / (1 + step * denominator)
            numerator = 1 + step / numerator
            change = numerator * denominator
            value *= change
        if abs(change - 1) < 1e-12:
            break
    return value


def longer_than(queue: Queue, seconds: float) -> float:
    """Return the probability that a newcomer who never gives up waits longer than `seconds`."""
    if queue.at_once:
        return 0.0
    alpha = queue.agents / queue.aht_s * queue.patience_s
    return beta_share(alpha, queue.ahead - queue.idle + 1, math.exp(-seconds / queue.patience_s))


def mean(queue: Queue) -> float:
    """Return the expected wait in seconds: the sum of 1/(s*mu + j*theta)."""
    if queue.at_once:
        return 0.0
    rate = queue.agents / queue.aht_s
    return math.fsum(1 / (rate + j / queue.patience_s) for j in range(queue.ahead - queue.idle + 1))


def quantile(tail: Callable[[float], float], share: float, guess: float = 60.0) -> float:
    """Return the seconds at which a falling `tail` is 1 - share, to 0.1 s or a thousandth; a day at most."""
    low, high = 0.0, max(1.0, guess)
    if tail(0.0) <= 1 - share:
        return 0.0
    while tail(high) > 1 - share and high < 86_400:
        low, high = high, 2 * high
    while high - low > max(0.1, 0.001 * high):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) > 1 - share else (low, middle)
    return (low + high) / 2


def estimate(queue: Queue) -> Range | None:
    """Return the range for one queue, None where nobody works there."""
    return mixed([(1.0, queue)])


def mixed(queues: Sequence[tuple[float, Queue]]) -> Range | None:
    """Return the range of callers who join one of several queues, by weight; None where nobody works in any.

    A queue without staff that somebody joins has no estimate, so the mixture says what those with staff may expect.
    """
    staffed = [(weight, queue) for weight, queue in queues if queue.agents > 0 and weight > 0]
    weights = math.fsum(weight for weight, _ in staffed)
    if not staffed:
        return None

    def tail(seconds: float) -> float:
        return math.fsum(weight * longer_than(queue, seconds) for weight, queue in staffed) / weights

    middle = quantile(tail, 0.5, math.fsum(weight * mean(queue) for weight, queue in staffed) / weights)
    return Range(middle, quantile(tail, 0.8, 1.5 * middle))
