/**
 * What the agent wrote in this panel, laid over what the connector holds. A value written here stays until the
 * connector holds that revision or a newer one (written in another panel of the same agent).
 */
const OWN = new Set(["comments", "disposition", "tags", "who", "what"]);

/** What the draft holds of a field: one of the panel's own, or one of the Task that Salesforce has asked for. */
export function heldIn(draft, field) {
  return OWN.has(field) ? draft[field] : draft.given?.[field];
}

const link = ({ id, type, name }) => ({ id, type, name: name.slice(0, 255) });

function carried(field, value) {
  if (field === "tags") {
    return { tags: value };
  }
  if (field === "who" || field === "what") {
    return { record: value && link(value) };
  }
  return { text: value };
}

export class LocalDrafts {
  written = new Map();
  problem = null;

  at(contact, field) {
    return this.written.get(contact)?.get(field);
  }

  put(contact, field, draft) {
    if (!this.written.has(contact)) {
      this.written.set(contact, new Map());
    }
    this.written.get(contact).set(field, draft);
  }

  /** Holds the value under the next revision; returns the message that carries it. */
  write(contact, field, value, known) {
    const revision = Math.max(known, this.at(contact, field)?.revision ?? 0) + 1;
    this.put(contact, field, { value, revision, is: "pending" });
    this.problem = null;
    return { type: "draft", contact, field, revision, ...carried(field, value) };
  }

  /** Holds what a message of an earlier page carries. */
  restore({ contact, field, revision, text, tags, record }) {
    const value = { tags, who: record && { detail: "", ...record }, what: record && { detail: "", ...record } };
    this.put(contact, field, { value: field in value ? (value[field] ?? null) : text, revision, is: "pending" });
  }

  saved({ contact, field, revision }) {
    const draft = this.at(contact, field);
    if (draft && draft.revision <= revision) {
      draft.is = "saved";
    }
  }

  /** Written words stay, so that the agent can mend them; a choice goes back to what the connector holds. */
  refused({ contact, field, revision, error, message }) {
    const draft = this.at(contact, field);
    if (draft?.revision === revision) {
      this.problem = { contact, field, revision, code: error, message };
      if (field === "comments" || !OWN.has(field)) {
        draft.is = "refused";
      } else {
        this.written.get(contact).delete(field);
      }
    }
  }

  /** Lets go of what the connector holds itself, and of saved drafts of contacts that are over. */
  follow(contacts) {
    const open = new Map(contacts.map((contact) => [contact.key, contact]));
    for (const [key, fields] of this.written) {
      for (const [field, { revision, is }] of fields) {
        const contact = open.get(key);
        if (contact ? (heldIn(contact.draft, field)?.revision ?? 0) >= revision : is !== "pending") {
          fields.delete(field);
        }
      }
      if (!fields.size) {
        this.written.delete(key);
      }
    }
  }

  /** The contact with what was written here, and `sign`: how its draft is kept. */
  over(contact, { link: { state }, durable }) {
    const fields = this.written.get(contact.key) ?? new Map();
    const draft = { ...contact.draft };
    for (const [field, { value, revision }] of fields) {
      if (revision <= (heldIn(draft, field)?.revision ?? 0)) {
        continue;
      }
      if (OWN.has(field)) {
        draft[field] = { ...draft[field], value, revision, by: "agent" };
      } else {
        draft.given = { ...draft.given, [field]: { value, revision } };
      }
    }
    return { ...contact, draft, sign: sign(draft, [...fields.values()], state === "open", durable) };
  }
}

/** none, saved, saving, kept (here only, as there is no connection) or refused. */
function sign(draft, written, connected, durable) {
  if (written.some(({ is }) => is === "refused")) {
    return "refused";
  }
  if (written.some(({ is }) => is === "pending")) {
    return connected ? "saving" : "kept";
  }
  if (!durable) {
    return "saving";
  }
  const { given = {}, ...own } = draft;
  const any = [...Object.values(own), ...Object.values(given)].some(
    ({ revision, by }) => revision > 0 && by !== "match"
  );
  return any ? "saved" : "none";
}
