"""What a bad day does to requests, by name."""

from collections.abc import Callable

from tests.faults.proxy import Asked, Fault, error, page

EXPIRED = error(401, "INVALID_SESSION_ID", "Session expired or invalid")
LIMIT = error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
NO_API = error(403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")
TOO_MANY = error(429, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
                 **{"Retry-After": "30"})  # fmt: skip


def anything(asked: Asked) -> bool:
    return "/services/data" in asked.path


def looks_up(asked: Asked) -> bool:
    return "query" in asked.path


FAULTS: dict[str, Callable[[], list[Fault]]] = {
    "reply cut after the commit": lambda: [Fault("cut_after", 2)],
    "request cut before": lambda: [Fault("cut_before", 2)],
    "looking up is cut": lambda: [Fault("cut_after"), Fault("cut_before", 3, meets=looks_up)],
    "arrives twice": lambda: [Fault("twice", 2)],
    "arrives once more, later": lambda: [Fault("again_late")],
    "slow answer": lambda: [Fault("slow", 2)],
    "401 storm": lambda: [Fault("answer", 6, EXPIRED, anything)],
    "403 daily limit": lambda: [Fault("answer", 2, LIMIT, anything)],
    "403 no API": lambda: [Fault("answer", 2, NO_API, anything)],
    "429": lambda: [Fault("answer", 2, TOO_MANY, anything)],
    "503 with HTML": lambda: [Fault("answer", 3, page(503), anything)],
    "wrong JSON": lambda: [Fault("answer", 2, page(200, '[{"success": tru', "application/json"))],
    "JSON of another kind": lambda: [Fault("answer", 2, page(200, '{"results": []}', "application/json"))],
    "trigger that is not bulk-safe": lambda: [Fault("not_bulk_safe", 100)],
}
