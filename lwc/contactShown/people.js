/** Records as faces and titles. */
const FACES = {
  Account: "standard:account",
  Campaign: "standard:campaign",
  Case: "standard:case",
  Contact: "standard:contact",
  Lead: "standard:lead",
  Opportunity: "standard:opportunity"
};

/** The icon of a record. */
export function faceOf(record) {
  return FACES[record.type] ?? "standard:record";
}

/** How a record is called in a field: a case has its number as name and its subject as detail. */
export function recordTitle(record) {
  return record.type === "Case" && record.detail ? `${record.name} ${record.detail}` : record.name;
}

/** The person of a contact: the Name that it has, or null. */
export function personOf(contact) {
  return contact.draft.who.value;
}

/** The parts that are there, with a dot between them. */
export function joined(...parts) {
  return parts.filter(Boolean).join(" · ");
}
