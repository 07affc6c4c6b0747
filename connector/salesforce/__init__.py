"""Salesforce over its REST API: the adapter behind the `Crm` port."""

from connector.ports.number_index import NumberIndex
from connector.salesforce.config import SalesforceConfig
from connector.salesforce.crm import SalesforceCrm

__all__ = ["SalesforceConfig", "SalesforceCrm", "open_crm"]


def open_crm(config: SalesforceConfig, index: NumberIndex | None = None) -> SalesforceCrm:
    """The org that `config` names.  Nothing is asked of it yet; `await crm.close()` ends its threads and connections.

    `index` holds the org's numbers and is closed with it; without one, callers are searched for.

    Raises `ConfigError` that names the setting which cannot be used.
    """
    return SalesforceCrm(config, index)
