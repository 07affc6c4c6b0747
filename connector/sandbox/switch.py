"""`python -m connector.sandbox.switch`: the simulated switch in a process of its own, with customers who call."""

import argparse
from pathlib import Path

from connector.errors import ConfigError
from connector.sandbox.customers import CALM, SEED, Customers, Pace
from connector.switch.simulated.command import Extra, main, parser, strangers
from connector.switch.simulated.engine import Engine


def options() -> argparse.ArgumentParser:
    """The options of the switch, and those of its customers."""
    p = parser("python -m connector.sandbox.switch")
    p.add_argument(
        "--people", type=Path, metavar="FILE", help="numbers of customers who call, one a line, as +14155550143"
    )
    p.add_argument("--called", default="", metavar="SKILL,...", help="the lines that they call (default: all)")
    p.add_argument("--between", metavar="45-90", help="seconds between their calls, the fewest and the most")
    p.add_argument("--seed", type=int, default=SEED, help="the same seed, the same customers")
    return p


def customers(chosen: argparse.Namespace) -> Extra:
    """The customers of `--people`, and the strangers of `--calls-every`."""
    strangers_call = strangers(chosen)

    def begin(engine: Engine) -> None:
        strangers_call(engine)
        if chosen.people is not None:
            called = [line for line in chosen.called.split(",") if line]
            pace = pace_of(chosen.between)
            Customers(engine, numbers_in(chosen.people), lines=called, seed=chosen.seed, pace=pace).start()

    return begin


def numbers_in(file: Path) -> list[str]:
    """The numbers of a file, one a line.  Raises ConfigError."""
    try:
        return [line for line in map(str.strip, file.read_text(encoding="utf-8").splitlines()) if line]
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigError(f"--people: {file} cannot be read: {bad}") from bad


def pace_of(between: str | None) -> Pace:
    """The pace of customers with those seconds between their calls.  Raises ConfigError."""
    if between is None:
        return CALM
    fewest, _, most = between.partition("-")
    try:
        bounds = (int(float(fewest) * 1000), int(float(most) * 1000))
    except ValueError:
        bounds = (0, 0)
    if not 0 < bounds[0] <= bounds[1]:
        raise ConfigError(f"--between: {between!r} is not FEWEST-MOST in seconds, as in 45-90")
    return Pace(between=bounds)


if __name__ == "__main__":
    raise SystemExit(main(options(), customers))
