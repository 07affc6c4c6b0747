"""`python -m connector.switch.simulated`: the switch in a process of its own."""

from connector.switch.simulated.command import main, parser, strangers

if __name__ == "__main__":
    raise SystemExit(main(parser("python -m connector.switch.simulated"), strangers))
