"""Short ways to write down fields, so that the tables in `objects/` read like a page of the object reference."""

from __future__ import annotations

from msgspec.structs import replace

from connector.sandbox.org.schema import Field, Scalar


def text(name: str, label: str, length: int = 255, *, required: bool = False, searchable_name: bool = False) -> Field:
    return Field(
        name=name,
        label=label,
        type="string",
        length=length,
        required=required,
        nillable=not required,
        name_field=searchable_name,
    )


def long_text(name: str, label: str, length: int = 32_000) -> Field:
    """A long text area: not to be filtered or sorted by, as in Salesforce."""
    return Field(name=name, label=label, type="textarea", length=length, filterable=False)


def phone(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="phone", length=40)


def email(name: str, label: str = "Email") -> Field:
    return Field(name=name, label=label, type="email", length=80, id_lookup=True)


def url(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="url", length=255)


def picklist(
    name: str, label: str, values: tuple[str, ...], *, restricted: bool = False, default: str | None = None,
    required: bool = False, length: int = 255,
) -> Field:  # fmt: skip
    return Field(
        name=name,
        label=label,
        type="picklist",
        length=length,
        values=values,
        restricted=restricted,
        default=default,
        defaulted=default is not None,
        required=required,
        nillable=not required and default is None,
    )


def multipicklist(name: str, label: str, values: tuple[str, ...]) -> Field:
    """A restricted one."""
    return Field(name=name, label=label, type="multipicklist", length=4_099, values=values, restricted=True)


def flag(name: str, label: str, *, default: bool = False) -> Field:
    return Field(name=name, label=label, type="boolean", default=default, defaulted=True, nillable=False)


def whole(name: str, label: str, digits: int = 8) -> Field:
    """An `int`; `digits` is the most digits it may have."""
    return Field(name=name, label=label, type="int", digits=digits)


def number(name: str, label: str, precision: int = 18, scale: int = 0) -> Field:
    """A custom Number field, which the API gives as a double even without decimals."""
    return Field(name=name, label=label, type="double", precision=precision, scale=scale)


def money(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="currency", precision=18, scale=2)


def day(name: str, label: str, *, required: bool = False) -> Field:
    return Field(name=name, label=label, type="date", required=required, nillable=not required)


def moment(name: str, label: str) -> Field:
    return Field(name=name, label=label, type="datetime")


def lookup(
    name: str, label: str, targets: tuple[str, ...], *, relationship: str | None = None, required: bool = False,
    updateable: bool = True, defaulted: bool = False,
) -> Field:  # fmt: skip
    """A reference. Its relationship name is the field's without `Id`, or with `__r` for `__c`, unless given."""
    if relationship is None:
        relationship = name[:-3] + "__r" if name.endswith("__c") else name.removesuffix("Id")
    return Field(
        name=name,
        label=label,
        type="reference",
        length=18,
        targets=targets,
        relationship=relationship,
        required=required,
        nillable=not required and not defaulted,
        updateable=updateable,
        defaulted=defaulted,
    )


def read_only(field: Field, *, default: Scalar = None) -> Field:
    """The same field, set by the org alone."""
    kept = field.default if default is None else default
    return replace(field, createable=False, updateable=False, calculated=True, default=kept)


def create_only(field: Field) -> Field:
    """The same field, writable on create and never after."""
    return replace(field, updateable=False)


def record_id() -> Field:
    return Field(
        name="Id", label="Record ID", type="id", length=18, nillable=False, createable=False, updateable=False,
        defaulted=True, id_lookup=True,
    )  # fmt: skip


def audit() -> list[Field]:
    """The fields that every record has and only the org writes."""

    def system(field: Field) -> Field:
        return replace(field, createable=False, updateable=False, nillable=False, defaulted=True)

    return [
        system(flag("IsDeleted", "Deleted")),
        system(moment("CreatedDate", "Created Date")),
        system(lookup("CreatedById", "Created By ID", ("User",))),
        system(moment("LastModifiedDate", "Last Modified Date")),
        system(lookup("LastModifiedById", "Last Modified By ID", ("User",))),
        system(moment("SystemModstamp", "System Modstamp")),
    ]


def owner(targets: tuple[str, ...] = ("User",)) -> Field:
    """OwnerId, which the org sets to the running user when it is absent."""
    return lookup("OwnerId", "Owner ID", targets, defaulted=True)


def address(kind: str = "") -> list[Field]:
    """The parts of a postal address; `kind` is Mailing, Billing, Shipping, Other, or nothing."""
    spaced = f"{kind} " if kind else ""
    return [
        Field(name=f"{kind}Street", label=f"{spaced}Street", type="textarea", length=255),
        text(f"{kind}City", f"{spaced}City", 40),
        text(f"{kind}State", f"{spaced}State/Province", 80),
        text(f"{kind}PostalCode", f"{spaced}Zip/Postal Code", 20),
        text(f"{kind}Country", f"{spaced}Country", 80),
    ]
