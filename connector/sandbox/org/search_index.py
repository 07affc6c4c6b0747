"""Words and phone numbers of each record, kept beside it for SOSL."""
# ruff: noqa: S608 - identifiers come from the schema alone, values are bound

from __future__ import annotations

import re
import unicodedata

from connector.sandbox.org.database import NAME_COLUMNS, Database, quoted
from connector.sandbox.org.schema import TEXT_TYPES, Row, SObject

EXTENSION = re.compile(
    r"(?:\s|;)*(?:ext\.?|extension|x|#|toestel|durchwahl|dw\.?|poste)[\s=.:]*(\d{1,8})\s*$", re.IGNORECASE
)
TRUNK_ZERO = re.compile(r"\(0\)")
NOT_A_WORD = re.compile(r"[^\w]+|_")


def folded(text: str) -> str:
    """`text` as search sees it: no case, no accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The words of `text` as search sees them."""
    return [word for word in NOT_A_WORD.split(folded(text)) if word]


def phone_digits(number: str) -> tuple[str, str | None]:
    """The digits of a written number without country prefix signs and trunk zeros, and its extension if it has one."""
    match = EXTENSION.search(number)
    extension = match[1] if match else None
    main = number[: match.start()] if match else number
    digits = re.sub(r"\D", "", TRUNK_ZERO.sub("", main))
    return digits.lstrip("0"), extension


def index_record(database: Database, sobject: SObject, row: Row) -> None:
    """Replace what the search tables and `_name` say of this record by what it says now."""
    record_id = row["Id"]
    forget_record(database, record_id)
    if row.get("IsDeleted"):
        _remember_name(database, sobject, row)
        return
    if sobject.searchable:
        _index_words(database, sobject, row)
        _index_phones(database, sobject, row)
    _remember_name(database, sobject, row)


def forget_record(database: Database, record_id: object) -> None:
    for table in ("_word", "_phone"):
        database.connection.execute(f"DELETE FROM {table} WHERE record = ?", [record_id])


def _index_words(database: Database, sobject: SObject, row: Row) -> None:
    found: set[tuple[str, str]] = set()
    # Long text areas are left out: they would cost every Task more than all the rest of its save.
    for field in sobject.fields.values():
        value = row.get(field.name)
        if field.type not in TEXT_TYPES or not field.filterable or not isinstance(value, str):
            continue
        scope = "EMAIL" if field.type == "email" else "NAME" if field.name_field else "OTHER"
        found.update((word, scope) for word in words(value))
    database.connection.executemany(
        "INSERT INTO _word VALUES (?, ?, ?, ?)",
        [(word, scope, sobject.name, row["Id"]) for word, scope in sorted(found)],
    )


def _index_phones(database: Database, sobject: SObject, row: Row) -> None:
    for field in sobject.phones():
        value = row.get(field.name)
        if isinstance(value, str):
            digits, extension = phone_digits(value)
            database.connection.execute(
                "INSERT INTO _phone VALUES (?, ?, ?, ?)", [digits[::-1], extension, sobject.name, row["Id"]]
            )


def _remember_name(database: Database, sobject: SObject, row: Row) -> None:
    values = {column: row.get(column) for column in NAME_COLUMNS}
    values.update(Type=sobject.name, Name=row.get(sobject.name_field), Email=row.get("Email") or row.get("PersonEmail"))
    columns = ", ".join(quoted(column) for column in values)
    database.connection.execute(
        f"INSERT OR REPLACE INTO _name ({columns}) VALUES ({', '.join('?' * len(values))})", list(values.values())
    )
