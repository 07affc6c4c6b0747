"""`python -m connector.sandbox.child MODULE …`: runs the module, and ends it when the demo is gone, however that ended.

The demo holds the other end of standard input.  A demo that was killed can stop nobody; its parts would keep its ports.
"""

import os
import runpy
import signal
import sys
import threading


def _end_with_parent() -> None:
    # Not through `sys.stdin`, whose lock a thread that waits for ever would still hold when the interpreter shuts down.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    module = sys.argv[1]
    sys.argv = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
