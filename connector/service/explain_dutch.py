"""The words of `explain` in Dutch: the same codes."""

from typing import Final

_BY_ITSELF: Final = "niets: het wordt vanzelf opnieuw geprobeerd"

DUTCH: Final[dict[str, tuple[str, str]]] = {
    # The connection, and the org as a whole.
    "connection": ("Salesforce is niet bereikbaar", "kijk naar netwerk, proxy en DNS; het gaat vanzelf verder"),
    "timeout": ("Salesforce antwoordde niet op tijd", _BY_ITSELF),
    "unavailable": ("Salesforce is buiten bedrijf, of een proxy antwoordt ervoor", "kijk op status.salesforce.com"),
    "busy": ("Salesforce heeft het te druk", _BY_ITSELF),
    "session": ("Salesforce aanvaardt geen sessie van de connector", "voer `connector check` uit"),
    "login": ("de connector kan zich niet aanmelden", "voer `connector check` uit"),
    "access": ("de integratiegebruiker mag de API niet gebruiken", "geef hem het recht API Enabled"),
    "daily_limit": ("de API-verzoeken van vandaag zijn op", "wacht, of koop er bij; het gaat vanzelf verder"),
    "INVALID_SESSION_ID": ("Salesforce aanvaardt geen sessie van de connector", "voer `connector check` uit"),
    "REQUEST_LIMIT_EXCEEDED": ("de API-verzoeken zijn op", "wacht, of koop er bij; het gaat vanzelf verder"),
    "STORAGE_LIMIT_EXCEEDED": ("de opslag van de org is vol", "maak ruimte of koop bij; het gaat vanzelf verder"),
    "API_CURRENTLY_DISABLED": ("de API staat uit", "geef de integratiegebruiker het recht API Enabled"),
    "API_DISABLED_FOR_ORG": ("de org heeft geen API", "gebruik een editie met API-toegang"),
    "FUNCTIONALITY_NOT_ENABLED": ("een functie van de org staat uit", "vraag Salesforce; het gaat vanzelf verder"),
    "INSUFFICIENT_ACCESS": ("de integratiegebruiker mag dit niet", "geef hem de permission set van de connector"),
    "INSUFFICIENT_ACCESS_OR_READONLY": (
        "de integratiegebruiker mag deze taak niet schrijven",
        "geef hem de permission set van de connector, of deel de taak met hem; het gaat vanzelf verder",
    ),
    "INVALID_TYPE": ("de integratiegebruiker mag geen taken zien", "geef hem de permission set van de connector"),
    "NOT_FOUND": ("de integratiegebruiker mag geen taken zien", "geef hem de permission set van de connector"),
    # Passing.
    "UNABLE_TO_LOCK_ROW": ("iemand anders wijzigt juist een gekoppeld record", _BY_ITSELF),
    "QUERY_TIMEOUT": ("een trigger of flow van de org is traag", _BY_ITSELF),
    "REQUEST_RUNNING_TOO_LONG": ("een trigger of flow van de org is traag", _BY_ITSELF),
    "SERVER_UNAVAILABLE": ("Salesforce is buiten bedrijf", _BY_ITSELF),
    "UNKNOWN_EXCEPTION": ("Salesforce faalde en zegt niet waarom", _BY_ITSELF),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": ("een andere taak van hetzelfde verzoek is geweigerd", _BY_ITSELF),
    "PROCESSING_HALTED": ("een andere taak van hetzelfde verzoek is geweigerd", _BY_ITSELF),
    "INVALID_FIELD": ("de org heeft een veld niet meer dat er was", _BY_ITSELF),
    "DUPLICATE_VALUE": (
        "de org heeft een taak met deze sleutel",
        "die wordt opgezocht; blijft dit, zoek een vreemd record",
    ),
    "DUPLICATE_EXTERNAL_ID": ("de org heeft meer records met deze sleutel", "verwijder die niet van ons zijn"),
    "OLDER_VERSION": ("de taak heeft een nieuwere versie dan deze", _BY_ITSELF),
    "INTERNAL": ("een fout van de connector", "kijk in het log en meld het; het wordt vanzelf opnieuw geprobeerd"),
    # The links.
    "ENTITY_IS_DELETED": ("een gekoppeld record is verwijderd", "zet het terug, of kies in het paneel een ander"),
    "CANNOT_UPDATE_CONVERTED_LEAD": ("de lead is geconverteerd", "kies in het paneel de contactpersoon"),
    "INVALID_CROSS_REFERENCE_KEY": ("een gekoppeld record is er voor ons niet", "kies in het paneel een ander"),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        "de integratiegebruiker mag een gekoppeld record niet zien",
        "deel het met de integratiegebruiker en probeer opnieuw; of kies in het paneel een ander",
    ),
    # The values.
    "FIELD_INTEGRITY_EXCEPTION": ("Naam en Gerelateerd aan passen niet bij elkaar", "kies in het paneel andere"),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        "een validatieregel weigert het",
        "herstel wat die zegt, of de regel; probeer dan opnieuw",
    ),
    "REQUIRED_FIELD_MISSING": (
        "een verplicht veld is leeg",
        "vul het in, of maak het voor ons niet verplicht; probeer dan opnieuw",
    ),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        "een waarde staat niet in de keuzelijst",
        "voeg die toe; probeer dan opnieuw",
    ),
    "STRING_TOO_LONG": (
        "een tekst is te lang",
        "kort die in het paneel in, of maak het veld langer en probeer opnieuw",
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (
        "de integratiegebruiker mag een veld niet schrijven",
        "geef hem het recht; probeer dan opnieuw",
    ),
    "MALFORMED_ID": ("een koppeling is geen id", "kies in het paneel een ander"),
    "INACTIVE_OWNER_OR_USER": ("de gebruiker van de agent is inactief", "activeer die even en probeer opnieuw"),
    "DUPLICATES_DETECTED": ("een duplicaatregel weigert het", "sta de integratiegebruiker toe; probeer dan opnieuw"),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
        "een trigger of flow van de org faalde",
        "herstel die; probeer dan opnieuw",
    ),
    # What is not in this table.
    "refused": ("Salesforce weigert het", "lees wat Salesforce zelf zegt, herstel dat en probeer opnieuw"),
    "not_ready": ("Salesforce was niet klaar", "lees wat Salesforce zelf zegt, herstel dat en probeer opnieuw"),
    "discarded": (
        "iemand heeft besloten dat het niet wordt geschreven",
        "`connector outbox retry` schrijft het alsnog",
    ),
}
