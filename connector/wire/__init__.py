"""What travels between the connector, its panels and other systems: the only package that names wire keys.

`commands` holds what a panel sends, `state` what it is sent.  Both are JSON objects with a `type` key, one object per
WebSocket text message; `tests/fixtures/wire/*.json` has one example of each, read by the Python and the Jest tests.
`requests` holds what other systems send by HTTP.
"""

VERSION = 1
"""The version a panel names in `hello`; a connector answers another one with the error `wire_version`."""
