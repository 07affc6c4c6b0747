"""The pure core: values and functions.  No input or output, no clock, no random ids, no logging, no asyncio.

`decide(floor, directory, input, stamp)` is the one way that state changes; `guard` is the one rule behind both what
`decide` refuses and which controls a panel is offered.
"""
