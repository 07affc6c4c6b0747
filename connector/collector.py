"""Python's garbage collector, tuned for one long-lived floor."""

import gc
from typing import Final

THRESHOLDS: Final = (10_000, 20, 50)
"""The floor is frozen values without cycles, freed by their reference counts; what is left for the collector is little,
and a walk over all objects costs a loop of thousands of agents many ms.  10,000 objects of garbage are about 1 MB;
Python's own thresholds are (700, 10, 10)."""


def settle() -> None:
    """What was loaded is left out of later collections, and these are rarer; for a process that has just started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
