"""The accounts of the seeded world and what is going on with them: cases, opportunities, campaigns, call steps."""

from __future__ import annotations

# Name, industry, main phone, city, country, web domain, account number.
ACCOUNTS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("Northwind Traders", "Shipping", "(415) 555-0140", "San Francisco", "United States", "northwind.example", "N-20931"),
    ("Alpine Ski House", "Hospitality", "+1 970 555 0100", "Vail", "United States", "alpineskihouse.example", "A-10442"),
    ("Contoso Retail", "Retail", "212-555-0160", "New York", "United States", "contoso.example", "C-30817"),
    ("Fourth Coffee", "Food & Beverage", "503.555.0120", "Portland", "United States", "fourthcoffee.example", "F-88231"),
    ("Fabrikam", "Manufacturing", "+1 (628) 555-0140", "Oakland", "United States", "fabrikam.example", "F-40120"),
    ("Tailspin Toys", "Retail", "2065550132", "Seattle", "United States", "tailspin.example", "T-51209"),
    ("Wide World Importers", "Shipping", "(305) 555-0115", "Miami", "United States", "wideworld.example", "W-61733"),
    ("Adventure Works", "Apparel", "1-312-555-0118", "Chicago", "United States", "adventureworks.example", "A-71102"),
    ("Litware", "Technology", "+16175550121", "Boston", "United States", "litware.example", "L-81446"),
    ("Proseware", "Technology", "646-555-0124", "New York", "United States", "proseware.example", "P-91857"),
    ("Lucerne Publishing", "Other", "(718) 555-0127", "Brooklyn", "United States", "lucerne.example", "L-12908"),
    ("Woodgrove Bank", "Banking", "+1 202 555 0135", "Washington", "United States", "woodgrove.example", "W-13511"),
    ("Margie's Travel", "Hospitality", "702.555.0139", "Las Vegas", "United States", "margiestravel.example", "M-14022"),
    ("Trey Research", "Education", "(919) 555-0141", "Durham", "United States", "treyresearch.example", "T-15643"),
    ("City Power & Light", "Energy", "213-555-0144", "Los Angeles", "United States", "citypower.example", "C-16394"),
    ("Van der Berg Logistiek", "Transportation", "020 555 01 20", "Amsterdam", "Netherlands", "vdberg.example", "V-20111"),
    ("Tulpenhof Bloemen", "Retail", "(071) 555 01 20", "Leiden", "Netherlands", "tulpenhof.example", "T-20222"),
    ("Grachten Hotel Groep", "Hospitality", "+31 20 555 0120", "Amsterdam", "Netherlands", "grachten.example", "G-20333"),
    ("Hansekontor Spedition", "Transportation", "040 66969-0", "Hamburg", "Germany", "hansekontor.example", "H-30111"),
    ("Alpenblick Maschinenbau", "Manufacturing", "089 99998-0", "München", "Germany", "alpenblick.example", "A-30222"),
    ("Brandt & Sohn Optik", "Healthcare", "+49 30 23125 0", "Berlin", "Germany", "brandt-optik.example", "B-30333"),
    ("Thistle & Rowan", "Consulting", "0131 496 0120", "Edinburgh", "United Kingdom", "thistlerowan.example", "T-40111"),
    ("Pemberton Print", "Other", "020 7946 0120", "London", "United Kingdom", "pemberton.example", "P-40222"),
    ("Ashdown Dental Care", "Healthcare", "+44 161 496 0120", "Manchester", "United Kingdom", "ashdown.example", "A-40333"),
)

# Number, subject, person, status, priority, reason, what the customer said.
CASES: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("00000987", "Late delivery", "Mia Chen", "Working", "Medium", "Delivery", "Pallet due on Monday has not arrived."),
    ("00001026", "Charged twice", "Mia Chen", "New", "High", "Billing", "Invoice 20931 was taken twice from the card."),
    ("00001002", "Group booking dates", "Rosa Martínez", "Working", "Medium", "Account", "Wants to move 40 guests by a week."),
    ("00001003", "Ski passes not printed", "Peter Lindqvist", "New", "High", "Product", "Printer refuses the new card stock."),
    ("00001004", "Return without receipt", "Nadia Haddad", "Closed", "Low", "Product", "Customer wants store credit."),
    ("00001005", "Wrong store in invoice", "Oluwaseun Adeyemi", "New", "Medium", "Billing", "Invoice names the Queens store."),
    ("00001006", "Check address change", "Grace Okafor", "Working", "High", "Account", "From 12 Pine St to 400 Oak Ave, Apt 9."),
    ("00001007", "Roast date missing", "Liam Walsh", "On Hold", "Low", "Product", "Labels came without a date."),
    ("00001008", "Order 88231 incomplete", "Yuki Tanaka", "New", "Medium", "Delivery", "Two of six bags are missing."),
    ("00001009", "Contract copy", "Dana Whitfield", "Closed", "Low", "Account", "Needs the signed copy for the auditor."),
    ("00001010", "Gauge out of tolerance", "Dan Whitfield", "Escalated", "High", "Product", "Batch 7 measures 0.3 mm high."),
    ("00001011", "Spare parts list", "Sofia Ricci", "New", "Low", "Other", "Asks for the list in Italian."),
    ("00001012", "Toy recall question", "Ingrid Solberg", "Working", "High", "Product", "Is lot 33 part of the recall?"),
    ("00001013", "Carrier damage", "Caleb Nguyen", "New", "Medium", "Delivery", "Photos were sent by e-mail."),
    ("00001014", "Customs code", "Amara Diallo", "On Hold", "Medium", "Other", "Needs the tariff number for ceramics."),
    ("00001015", "Password reset loop", "Megan O'Connor", "Escalated", "High", "Account", "Five users cannot sign in."),
    ("00001016", "Licence count", "Daniel Cho", "Closed", "Low", "Billing", "Ten seats were removed in June."),
    ("00001017", "Royalty statement", "Helen Papadakis", "New", "Medium", "Billing", "Second quarter is missing."),
    ("00001018", "Card blocked abroad", "Jerome Baptiste", "Working", "High", "Account", "Customer is in Lisbon until Friday."),
    ("00001019", "Tour voucher", "Carmen Vega", "New", "Low", "Other", "Voucher code is not accepted."),
    ("00001020", "Meter reading", "Walter Hughes", "Closed", "Medium", "Billing", "Reading was off by a digit."),
    ("00001021", "Levering vertraagd", "Sanne de Vries", "New", "High", "Delivery", "Zending 4471 staat stil in Venlo."),
    ("00001022", "Dubbele factuur", "Fleur Janssen", "Working", "Medium", "Billing", "Factuur 2214 is tweemaal geïnd."),
    ("00001023", "Reservering wijzigen", "Lotte Visser", "New", "Low", "Account", "Van twee naar drie nachten."),
    ("00001024", "Sendung beschädigt", "Katrin Schäfer", "Escalated", "High", "Delivery", "Zwei Paletten sind nass."),
    ("00001025", "Ersatzteil gesucht", "Florian Huber", "New", "Medium", "Product", "Teilenummer AB-1180."),
    ("00001027", "Brille falsch geschliffen", "Martina Brandt", "Working", "Medium", "Product", "Achse um fünf Grad verdreht."),
    ("00001028", "Proof colours", "Beatrice Pemberton", "On Hold", "Low", "Product", "Blue looks purple on proof 2."),
    ("00001029", "Appointment reminders", "Imogen Clarke", "New", "Medium", "Other", "Patients get them twice."),
    ("00001030", "Delivery window", "Elena Petrova", "New", "Low", "Delivery", "Only after six in the evening."),
)

# Name, account, stage, amount, days until it closes.
OPPORTUNITIES: tuple[tuple[str, str, str, float, int], ...] = (
    ("Renewal 2027", "Northwind Traders", "Negotiation/Review", 48_000.0, 45),
    ("Warehouse scanners", "Northwind Traders", "Qualification", 12_500.0, 90),
    ("Group offer winter", "Alpine Ski House", "Proposal/Price Quote", 22_000.0, 20),
    ("Store roll-out east", "Contoso Retail", "Needs Analysis", 130_000.0, 120),
    ("Wholesale contract", "Fourth Coffee", "Value Proposition", 18_750.0, 30),
    ("Renewal maintenance", "Fabrikam", "Negotiation/Review", 36_400.0, 15),
    ("Holiday season stock", "Tailspin Toys", "Closed Won", 74_900.0, -10),
    ("Freight frame contract", "Wide World Importers", "Prospecting", 210_000.0, 160),
    ("Bike line 2027", "Adventure Works", "Closed Lost", 55_000.0, -25),
    ("Support plan upgrade", "Litware", "Proposal/Price Quote", 9_600.0, 25),
    ("Branch telephony", "Woodgrove Bank", "Needs Analysis", 88_000.0, 75),
    ("Raamcontract transport", "Van der Berg Logistiek", "Qualification", 64_000.0, 60),
    ("Voorjaarscollectie", "Tulpenhof Bloemen", "Value Proposition", 15_300.0, 40),
    ("Wartungsvertrag 2027", "Alpenblick Maschinenbau", "Negotiation/Review", 41_200.0, 35),
    ("Annual print budget", "Pemberton Print", "Prospecting", 27_800.0, 100),
)

# Name, type, status, days since its start, days until its end.
CAMPAIGNS: tuple[tuple[str, str, str, int, int], ...] = (
    ("Winter group offer", "Telemarketing", "In Progress", 14, 46),
    ("Renewals 2027", "Telemarketing", "In Progress", 30, 60),
    ("Billing self-service webinar", "Webinar", "Planned", -20, 21),
    ("Spring catalogue", "Email", "Completed", 200, -140),
)

# Person, cadence, step, owner, minutes until it is due, number of the step done already.
CALL_STEPS: tuple[tuple[str, str, str, str, int], ...] = (
    ("Rosa Martínez", "Winter group offer", "Call 1: group offer", "sam", 65),
    ("Oluwaseun Adeyemi", "Store roll-out", "Call 2: follow up", "sam", -120),
    ("Grace Okafor", "New wholesale customers", "Call 1: welcome", "sam", 110),
    ("Dana Whitfield", "Renewals 2027", "Call 3: renewal", "sam", 140),
    ("Teresa Okonkwo", "New leads", "Call 1: introduction", "sam", 24 * 60),
    ("Sanne de Vries", "Renewals 2027", "Call 1: contract", "jonas", 45),
    ("Joris Smit", "New leads", "Call 1: introduction", "jonas", 95),
    ("Birgit Vogel", "New leads", "Call 2: follow up", "jonas", -30),
    ("Florian Huber", "Renewals 2027", "Call 2: maintenance", "jonas", 180),
    ("Beatrice Pemberton", "Renewals 2027", "Call 1: print budget", "priya", 75),
    ("Gareth Price", "New leads", "Call 1: introduction", "priya", 150),
    ("Mei Wong", "New leads", "Call 3: last try", "priya", -200),
)
