"""How callers are: how long they talk, how long they wait, whether they try again; pure, from a given source of chance.

All figures of reference/contact-centre.md 6.1. Handle times: log-normal with a mixture of calls under 10 s (6.4 %, mean
176.9 s). Patience: Weibull of shape < 1 through the Kaplan-Meier survivors (0.82 at 60 s, 0.26 at 600 s): an
exponential of the same mean loses the patient ones. Redials and shares of the day are marked there as guesses.
"""

import math
from random import Random
from typing import Final

from backend_stub.simulate.scenario import Reason

PATIENCE_SCALE_S: Final = 423.0
PATIENCE_SHAPE: Final = 0.83
# Survivors of the patience at seconds, as measured: what the Weibull is a fit of.
SURVIVORS: Final = {
    5: 0.985, 10: 0.962, 20: 0.925, 30: 0.898, 60: 0.820, 120: 0.710, 180: 0.609, 300: 0.486, 600: 0.263,
}  # fmt: skip
SHORT_SHARE: Final = 0.064
_SHORT_S: Final = (2.0, 10.0)
_LN_MEAN, _LN_SPREAD = 4.784, 0.953
_LONGEST_S: Final = 4_264.0
# A demonstration is watched: its calls are shorter, in the proportions of the reasons.
_MEDIAN: Final[dict[Reason, float]] = {
    "power_out": 55, "danger": 70, "bill": 130, "payment": 90, "meter": 110, "new_supply": 130, "other": 75,
}  # fmt: skip
_WATCHED_SPREAD, _WATCHED_LONGEST_S = 0.6, 900.0
REDIAL_CHANCE: Final = 0.5
REDIAL_MEAN_S: Final = 120.0
MOST_ATTEMPTS: Final = 10
# A day's volume against the forecast: gamma of mean 1, coefficient of variation 0.1 (inferred, not measured).
_MIXING_SHAPE: Final = 100.0


def patience(rng: Random) -> float:
    """Draw the seconds until a caller gives up."""
    return rng.weibullvariate(PATIENCE_SCALE_S, PATIENCE_SHAPE)


def survivors(seconds: float) -> float:
    """Return the share of callers who wait longer than so many seconds."""
    return math.exp(-((seconds / PATIENCE_SCALE_S) ** PATIENCE_SHAPE))


def talk(rng: Random) -> float:
    """Draw the handle time of a real call in seconds: one in sixteen ends at once, a few last an hour."""
    if rng.random() < SHORT_SHARE:
        return rng.uniform(*_SHORT_S)
    return min(_LONGEST_S, max(10.0, rng.lognormvariate(_LN_MEAN, _LN_SPREAD)))


def handle(rng: Random, reason: Reason) -> float:
    """Draw the handle time of a demonstration's contact in seconds, by its reason."""
    if rng.random() < SHORT_SHARE:
        return rng.uniform(*_SHORT_S)
    return min(_WATCHED_LONGEST_S, rng.lognormvariate(math.log(_MEDIAN[reason]), _WATCHED_SPREAD))


def redial(rng: Random, attempt: int) -> float | None:
    """Draw the seconds after which somebody who gave up for the `attempt`-th time (from 1) tries again, None: never."""
    if attempt >= MOST_ATTEMPTS or rng.random() >= REDIAL_CHANCE:
        return None
    return rng.expovariate(1 / REDIAL_MEAN_S)


def mixing(rng: Random) -> float:
    """Draw a day's factor on its expected volume."""
    return rng.gammavariate(_MIXING_SHAPE, 1 / _MIXING_SHAPE)


def surge(seconds: float, times: float, half_life_s: float) -> float:
    """Return the factor on the rate so many seconds after an outage began: 1 + (m - 1) 2^(-t/h), 1 before it."""
    return 1.0 if seconds < 0 else 1 + (times - 1) * 2 ** (-seconds / half_life_s)
