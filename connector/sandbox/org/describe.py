"""The describe resources: the schema in Salesforce's JSON."""

from __future__ import annotations

from connector.sandbox.org.hostile import record_types
from connector.sandbox.org.schema import TEXT_TYPES, Field, Schema, SObject

SOAP_TYPES = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime",
}  # fmt: skip


def describe_global(schema: Schema, version: str) -> dict[str, object]:
    """Body of GET sobjects."""
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_summary(sobject, version) for sobject in sorted(schema.objects.values(), key=lambda o: o.name)],
    }


def describe_object(schema: Schema, sobject: SObject, version: str) -> dict[str, object]:
    """Body of GET sobjects/{T}/describe."""
    return {
        "actionOverrides": [],
        "childRelationships": _children(schema, sobject),
        "compactLayoutable": True,
        "fields": [_field(field, sobject) for field in sobject.fields.values()],
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": record_types(sobject),
        "searchLayoutable": sobject.searchable,
        "supportedScopes": [{"label": f"All {sobject.plural.lower()}", "name": "everything"}],
        **_summary(sobject, version),
    }


def _summary(sobject: SObject, version: str) -> dict[str, object]:
    base = f"/services/data/{version}/sobjects/{sobject.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": sobject.createable,
        "custom": sobject.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": sobject.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": sobject.name == "Account",
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": sobject.createable,
        "mergeable": sobject.name in ("Account", "Contact", "Lead"),
        "mruEnabled": sobject.searchable,
        "name": sobject.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": sobject.searchable,
        "triggerable": sobject.createable,
        "undeletable": sobject.deletable,
        "updateable": sobject.updateable,
        "urls": {
            "sobject": base,
            "describe": f"{base}/describe",
            "rowTemplate": f"{base}/{{ID}}",
        },
    }


def _field(field: Field, sobject: SObject) -> dict[str, object]:
    text = field.type in TEXT_TYPES
    return {
        "aggregatable": field.filterable,
        "aiPredictionField": False,
        "autoNumber": field.auto_number,
        "byteLength": field.length * 3 if text else field.length,
        "calculated": field.calculated and field.custom,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": "Name" if field.name in ("FirstName", "LastName") else None,
        "controllerName": None,
        "createable": field.createable and sobject.createable,
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.digits,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": "plaintextarea" if field.type == "textarea" else None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.filterable and field.type != "datetime",
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.id_lookup,
        "inlineHelpText": None,
        "label": field.label,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == sobject.name_field,
        "namePointing": field.polymorphic,
        "nillable": field.nillable,
        "permissionable": not field.required and field.type != "id",
        "picklistValues": [_picklist_value(value, field) for value in field.values],
        "polymorphicForeignKey": field.polymorphic,
        "precision": field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.targets),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": False,
        "soapType": SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": field.filterable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable and sobject.updateable,
        "writeRequiresMasterRead": False,
    }


def _picklist_value(value: str, field: Field) -> dict[str, object]:
    return {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}


def _children(schema: Schema, sobject: SObject) -> list[dict[str, object]]:
    return [
        {
            "cascadeDelete": False,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": None,
            "restrictedDelete": False,
        }
        for child in schema.objects.values()
        for field in child.fields.values()
        if sobject.name in field.targets
    ]
