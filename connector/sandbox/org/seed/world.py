"""Making the seeded records, in an order that never changes."""

from __future__ import annotations

from connector.sandbox.org import ids
from connector.sandbox.org.records import Records
from connector.sandbox.org.schema import Row, SObject
from connector.sandbox.org.seed.business import ACCOUNTS, CALL_STEPS, CAMPAIGNS, CASES, OPPORTUNITIES
from connector.sandbox.org.seed.people import CONTACTS, CONVERTED_LEAD, LEADS, PERSON_ACCOUNT
from connector.sandbox.org.seed.telephony import (
    ADDRESS_BOOK,
    AGENT_SKILLS,
    DISPOSITIONS,
    EMERGENCY_ROUTES,
    NUMBER_PATTERNS,
    REASONS,
    SETTINGS,
    SKILLS,
    TAGS,
)
from connector.sandbox.org.values import stamp

ADMINISTRATOR = ids.make_id("005", 0)
DAY = 24 * 3600.0
AGE_DAYS = 200.0
"""How long ago most of the seeded world was entered."""
FIRST_FREE_CASE = 1031


class World:
    """Makes records and remembers by name what others refer to."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.now = records.now()
        database, users = records.database, records.schema["User"]
        self.users = {
            name: str(database.find(users, "Username", f"{full}@phone-panel.example")[0]["Id"])
            for name, full in (("sam", "sam.rivera"), ("jonas", "jonas.weber"), ("priya", "priya.nair"))
        }
        self.accounts: dict[str, str] = {}
        self.domains: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.cases: dict[str, str] = {}

    def add(self, sobject: str, row: Row, owner: str | None = None, *, days_old: float = AGE_DAYS) -> str:
        """Make a record as it was saved that many days ago; blank values are left out."""
        kind: SObject = self.records.schema[sobject]
        full: Row = {name: value for name, value in row.items() if value != ""}
        if "CreatedDate" in kind.fields:
            full["CreatedDate"] = stamp(self.now - days_old * DAY)
        if owner is not None and "OwnerId" in kind.fields:
            full["OwnerId"] = owner
        return self.records.insert(kind, full, ADMINISTRATOR)

    def day(self, days: float) -> str:
        """The date that many days from now."""
        return stamp(self.now + days * DAY)[:10]

    def owner_of(self, country: str) -> str:
        return self.users["jonas" if country in ("Netherlands", "Germany") else "sam"]

    def add_telephony(self) -> None:
        for skill in SKILLS:
            self._metadata("Phone_Skill__mdt", skill)
        for order, (label, skills) in enumerate(DISPOSITIONS, 1):
            row: Row = {
                "MasterLabel": label,
                "Skills__c": skills,
                "Sort_Order__c": float(order),
                "Call_Result__c": label,
            }
            self._metadata("Phone_Disposition__mdt", row)
        for order, (label, skills) in enumerate(TAGS, 1):
            row = {"MasterLabel": label, "Skills__c": skills, "Sort_Order__c": float(order)}
            self._metadata("Phone_Tag__mdt", row)
        for order, label in enumerate(REASONS, 1):
            self._metadata("Phone_Reason__mdt", {"MasterLabel": label, "Sort_Order__c": float(order)})
        for name, value in SETTINGS.items():
            label = name.replace("_", " ")
            self._metadata("Phone_Setting__mdt", {"DeveloperName": name, "MasterLabel": label, "Value__c": value})
        for agent, skill_name, proficiency in AGENT_SKILLS:
            held: Row = {"User__c": self.users[agent], "Skill__c": skill_name, "Proficiency__c": float(proficiency)}
            self.add("Phone_Agent_Skill__c", held)
        for label, country, numbers, tests, prefixes, local, national in EMERGENCY_ROUTES:
            route: Row = {"MasterLabel": label, "Country__c": country, "Numbers__c": numbers, "Test_Numbers__c": tests,
                          "Prefixes__c": prefixes, "Local_Route__c": local, "National_Route__c": national}  # fmt: skip
            self._metadata("Phone_Emergency_Route__mdt", route)
        for order, (label, pattern, action, result) in enumerate(NUMBER_PATTERNS, 1):
            rule: Row = {"MasterLabel": label, "Pattern__c": pattern, "Action__c": action, "Result__c": result,
                         "Sort_Order__c": float(order)}  # fmt: skip
            self._metadata("Phone_Number_Pattern__mdt", rule)
        for name, number, detail in ADDRESS_BOOK:
            self.add("Phone_Address_Book_Entry__c", {"Name": name, "Number__c": number, "Detail__c": detail})

    def _metadata(self, sobject: str, row: Row) -> None:
        name = row.get("DeveloperName") or str(row["MasterLabel"]).replace(" ", "_").replace("-", "_")
        full: Row = {"Language": "en_US", **row, "DeveloperName": name, "QualifiedApiName": name}
        self.add(sobject, full)

    def add_accounts(self) -> None:
        for name, industry, phone, city, country, domain, number in ACCOUNTS:
            owner = self.owner_of(country)
            self.domains[name] = domain
            self.accounts[name] = self.add(
                "Account",
                {"Name": name, "Industry": industry, "Phone": phone, "BillingCity": city, "BillingCountry": country,
                 "Website": f"https://www.{domain}", "AccountNumber": number, "Type": "Customer - Direct"},
                owner,
            )  # fmt: skip

    def add_people(self) -> None:
        countries = {name: country for name, _, _, _, country, _, _ in ACCOUNTS}
        cities = {name: city for name, _, _, city, _, _, _ in ACCOUNTS}
        for first, last, account, title, department, phone, mobile in CONTACTS:
            row: Row = {
                "FirstName": first, "LastName": last, "AccountId": self.accounts[account], "Title": title,
                "Department": department, "Phone": phone, "MobilePhone": mobile,
                "Email": f"{_mailbox(first)}.{_mailbox(last)}@{self.domains[account]}",
                "MailingCity": cities[account], "MailingCountry": countries[account],
            }  # fmt: skip
            if (first, last) == ("Mia", "Chen"):
                row |= {"OtherPhone": "415.555.0100 x 2031", "AssistantName": "Leo Park",
                        "AssistantPhone": "+1 415 555 0151", "MailingStreet": "400 Howard St", "MailingState": "CA",
                        "MailingPostalCode": "94105"}  # fmt: skip
            self.people[f"{first} {last}"] = self.add("Contact", row, self.owner_of(countries[account]))
        self._add_person_account()
        for first, last, company, title, phone, mobile, status in LEADS:
            lead: Row = {"FirstName": first, "LastName": last, "Company": company, "Title": title, "Phone": phone,
                         "MobilePhone": mobile, "Status": status, "LeadSource": "Web"}  # fmt: skip
            self.people[f"{first} {last}"] = self.add("Lead", lead, self.users["sam"])
        first, last, company, title, phone = CONVERTED_LEAD
        former: Row = {"FirstName": first, "LastName": last, "Company": company, "Title": title, "Phone": phone}
        self.records.convert_lead(self.add("Lead", former, self.users["sam"]), self.users["sam"])

    def _add_person_account(self) -> None:
        first, last, phone, mobile, home, mail = PERSON_ACCOUNT
        records = self.records
        kinds = records.database.find(records.schema["RecordType"], "DeveloperName", "PersonAccount")
        row: Row = {"RecordTypeId": kinds[0]["Id"], "FirstName": first, "LastName": last, "Phone": phone,
                    "PersonEmail": mail, "PersonMobilePhone": mobile, "PersonHomePhone": home,
                    "BillingCity": "Berkeley", "BillingCountry": "United States"}  # fmt: skip
        account_id = self.add("Account", row, self.users["sam"])
        self.accounts[f"{first} {last}"] = account_id
        account = records.read(records.schema["Account"], account_id)
        self.people[f"{first} {last}"] = str(account["PersonContactId"])

    def add_business(self) -> None:
        for number, subject, person, status, priority, reason, text in CASES:
            self.cases[number] = self.add(
                "Case",
                {"CaseNumber": number, "Subject": subject, "ContactId": self.people[person], "Status": status,
                 "Priority": priority, "Reason": reason, "Origin": "Phone", "Description": text},
                self.users["sam"],
            )  # fmt: skip
        self.records.database.set_sequence("Case number", FIRST_FREE_CASE - 1)
        campaigns = [
            self.add("Campaign", {"Name": name, "Type": kind, "Status": status, "StartDate": self.day(-begun),
                                  "EndDate": self.day(ends), "IsActive": status == "In Progress"}, self.users["priya"])
            for name, kind, status, begun, ends in CAMPAIGNS
        ]  # fmt: skip
        for name, account, stage, amount, closes in OPPORTUNITIES:
            row: Row = {"Name": name, "AccountId": self.accounts[account], "StageName": stage, "Amount": amount,
                        "CloseDate": self.day(closes),
                        "CampaignId": campaigns[1] if "2027" in name else None}  # fmt: skip
            self.add("Opportunity", row, self.users["sam"])

    def add_call_steps(self) -> None:
        for person, cadence, step, owner, minutes in CALL_STEPS:
            row: Row = {"Name": step, "TargetId": self.people[person], "ActionCadenceName": cadence, "StepTitle": step,
                        "StepType": "MakeACall", "DueDateTime": stamp(self.now + minutes * 60)}  # fmt: skip
            self.add("ActionCadenceStepTracker", row, self.users[owner])

    def add_activities(self) -> None:
        """What was done before today: a logged call, an e-mail and a to-do for Mia Chen."""
        mia = self.people["Mia Chen"]
        self.add("Task", {
            "WhoId": mia, "WhatId": self.cases["00000987"], "Subject": "Call with Mia Chen", "Status": "Completed",
            "ActivityDate": self.day(-3), "TaskSubtype": "Call", "CallType": "Inbound", "CallDurationInSeconds": 348,
            "CallDisposition": "Answered", "Description": "Carrier says Thursday. Will call back when it has arrived.",
        }, self.users["sam"], days_old=3)  # fmt: skip
        self.add("Task", {
            "WhoId": mia, "WhatId": self.cases["00001026"], "Subject": "Invoice 20931", "Status": "Completed",
            "ActivityDate": self.day(-1), "TaskSubtype": "Email", "Description": "Sent to mia.chen@northwind.example",
        }, self.users["sam"], days_old=1)  # fmt: skip
        self.add("Task", {
            "WhoId": mia, "WhatId": self.accounts["Northwind Traders"], "Subject": "Send price list",
            "ActivityDate": self.day(2), "Status": "Not Started",
        }, self.users["jonas"], days_old=4)  # fmt: skip


def _mailbox(name: str) -> str:
    """The part of a mail address that a name becomes."""
    return name.lower().translate(str.maketrans("áäíöüôé", "aaiouoe", " .'-")).replace("ß", "ss")
