"""The stand-in org: an HTTP server that unmodified Salesforce clients talk to.

`server.start_org` starts it inside this process, `python -m connector.sandbox.org` as a process of its own.
"""
