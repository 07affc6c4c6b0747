/** The banners over the cards. */
import { explain, fill, labels, orderWord, timeOfDay, why } from "c/words";
import { liveOf } from "./shown";

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
  // What became of a consult is said over the tools, where the agent goes on from.
  if (!problem || mask === "failed" || problem.code.startsWith("consult_")) {
    return null;
  }
  const id = `problem ${key} ${problem.at}`;
  if (problem.code === "switch_timeout") {
    const text = fill(labels.switchSilentText, orderWord(problem.order));
    return { id, tone: "error", title: labels.switchSilent, text, closes: true };
  }
  if (problem.code === "phone_rings_again") {
    return { id, tone: "info", title: why(problem.code) };
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

function draftNote({ draftProblem, described }) {
  if (!draftProblem) {
    return null;
  }
  const { contact, field, revision, code, message } = draftProblem;
  // The form says it at the field itself.
  if (described[contact]?.fields?.some(({ name }) => name === field)) {
    return null;
  }
  const words = { who: labels.name, what: labels.relatedTo }[field] ?? labels[field] ?? field;
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

function storeNote({ agent, link }) {
  if (agent?.controls.dial !== "store_down" || link.state !== "open") {
    return null;
  }
  return { id: "store", tone: "error", title: why("store_down"), text: labels.storeDownText };
}

/** An agent makes an emergency call: supervisors see it until they close it. */
function alarmNote({ id, agent, number, callback, address, at }, locale) {
  const where = address || labels.alarmNoAddress;
  const text = fill(labels.alarmText, where, callback, timeOfDay(at, locale));
  return { id, tone: "alarm", title: fill(labels.alarmTitle, agent, number), text, closes: true };
}

/** The banners over the cards, the most pressing first; `dismissed` holds the ids of those that the agent closed. */
export function notesOf(view, dismissed) {
  if (view.gate) {
    return [gateNote(view.gate)];
  }
  return [
    ...view.alarms.map((alarm) => alarmNote(alarm, view.setup?.locale)),
    ...view.contacts.map(maskNote),
    linkNote(view),
    phoneNote(view),
    storeNote(view),
    ...view.contacts.map(problemNote),
    draftNote(view),
    noticeNote(view)
  ].filter((note) => note && !dismissed.has(note.id));
}
