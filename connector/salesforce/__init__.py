"""Salesforce over its REST API: the adapter behind the `Crm` port."""

from connector.salesforce.config import SalesforceConfig
from connector.salesforce.crm import SalesforceCrm

__all__ = ["SalesforceConfig", "SalesforceCrm", "open_crm"]


def open_crm(config: SalesforceConfig) -> SalesforceCrm:
    """The org that `config` names.  Nothing is asked of it yet; `await crm.close()` ends its threads and connections.

    Raises `ConfigError` that names the setting which cannot be used.
    """
    return SalesforceCrm(config)
