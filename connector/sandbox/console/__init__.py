"""A page that looks and behaves like the Salesforce service console: the Open CTI host of the sandbox.

`server.start_console` starts it inside this process, `python -m connector.sandbox.console` as a process of its own.
The panel cannot tell it from Lightning: it runs in an iframe of another origin and speaks by postMessage only.
"""
