/**
 * What the panel shows: the connector's last snapshot, with what the agent has written here and the connector has not
 * yet. `view` is one frozen value per change; `subscribe` tells of each.
 */
import { merged } from "c/transcript";
import { heldIn, LocalDrafts } from "./localDrafts";

const START = Object.freeze({
  link: { state: "connecting", retryAt: null, code: null, message: null },
  setup: null,
  agent: null,
  contacts: [],
  repairs: [],
  described: {},
  durable: true,
  queues: null,
  today: null,
  found: {},
  preview: null,
  agents: null,
  skills: null,
  staff: null,
  tasks: null,
  alarms: [],
  transcripts: {},
  notice: null
});

/** The view after a message of the connector; messages that show nothing leave it as it is. */
export function reduce(view, message) {
  switch (message.type) {
    case "setup":
      return { ...view, setup: message, ...allowed(view, message) };
    case "state":
      return {
        ...view,
        agent: message.agent,
        contacts: message.contacts,
        repairs: message.repairs ?? [],
        described: ofContacts(view.described, [...message.contacts, ...(message.repairs ?? [])]),
        durable: message.durable,
        transcripts: ofCalls(view.transcripts, message.contacts)
      };
    case "transcript":
    case "segments":
    case "transcript_over":
      return view.setup?.transcript ? { ...view, transcripts: said(view.transcripts, message) } : view;
    case "queues":
      return { ...view, queues: message.queues };
    case "agents":
      return { ...view, agents: message.agents };
    case "skills":
      return { ...view, skills: message.skills };
    case "staff":
      return { ...view, staff: message };
    case "tasks":
      return { ...view, tasks: message };
    case "alarm":
      return { ...view, alarms: alarmed(view.alarms, message) };
    case "today":
      return { ...view, today: message };
    case "found":
      return { ...view, found: answered(view.found, message) };
    case "described":
      return { ...view, described: told(view.described, message) };
    case "previewed":
      return view.preview?.id === message.id ? { ...view, preview: { ...view.preview, ...message } } : view;
    default:
      return view;
  }
}

/** What may not be shown any more is forgotten. */
function allowed(view, { transcript, supervisor }) {
  return {
    transcripts: transcript ? view.transcripts : {},
    ...(supervisor ? {} : { staff: null, tasks: null })
  };
}

/** What was said is forgotten with the call, also when the connection was lost just then. */
function ofCalls(transcripts, contacts) {
  const active = new Set(contacts.filter(({ phase }) => phase === "ACTIVE").map(({ key }) => key));
  const kept = Object.entries(transcripts).filter(([key]) => active.has(key));
  return kept.length === Object.keys(transcripts).length ? transcripts : Object.fromEntries(kept);
}

/** What the fields of contacts that are gone take is forgotten. */
function ofContacts(described, contacts) {
  const kept = Object.entries(described).filter(([key]) => contacts.some((contact) => contact.key === key));
  return kept.length === Object.keys(described).length ? described : Object.fromEntries(kept);
}

/** Only the answer to the last question about a contact counts. */
function told(described, { id, contact, fields = [], error = null }) {
  return described[contact]?.id === id ? { ...described, [contact]: { id, fields, error } } : described;
}

function said(transcripts, { type, contact, status, items, dropped, cut = false }) {
  const { [contact]: known, ...others } = transcripts;
  if (type === "transcript") {
    return { ...others, [contact]: { status, cut, items: merged([], items) } };
  }
  if (type === "segments" && known) {
    return { ...others, [contact]: { ...known, status, items: merged(known.items, items, dropped) } };
  }
  return others;
}

const MOST_ALARMS = 5;

/** The newest alarms first; the same one, told again to a panel that came back, is one. */
function alarmed(alarms, { agent, number, callback, address, at }) {
  const id = `alarm ${agent} ${at}`;
  const others = alarms.filter((one) => one.id !== id);
  return [{ id, agent, number, callback, address, at }, ...others].slice(0, MOST_ALARMS);
}

/** Only the answer to the last search of a kind counts; an older one comes too late. */
function answered(found, { id, records, error = null }) {
  const what = Object.keys(found).find((key) => found[key].id === id);
  return what ? { ...found, [what]: { ...found[what], records, error, searching: false } } : found;
}

export class PhoneStore {
  server = START;
  view = START;
  drafts = new LocalDrafts();
  listeners = new Set();

  /** Calls `listener(view, before)` after each change until the returned function is called. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes a message of the connector. */
  receive(message) {
    if (message.type === "draft_saved") {
      this.drafts.saved(message);
    } else if (message.type === "draft_refused") {
      this.drafts.refused(message);
    } else if (message.type === "state") {
      this.drafts.follow([...message.contacts, ...(message.repairs ?? [])]);
    }
    this.show(reduce(this.server, message));
  }

  /** Takes the state of the connection. */
  link(link) {
    this.show({ ...this.server, link });
  }

  /** Takes drafts that outlived the page, as they were sent. */
  restore(messages) {
    messages.forEach((message) => this.drafts.restore(message));
    this.show(this.server);
  }

  /** The agent wrote something: it is shown at once. Returns the message for the connector. */
  write(contact, field, value) {
    const { contacts, repairs } = this.server;
    const known = [...contacts, ...repairs].find(({ key }) => key === contact);
    const message = this.drafts.write(contact, field, value, known ? (heldIn(known.draft, field)?.revision ?? 0) : 0);
    this.show(this.server);
    return message;
  }

  /** A search was asked for: what was found for the words before stays until the answer comes. */
  searching(id, what, text) {
    const records = id ? (this.server.found[what]?.records ?? []) : [];
    const entry = { id, text, records, error: null, searching: Boolean(id) };
    this.show({ ...this.server, found: { ...this.server.found, [what]: entry } });
  }

  /** It was asked what the fields of a contact take: what was told before goes on to be shown. */
  describing(id, contact) {
    const { described } = this.server;
    const before = described[contact]?.error ? undefined : described[contact]?.fields;
    this.show({ ...this.server, described: { ...described, [contact]: { id, fields: before, error: null } } });
  }

  /** A preview was asked for, or (null) the number is gone. */
  previewing(id, number) {
    this.show({ ...this.server, preview: id ? { id, typed: number } : null });
  }

  /** Something to tell the agent: {code, message, order, field}, or null. */
  notice(notice) {
    this.show({ ...this.server, notice });
  }

  show(server) {
    const before = this.view;
    this.server = server;
    const [contacts, repairs] = [server.contacts, server.repairs].map((those) =>
      those.map((contact) => this.drafts.over(contact, server))
    );
    this.view = Object.freeze({ ...server, contacts, repairs, draftProblem: this.drafts.problem });
    this.listeners.forEach((listener) => listener(this.view, before));
  }
}
