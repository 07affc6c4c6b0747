"""`connector simulate`: something happens in the demo that runs on this machine.

Each function returns what to tell, or raises a `ConnectorError` with the cure.
"""

import http.client
import json
import math
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from connector.errors import ConfigError, ConnectorError
from connector.sandbox.requests import CALLBACKS_PATH, WORK_PATH
from connector.sandbox.samples import CALLBACKS, EMAILS, WORK_ITEMS, Body

TALK_S: Final = 120
NO_DEMO: Final = "No demo is running here: start one with `make demo`."


class Note(Struct, frozen=True):
    """How a running demo is reached: its switch and org with the key of both, its connector and an API key of it."""

    switch: str
    key: str
    connector: str
    api_key: str
    org: str = ""


def note_file(environment: Mapping[str, str]) -> Path:
    """Where a running demo leaves its note.  Raises `ConfigError` when the folder cannot be made."""
    home = environment.get("XDG_STATE_HOME") or Path(environment.get("HOME", "~")).expanduser() / ".local" / "state"
    folder = Path(home) / "phone-panel"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"XDG_STATE_HOME: {folder} cannot be made: {error.strerror}.") from error
    return folder / "demo.json"


def call(
    environment: Mapping[str, str], number: str, skill: str | None, talk: float | None, to: str | None = None
) -> str:
    """A customer calls a skill, or the number `to`."""
    seconds = TALK_S if talk is None else talk
    if not math.isfinite(seconds):  # JSON has no word for it
        raise ConnectorError(f"talk: {seconds} is not a time in seconds; give one above 0.")
    called = {"to": to} if to is not None else {"skill": skill or "Support_EN"}
    leg = _switch(_note(environment), "/calls", {"from": number, **called, "talk": seconds})["leg"]
    return f"{number} calls {to or called['skill']} ({leg})"


def hang_up(environment: Mapping[str, str], number: str | None) -> str:
    """The far end hangs up: whoever has that number, or everybody outside."""
    note = _note(environment)
    far = [leg for leg in _switch(note, "/calls", None) if leg["role"] != "AGENT"]
    ended = [leg for leg in far if number is None or leg["number"] == number]
    if not ended:
        there = ", ".join(dict.fromkeys(leg["number"] for leg in far))
        raise ConnectorError(f"from: {number} is in no call; in calls are: {there}." if far else "There is no call.")
    for leg in ended:
        _switch(note, "/hangup", {"leg": leg["leg"]})
    return f"hung up: {', '.join(leg['number'] for leg in ended)}"


def callback(environment: Mapping[str, str], given: Body) -> str:
    """Somebody asks to be called back; what is not given is as in the first sample."""
    body = {**({} if "number" in given else CALLBACKS[0]), "skill": CALLBACKS[0]["skill"], **given}
    contact = _api(_note(environment), CALLBACKS_PATH, body)
    return f"{body['number']} is to be called back, in {body['skill']} ({contact})"


def work(environment: Mapping[str, str], kind: str, given: Body) -> str:
    """A work item or an e-mail is delivered; what is not given is as in the first sample of its kind."""
    sample = (EMAILS if kind == "email" else WORK_ITEMS)[0]
    body = {**(sample if "title" not in given else {"skill": sample["skill"]}), **given, "kind": kind}
    contact = _api(_note(environment), WORK_PATH, body)
    return f"“{body['title']}” waits in {body['skill']} ({contact})"


def configure(environment: Mapping[str, str], sobject: str, name: str, fields: Mapping[str, str]) -> str:
    """A skill, a setting or another record of custom metadata becomes so; the connector reads it within seconds."""
    note = _note(environment)
    wanted = {"object": sobject, "name": name, "fields": dict(fields)}
    _asked(f"{note.org}/sandbox/configuration", {"X-Sandbox-Key": note.key}, wanted)
    changes = ", ".join(f"{field} = {value or 'blank'}" for field, value in fields.items())
    return f"{sobject} {name}: {changes}; in force within ten seconds"


def _note(environment: Mapping[str, str]) -> Note:
    try:
        return msgspec.json.decode(note_file(environment).read_bytes(), type=Note)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConnectorError(NO_DEMO) from error


def _switch(note: Note, path: str, body: Body | None) -> Any:
    return _asked(note.switch + path, {"X-Sandbox-Key": note.key}, body)


def _api(note: Note, path: str, body: Body) -> str:
    return str(_asked(note.connector + path, {"Authorization": f"Bearer {note.api_key}"}, body)["contact"])


def _asked(url: str, headers: dict[str, str], body: Body | None) -> Any:
    """The answer; without a body it is a question."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310  # the address is our own demo's, on this machine
        url, data=data, headers={**headers, "Content-Type": "application/json"}
    )
    try:
        # Past any proxy: it is this machine that is asked.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=25) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise ConnectorError(_refusal(error)) from error
    except (OSError, http.client.HTTPException) as error:
        raise ConnectorError("The demo does not answer: is it still running? Start one with `make demo`.") from error


def _refusal(error: urllib.error.HTTPError) -> str:
    """What is said of the field that is refused, or that it is another program that answers."""
    try:
        words = json.loads(error.read())
        if "error" in words:  # the org's form
            return str(words["error"])
        return f"{words['field']}: {words['message']}" if words["field"] else str(words["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return "Something else answers where the demo was: start one with `make demo`."
