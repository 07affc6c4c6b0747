"""What other systems might send in the demo: requests for a call back, work items and e-mails, all invented."""

from typing import Any, Final

Body = dict[str, Any]

CALLBACKS: Final[tuple[Body, ...]] = (
    {"number": "+14155550143", "name": "Mia Chen", "skill": "Support_EN"},
    {"number": "+15035550127", "name": "Grace Okafor", "skill": "Sales"},
    {"number": "+31205550121", "name": "Sanne de Vries", "skill": "Support_EN"},
    {"number": "+14155550182", "name": "Priscilla Hargreaves", "skill": "Sales"},
    {"number": "+12125550163", "name": "Oluwaseun Adeyemi", "skill": "Sales"},
)
"""The fourth does not answer, so that attempts and their interval can be seen."""

WORK_ITEMS: Final[tuple[Body, ...]] = (
    {
        "title": "Refund of order 20931",
        "skill": "Billing",
        "payload": {"Order": "20931", "Amount": "$ 184.50", "Reason": "Paid twice", "Approved by": "Finance"},
        "priority": 4,
    },
    {
        "title": "Check the address of a delivery",
        "skill": "Support_EN",
        "payload": {"Order": "20977", "Address": "400 Howard St, San Francisco", "Carrier says": "No such number"},
    },
)

EMAILS: Final[tuple[Body, ...]] = (
    {
        "title": "Where is my order?",
        "skill": "Support_EN",
        "payload": {
            "From": "mia.chen@northwind.example",
            "Text": "Order 20931 was to come on Thursday. Could you tell me where it is? Thank you, Mia",
        },
    },
    {
        "title": "Prices for 2027",
        "skill": "Sales",
        "payload": {"From": "grace.okafor@fourthcoffee.example", "Text": "Please send us the new price list."},
    },
)

SAMPLES: Final = {"callback": CALLBACKS, "work_item": WORK_ITEMS, "email": EMAILS}
"""All of them, by kind."""
