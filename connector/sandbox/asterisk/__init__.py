"""A real Asterisk on this machine, for the demo and the tests: nothing is installed, everything is in one folder."""
