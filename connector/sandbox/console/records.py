"""What the pages show, read from the org in the name of the signed-in user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from connector.sandbox.console.call_center import OBJECTS
from connector.sandbox.console.catalogue import BadRequestError, Catalogue, Field, ObjectInfo
from connector.sandbox.console.layout import ADDRESSES, PAGE_LABELS, SEARCHED, layout_of
from connector.sandbox.console.org_rest import OrgRefusedError, OrgRest, soql_text, sosl_term

LIST_LIMIT = 200
ACTIVITY_LIMIT = 50
RELATED_LIMIT = 5


class Ref(msgspec.Struct, frozen=True):
    """A link to another record."""

    id: str
    type: str
    name: str


class Cell(msgspec.Struct, frozen=True):
    """One field of one record as a page shows it. `kind` is the type of describe, or `address`."""

    name: str
    label: str
    kind: str
    value: str | int | float | bool | None
    ref: Ref | None = None


class Line(msgspec.Struct, frozen=True):
    """A row of a list."""

    id: str
    type: str
    name: str
    cells: tuple[Cell, ...]


class Table(msgspec.Struct, frozen=True):
    """A list of records of one object. `more` says that the org has more rows than are shown."""

    type: str
    label: str
    icon: str
    lines: tuple[Line, ...]
    more: bool


class Page(msgspec.Struct, frozen=True):
    """A record page.

    `form` are the fields of its Edit window; `view` is what Open CTI tells of it (getAppViewInfo without the url).
    """

    id: str
    type: str
    label: str
    name: str
    icon: str
    highlights: tuple[Cell, ...]
    details: tuple[Cell, ...]
    form: tuple[Cell, ...]
    view: dict[str, str | bool]
    related: tuple[Table, ...]


class Records:
    """Reads pages and lists; writes single records. Every method takes the username first and raises `OrgRefusedError`,
    `OrgUnreachableError`, or `BadRequestError` when the argument itself is wrong."""

    def __init__(self, rest: OrgRest, catalogue: Catalogue) -> None:
        self._rest = rest
        self._catalogue = catalogue

    async def page(self, user: str, record_id: str) -> Page:
        """The record's page, with its related lists; of the fields that the org has now."""
        try:
            return await self._page(user, record_id)
        except OrgRefusedError as refused:
            if all(problem.code != "INVALID_FIELD" for problem in refused.problems):
                raise
            self._catalogue.forget()
            return await self._page(user, record_id)

    async def _page(self, user: str, record_id: str) -> Page:
        info = await self._catalogue.object_of(user, record_id)
        layout = layout_of(info.name)
        details = layout.details or tuple(info.fields)
        always = (info.name_field, "IsPersonAccount", "PersonContactId")
        wanted = dict.fromkeys((*always, *layout.highlights, *details, *layout.form))
        rows = await self._rows(user, info, wanted, f"WHERE Id = {soql_text(record_id)}")
        if not rows:
            raise BadRequestError(f"The record {record_id} does not exist, or {user} has no access to it")
        row = rows[0]
        return Page(
            id=row["Id"],
            type=info.name,
            label=info.label,
            name=str(row.get(info.name_field) or row["Id"]),
            icon="person_account" if row.get("IsPersonAccount") else layout.icon,
            highlights=await self._cells(user, info, row, layout.highlights or details[:6]),
            details=await self._cells(user, info, row, details),
            form=await self._cells(user, info, row, layout.form),
            view=_view(info, row),
            related=await self._related(user, info, row, layout.related),
        )

    async def listed(self, user: str, name: str, *, mine: str | None = None) -> Table:
        """The list page of the object; `mine` is a user id that the records must belong to."""
        info = await self._catalogue.object(user, name)
        layout = layout_of(info.name)
        where = f"WHERE OwnerId = {soql_text(mine)}" if mine and "OwnerId" in info.fields else ""
        return await self._table(user, info, layout.columns, _tail(where, layout.order), LIST_LIMIT)

    async def activity(self, user: str, record_id: str) -> Table:
        """The Tasks of the record, newest first: of a person by name, of anything else by what it relates to."""
        info = await self._catalogue.object_of(user, record_id)
        literal = soql_text(record_id)
        if info.name in ("Contact", "Lead"):
            where = f"WhoId = {literal}"
        elif info.name == "Account":
            where = f"WhatId = {literal} OR AccountId = {literal}"
        else:
            where = f"WhatId = {literal}"
        columns = (
            "Subject", "Status", "IsClosed", "ActivityDate", "TaskSubtype", "CallType", "CallDurationInSeconds",
            "CallDisposition", "OwnerId", "WhoId", "WhatId", "CreatedDate",
        )  # fmt: skip
        task = await self._catalogue.object(user, "Task")
        tail = _tail(f"WHERE {where}", "CreatedDate DESC, Id DESC")
        return await self._table(user, task, columns, tail, ACTIVITY_LIMIT)

    async def found(self, user: str, text: str, objects: Iterable[str] = SEARCHED) -> list[Table]:
        """What SOSL finds for the text in any field, a table for each object that has matches."""
        if len(text.strip()) < 2:
            raise BadRequestError("q must have at least 2 characters")
        parts, infos = [], []
        for name in objects:
            info = await self._catalogue.object(user, name)
            infos.append(info)
            parts.append(f"{name}({', '.join(await self._select(user, info, layout_of(name).columns))} LIMIT 50)")
        query = f"FIND {{{sosl_term(text.strip(), beginnings=True)}}} IN ALL FIELDS RETURNING {', '.join(parts)}"
        answer = await self._rest.call(user, "GET", "search", params={"q": query})
        rows = answer["searchRecords"]
        tables = []
        for info in infos:
            mine = [row for row in rows if row["attributes"]["type"] == info.name]
            if mine:
                columns = layout_of(info.name).columns
                lines = [await self._line(user, info, row, columns) for row in mine]
                tables.append(Table(info.name, info.plural, layout_of(info.name).icon, tuple(lines), more=False))
        return tables

    async def matches(self, user: str, text: str) -> dict[str, dict[str, Any]]:
        """Record id to row, for searchAndScreenPop: the objects and fields of the softphone layout.

        A person account stands for itself and its contact: `PersonContactId` and `IsPersonAccount` tell of it.
        """
        if len(text.strip()) < 2:
            raise BadRequestError("searchParams must have at least 2 characters")
        parts = []
        for name, fields in OBJECTS.items():
            info = await self._catalogue.object(user, name)
            person = (field for field in ("IsPersonAccount", "PersonContactId") if field in info.fields)
            shown = dict.fromkeys(("Id", "Name", "LastModifiedDate", *person, *(f["apiName"] for f in fields)))
            parts.append(f"{name}({', '.join(shown)})")
        query = f"FIND {{{sosl_term(text.strip())}}} IN ALL FIELDS RETURNING {', '.join(parts)}"
        answer = await self._rest.call(user, "GET", "search", params={"q": query})
        return {
            row["Id"]: _match(row)
            for row in answer["searchRecords"]
            if not (row["attributes"]["type"] == "Contact" and row.get("IsPersonAccount"))
        }

    async def form(self, user: str, name: str, extra: Iterable[str] = ()) -> list[Field]:
        """The fields of the New and Edit windows: those of the layout, the org's required ones, and `extra`."""
        info = await self._catalogue.object(user, name)
        required = [field.name for field in info.fields.values() if field.required and field.name != "OwnerId"]
        for field in extra:
            if field not in info.fields:
                raise BadRequestError(f"{field} is not a field of {name}")
        wanted = dict.fromkeys((*layout_of(name).form, *required, *extra))
        shown = (info.fields[name] for name in wanted if name in info.fields)
        return [msgspec.structs.replace(field, label=_label(info, field)) for field in shown if field.createable]

    async def create(self, user: str, name: str, values: dict[str, Any]) -> str:
        """Makes a record; its id."""
        answer = await self._rest.call(user, "POST", f"sobjects/{name}/", json=values)
        created: str = answer["id"]
        return created

    async def update(self, user: str, record_id: str, values: dict[str, Any]) -> None:
        """Changes fields of a record."""
        info = await self._catalogue.object_of(user, record_id)
        await self._rest.call(user, "PATCH", f"sobjects/{info.name}/{record_id}", json=values)

    async def _related(
        self, user: str, info: ObjectInfo, row: dict[str, Any], related: Iterable[tuple[str, str]]
    ) -> tuple[Table, ...]:
        tables = []
        for child_name, pointer in related:
            child = await self._catalogue.object(user, child_name)
            parent = row.get("AccountId") if pointer == "AccountId" and info.name != "Account" else row["Id"]
            if pointer not in child.fields or parent is None:
                continue
            columns, order = layout_of(child_name).columns[:4], layout_of(child_name).order
            tail = _tail(f"WHERE {pointer} = {soql_text(parent)}", order)
            tables.append(await self._table(user, child, columns, tail, RELATED_LIMIT))
        return tuple(tables)

    async def _table(self, user: str, info: ObjectInfo, columns: Iterable[str], tail: str, limit: int) -> Table:
        rows = await self._rows(user, info, columns, f"{tail} LIMIT {limit + 1}")
        lines = [await self._line(user, info, row, columns) for row in rows[:limit]]
        return Table(info.name, info.plural, layout_of(info.name).icon, tuple(lines), more=len(rows) > limit)

    async def _line(self, user: str, info: ObjectInfo, row: dict[str, Any], columns: Iterable[str]) -> Line:
        cells = await self._cells(user, info, row, columns)
        return Line(row["Id"], info.name, str(row.get(info.name_field) or row["Id"]), cells)

    async def _rows(self, user: str, info: ObjectInfo, names: Iterable[str], tail: str) -> list[dict[str, Any]]:
        selected = ", ".join(await self._select(user, info, names))
        soql = f"SELECT {selected} FROM {info.name} {tail}"  # noqa: S608 (names from describe, values by soql_text)
        return await self._rest.query(user, soql)

    async def _select(self, user: str, info: ObjectInfo, names: Iterable[str]) -> list[str]:
        """The SELECT list for the fields: names of referred records come along, absent fields are left out."""
        wanted = {"Id": None, info.name_field: None}
        for name in names:
            for part in ADDRESSES.get(name, (name,)):
                field = info.fields.get(part)
                if field is None:
                    continue
                wanted[part] = None
                if field.type == "reference" and field.relationship:
                    wanted[f"{field.relationship}.{await self._parent_name(user, field)}"] = None
        return list(wanted)

    async def _parent_name(self, user: str, field: Field) -> str:
        """The name field behind a reference; a reference to several objects goes through `Name`."""
        if len(field.targets) != 1:
            return "Name"
        return (await self._catalogue.object(user, field.targets[0])).name_field

    async def _cells(self, user: str, info: ObjectInfo, row: dict[str, Any], names: Iterable[str]) -> tuple[Cell, ...]:
        cells = []
        for name in names:
            if name in ADDRESSES:
                if any(part in info.fields for part in ADDRESSES[name]):
                    cells.append(_address(name, row))
            elif name in info.fields:
                if name.startswith("Person") and not row.get("IsPersonAccount"):
                    continue
                field = info.fields[name]
                ref = await self._ref(user, field, row) if field.type == "reference" else None
                cells.append(Cell(name, _label(info, field), field.type, row.get(name), ref))
        return tuple(cells)

    async def _ref(self, user: str, field: Field, row: dict[str, Any]) -> Ref | None:
        target, parent = row.get(field.name), row.get(field.relationship or "")
        if target is None:
            return None
        info = await self._catalogue.object_of(user, target)
        name = (parent or {}).get(await self._parent_name(user, field)) or target
        return Ref(target, info.name, str(name))


def _tail(where: str, order: str) -> str:
    return f"{where} ORDER BY {order}".strip() if order else where


def _label(info: ObjectInfo, field: Field) -> str:
    """The label on a page, which for some standard fields differs from that in describe, as in Lightning."""
    if field.name == "OwnerId":
        return "Assigned To" if info.name == "Task" else f"{info.label} Owner"
    if field.name == "Description":
        return "Comments" if info.name == "Task" else "Description"
    if field.name in PAGE_LABELS:
        return PAGE_LABELS[field.name]
    return field.label.removesuffix(" ID") if field.type == "reference" else field.label


def _match(row: dict[str, Any]) -> dict[str, Any]:
    """A row of searchAndScreenPop: flat, with its object under `RecordType`. Source: Open CTI guide."""
    flat = {"RecordType": row["attributes"]["type"]}
    for name, value in row.items():
        if isinstance(value, dict) and name != "attributes":
            flat |= {f"{name}.{inner}": text for inner, text in value.items() if inner != "attributes"}
        elif name != "attributes":
            flat[name] = value
    return flat


def _address(name: str, row: dict[str, Any]) -> Cell:
    street, city, state, code, country = (row.get(part) or "" for part in ADDRESSES[name])
    if country in ("US", "USA", "United States"):
        country = ""
    if not country:
        place = ", ".join(filter(None, (city, " ".join(filter(None, (state, code))))))
    else:
        place = " ".join(filter(None, (code, city)))
    lines = "\n".join(filter(None, (street, place, country)))
    label = {"MailingAddress": "Mailing Address", "BillingAddress": "Billing Address"}.get(name, name)
    return Cell(name, label, "address", lines or None)


def _view(info: ObjectInfo, row: dict[str, Any]) -> dict[str, str | bool]:
    """The record as getAppViewInfo and onNavigationChange tell of it. Source: Open CTI guide, both methods."""
    view: dict[str, str | bool] = {
        "recordId": row["Id"],
        "recordName": str(row.get(info.name_field) or ""),
        "objectType": info.name,
    }
    if info.name in ("Account", "Contact") and "IsPersonAccount" in info.fields:
        view["personAccount"] = bool(row.get("IsPersonAccount"))
        other = "PersonContactId" if info.name == "Account" else "AccountId"
        if row.get("IsPersonAccount") and row.get(other):
            view["contactId" if info.name == "Account" else "accountId"] = row[other]
    return view
