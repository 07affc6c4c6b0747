"""How the org says no.

`OrgError` is the only error that handlers raise on purpose. It carries what the REST API puts into its body;
the shapes are those of Salesforce: `errorCode` for a whole request, `statusCode` for a row of a collection.
"""

from __future__ import annotations

from collections.abc import Sequence


class OrgError(Exception):
    """A refusal in Salesforce's words.

    `fields` is None where Salesforce sends no `fields` key (errors of a request) and a tuple, perhaps empty, where it
    does (errors of a record). `whole` marks errors of reading the request: they refuse a collection as a whole.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: Sequence[str] | None = None,
        whole: bool = False,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = None if fields is None else tuple(fields)
        self.whole = whole

    def body(self) -> list[dict[str, object]]:
        """The body of a refused request: a list of one error."""
        error: dict[str, object] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            error["fields"] = list(self.fields)
        return [error]

    def row(self) -> dict[str, object]:
        """The same error as an entry of `errors` in a row of a collection."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


class MultipleChoicesError(Exception):
    """An external id matched several records: HTTP 300 with the records' addresses as the body."""

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__(f"{len(urls)} records match")
        self.urls = tuple(urls)


def not_found(message: str = "The requested resource does not exist") -> OrgError:
    """404 NOT_FOUND with Salesforce's usual words."""
    return OrgError("NOT_FOUND", message, status=404)


def parse_error(message: str) -> OrgError:
    """400 JSON_PARSER_ERROR; refuses the request as a whole, collections too."""
    return OrgError("JSON_PARSER_ERROR", message, whole=True)
