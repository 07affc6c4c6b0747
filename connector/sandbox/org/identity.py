"""What the identity address and userinfo tell of the user of a session."""

from __future__ import annotations

from connector.sandbox.org.schema import Row


def about_user(user: Row, organization_id: str, instance: str) -> dict[str, object]:
    """The user in the words of both resources, which share most of theirs."""
    user_id = str(user["Id"])
    address = f"{instance}/id/{organization_id}/{user_id}"
    rest = f"{instance}/services/data/v{{version}}/"
    return {
        "id": address,
        "sub": address,
        "asserted_user": True,
        "user_id": user_id,
        "organization_id": organization_id,
        "username": user["Username"],
        "preferred_username": user["Username"],
        "nick_name": user["Alias"],
        "nickname": user["Alias"],
        "display_name": user["Name"],
        "name": user["Name"],
        "email": user["Email"],
        "first_name": user["FirstName"],
        "given_name": user["FirstName"],
        "last_name": user["LastName"],
        "family_name": user["LastName"],
        "timezone": user["TimeZoneSidKey"],
        "zoneinfo": user["TimeZoneSidKey"],
        "user_type": "STANDARD",
        "language": user["LanguageLocaleKey"],
        "locale": user["LocaleSidKey"],
        "active": bool(user["IsActive"]),
        "urls": {
            "metadata": f"{instance}/services/Soap/m/{{version}}/{organization_id[:15]}",
            "query": f"{rest}query/",
            "rest": rest,
            "search": f"{rest}search/",
            "sobjects": f"{rest}sobjects/",
        },
    }
