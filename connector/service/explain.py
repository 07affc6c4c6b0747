"""Why a Task is not written, in words for whoever looks after the org, and what mends it."""

from typing import Final

from connector.service.explain_dutch import DUTCH
from connector.service.retry import VERDICTS, Verdict

_BY_ITSELF: Final = "nothing: it is tried again by itself"

_WORDS: Final[dict[str, tuple[str, str]]] = {
    # The connection, and the org as a whole.
    "connection": ("Salesforce cannot be reached", "look at network, proxy and DNS; it goes on by itself"),
    "timeout": ("Salesforce did not answer in time", _BY_ITSELF),
    "unavailable": ("Salesforce is out of order, or a proxy answers for it", "look at status.salesforce.com"),
    "busy": ("Salesforce has too much to do", _BY_ITSELF),
    "session": ("Salesforce accepts no session of the connector's", "run `connector check`"),
    "login": ("the connector cannot sign in", "run `connector check`"),
    "access": ("the integration user may not use the API", "give it the permission API Enabled"),
    "daily_limit": ("the org has used up its API requests of the day", "wait, or buy more; it goes on by itself"),
    "INVALID_SESSION_ID": ("Salesforce accepts no session of the connector's", "run `connector check`"),
    "REQUEST_LIMIT_EXCEEDED": ("the org has used up its API requests", "wait, or buy more; it goes on by itself"),
    "STORAGE_LIMIT_EXCEEDED": ("the org's data storage is full", "free or buy storage; it goes on by itself"),
    "API_CURRENTLY_DISABLED": ("the API is switched off", "give the integration user the permission API Enabled"),
    "API_DISABLED_FOR_ORG": ("the org has no API", "use an edition with API access"),
    "FUNCTIONALITY_NOT_ENABLED": ("a feature of the org is switched off", "ask Salesforce; it goes on by itself"),
    "INSUFFICIENT_ACCESS": ("the integration user may not do this", "give it the connector's permission set"),
    "INSUFFICIENT_ACCESS_OR_READONLY": (
        "the integration user may not write this Task",
        "give it the connector's permission set, or share the Task with it; it goes on by itself",
    ),
    "INVALID_TYPE": ("the integration user may not see Tasks", "give it the connector's permission set"),
    "NOT_FOUND": ("the integration user may not see Tasks", "give it the connector's permission set"),
    # Passing.
    "UNABLE_TO_LOCK_ROW": ("a related record is being changed by somebody else", _BY_ITSELF),
    "QUERY_TIMEOUT": ("a trigger or flow of the org is slow", _BY_ITSELF),
    "REQUEST_RUNNING_TOO_LONG": ("a trigger or flow of the org is slow", _BY_ITSELF),
    "SERVER_UNAVAILABLE": ("Salesforce is out of order", _BY_ITSELF),
    "UNKNOWN_EXCEPTION": ("Salesforce failed and does not say why", _BY_ITSELF),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": ("another Task of the same request was refused", _BY_ITSELF),
    "PROCESSING_HALTED": ("another Task of the same request was refused", _BY_ITSELF),
    "INVALID_FIELD": ("the org has lost a field that it had", _BY_ITSELF),
    "DUPLICATE_VALUE": ("the org has a Task with this key", "it is looked up; if it stays, look for a foreign record"),
    "DUPLICATE_EXTERNAL_ID": ("the org has several records with this key", "delete those that are none of ours"),
    "OLDER_VERSION": ("the Task has a newer version than this one", _BY_ITSELF),
    "INTERNAL": ("a mistake of the connector's", "look at its log, and report it; it is tried again by itself"),
    # The links.
    "ENTITY_IS_DELETED": ("a record that it links to was deleted", "undelete it, or choose another in the panel"),
    "CANNOT_UPDATE_CONVERTED_LEAD": ("the lead was converted", "choose the contact in the panel"),
    "INVALID_CROSS_REFERENCE_KEY": ("a record that it links to is not there for us", "choose another in the panel"),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        "the integration user may not see a record that it links to",
        "share it with the integration user, then retry; or choose another in the panel",
    ),
    # The values.
    "FIELD_INTEGRITY_EXCEPTION": ("Name and Related To do not go together", "choose others in the panel"),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": ("a validation rule refuses it", "mend what it says, or the rule; then retry"),
    "REQUIRED_FIELD_MISSING": ("a required field is empty", "fill it, or make it optional for us; then retry"),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": ("a value is not in the picklist", "add it, then retry"),
    "STRING_TOO_LONG": ("a text is too long", "shorten it in the panel, or make the field longer and retry"),
    "INVALID_FIELD_FOR_INSERT_UPDATE": ("the integration user may not write a field", "give it the right, then retry"),
    "MALFORMED_ID": ("a link is no id", "choose another in the panel"),
    "INACTIVE_OWNER_OR_USER": ("the agent's user is inactive", "activate the user for a moment and retry"),
    "DUPLICATES_DETECTED": ("a duplicate rule refuses it", "let the rule allow the integration user, then retry"),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": ("a trigger or flow of the org failed", "mend it, then retry"),
    # What is not in this table.
    "refused": ("Salesforce refuses it", "read Salesforce's own words, mend what they say, then retry"),
    "not_ready": ("Salesforce was not ready", "read Salesforce's own words, mend what they say, then retry"),
    "discarded": ("somebody has decided that it is not written", "`connector outbox retry` writes it after all"),
}


def explained(code: str, state: str, language: str = "en") -> tuple[str, str]:
    """What is the matter with a row in that state, and the cure; both empty when nothing is.

    `language` as Salesforce names it: Dutch (`nl_NL`), or else English.
    """
    if not code:
        words = {
            "due": ("it is about to be written", ""),
            "later": ("it is about to be written", ""),
            "writing": ("it is being written", ""),
        }
        return words.get(state, ("", ""))
    refused = VERDICTS.get(code, Verdict.PARK) is Verdict.PARK
    code = code if code in _WORDS else ("refused" if refused else "not_ready")
    return (DUTCH if language.startswith("nl") else _WORDS)[code]
