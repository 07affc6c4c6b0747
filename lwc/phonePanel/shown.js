/** Which cards, body, dock and banners there are, from the view of the store and what the agent opened in this panel. */
import { currentOf, stageOf } from "c/contactShown";
import { explain, fill, labels, orderWord, why } from "c/words";

const LIVE = new Set(["dialling", "ringing", "connected", "held"]);

/** The contact on the agent's phone, or undefined. */
export function liveOf(contacts) {
  return contacts.find((contact) => LIVE.has(stageOf(contact)));
}

/**
 * What fills the body: gate (no host, or none that answers), waiting, offered, shortcuts, outbound, keypad, work,
 * today or idle.
 */
export function bodyOf({ gate, agent, setup, contacts }, opened) {
  if (gate) {
    return "gate";
  }
  if (!agent || !setup) {
    return "waiting";
  }
  // A call that begins to ring does not take away what the agent is typing into: it has its card and its controls.
  if (opened === "shortcuts" || opened === "outbound") {
    return opened;
  }
  const current = currentOf(contacts);
  const stage = current && stageOf(current);
  if (stage === "offered") {
    return "offered";
  }
  if (LIVE.has(stage) && opened === "keypad") {
    return "keypad";
  }
  if (current) {
    return "work";
  }
  return opened === "today" ? "today" : "idle";
}

/** The contact whose controls the dock has; null for the outbound screen's own bar; undefined for no dock. */
export function dockOf({ agent, contacts }, body) {
  if (!agent) {
    return undefined;
  }
  const current = currentOf(contacts);
  const busy = current && stageOf(current) !== "wrap_up";
  if (body === "outbound" && !busy) {
    return null;
  }
  return current ?? undefined;
}

/** The cards: the others first and small, the one that the controls act on last and large, unless it fills the body. */
export function cardsOf({ contacts }, body) {
  const current = currentOf(contacts);
  const others = contacts.filter((contact) => contact !== current && contact.phase !== "CLOSED");
  const shown = current && body !== "offered" ? [...others, current] : others;
  return shown.map((contact) => ({ contact, now: contact === current, key: contact.key }));
}

function gateNote(gate) {
  if (gate.code === "no_host") {
    return { id: "gate", tone: "info", title: labels.noHost, text: labels.noHostText };
  }
  const text = fill(labels.hostFailedText, gate.message);
  const action = { name: "reload", label: labels.tryAgain };
  return { id: "gate", tone: "error", title: labels.hostFailed, text, action };
}

function linkNote({ link, agent, contacts }) {
  const { state, code, message, retryAt } = link;
  if (state === "ended") {
    const action = { name: "reload", label: labels.reload };
    return { id: "link", tone: "error", title: labels.newVersion, text: labels.newVersionText, action };
  }
  // A connection that was never there and nothing went wrong: the panel has just been opened.
  if (state === "open" || (!agent && !code)) {
    return null;
  }
  // Salesforce's own words are for the administrator, whom the agent will ask.
  const said = code === "token_refused" ? `${why(code)} (${message})` : explain(code, message);
  const lost = liveOf(contacts) ? labels.connectionLostCall : labels.connectionLost;
  const waits = state === "lost";
  return {
    id: "link",
    tone: "offline",
    title: code === "connection" ? lost : said,
    ...(waits ? { until: retryAt, action: { name: "now", label: labels.tryNow } } : { text: labels.tryingAgain })
  };
}

function maskNote({ key, mask, controls }) {
  if (mask !== "failed") {
    return null;
  }
  const action = controls.mask === null ? { name: "mask", label: labels.tryAgain } : null;
  return {
    id: `mask ${key}`,
    contact: key,
    tone: "alarm",
    title: labels.notMasked,
    text: labels.notMaskedText,
    action
  };
}

function problemNote({ key, mask, problem }) {
  if (!problem || mask === "failed") {
    return null;
  }
  const id = `problem ${key} ${problem.at}`;
  if (problem.code === "switch_timeout") {
    const text = fill(labels.switchSilentText, orderWord(problem.order));
    return { id, tone: "error", title: labels.switchSilent, text, closes: true };
  }
  const title = fill(labels.orderFailed, orderWord(problem.order));
  return { id, tone: "error", title, text: why(problem.code), closes: true };
}

function noticeNote({ notice }) {
  if (!notice) {
    return null;
  }
  const title = notice.order ? fill(labels.orderFailed, orderWord(notice.order)) : notice.title;
  return { id: "notice", tone: "error", title, text: explain(notice.code, notice.message), closes: true };
}

function draftNote({ draftProblem }) {
  if (!draftProblem) {
    return null;
  }
  const { contact, field, revision, code, message } = draftProblem;
  const words = { who: labels.name, what: labels.relatedTo }[field] ?? labels[field];
  const text = explain(code, message);
  const id = `draft ${contact} ${field} ${revision}`;
  return { id, tone: "error", title: fill(labels.draftLost, words), text, closes: true };
}

function phoneNote({ agent, link }) {
  if (!agent || agent.phone_ready || agent.state === "LOGGED_OUT" || link.state !== "open") {
    return null;
  }
  return { id: "phone", tone: "error", title: labels.phoneLost, text: fill(labels.phoneLostText, agent.phone) };
}

/** The banners over the cards, the most pressing first; `dismissed` holds the ids of those that the agent closed. */
export function notesOf(view, dismissed) {
  if (view.gate) {
    return [gateNote(view.gate)];
  }
  return [
    ...view.contacts.map(maskNote),
    linkNote(view),
    phoneNote(view),
    ...view.contacts.map(problemNote),
    draftNote(view),
    noticeNote(view)
  ].filter((note) => note && !dismissed.has(note.id));
}
