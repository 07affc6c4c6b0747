"""A Salesforce made of prepared answers, in place of the network, for answers that no stand-in would give."""

import io
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

Answer = requests.Response | Exception
Say = Callable[[requests.PreparedRequest], Answer]

LOGIN = "https://login.example"
INSTANCE = "https://acme.my.example"


def said(status: int, body: object, **headers: str) -> requests.Response:
    """An answer; a text is sent as it is, anything else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/html" if isinstance(body, str) else "application/json"
    response = requests.Response()
    response.status_code = status
    response.headers.update(
        {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    )
    response.raw = HTTPResponse(body=io.BytesIO(text.encode()), preload_content=False)
    return response


def refusal(status: int, code: str, message: str = "", fields: list[str] | None = None) -> requests.Response:
    """An error body as Salesforce writes it."""
    return said(status, [{"errorCode": code, "message": message or code, "fields": fields or []}])


class Scripted(HTTPAdapter):
    """Answers each request with the next prepared answer, the last one again and again; tokens are given out freely."""

    def __init__(self, *answers: Answer | Say) -> None:
        super().__init__()
        self.requests: list[requests.PreparedRequest] = []
        self.tokens = 0
        self.token_answer: Say = self._token
        self._answers = list(answers)
        self._lock = threading.Lock()

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        with self._lock:
            if urlsplit(request.url or "").path.endswith("/token"):
                self.tokens += 1
                answer: Answer = self.token_answer(request)
            else:
                self.requests.append(request)
                given = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                answer = given(request) if callable(given) else given
        if isinstance(answer, Exception):
            raise answer
        answer.request, answer.url = request, request.url or ""
        return answer

    def _token(self, _: requests.PreparedRequest) -> requests.Response:
        return said(200, {"access_token": f"token-{self.tokens}", "instance_url": INSTANCE})


def form_of(request: requests.PreparedRequest) -> dict[str, str]:
    """The fields of a form."""
    body = request.body or ""
    return {name: values[0] for name, values in parse_qs(body if isinstance(body, str) else body.decode()).items()}
