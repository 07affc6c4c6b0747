/**
 * The words of the panel: labels (see labels.js), and what is said for a code, a record type, a number or a time.
 */
import { labels } from "./labels";
import { sentences } from "./codes";

export { labels };

/** The language of the labels themselves ("en"), whatever the browser or the agent's profile says. */
export const language = labels.language;

/** The text with {0}, {1} … replaced by the values. */
export function fill(text, ...values) {
  return text.replace(/\{(\d)\}/g, (_, n) => String(values[n] ?? ""));
}

/** What stands before and after {0}, so that a component can take that place. The values fill {1}, {2} … */
export function around(text, ...values) {
  const [before, after = ""] = text.split("{0}");
  return { before: fill(before, "", ...values), after: fill(after, "", ...values) };
}

/** Why something cannot be done, as a sentence. A code that is not known here is named in it. */
export function why(code) {
  return Object.hasOwn(sentences, code) ? sentences[code] : fill(labels.codeUnknown, code);
}

/** The same, with what the connector says of a code that has no sentence in the agent's language. */
export function explain(code, message) {
  return Object.hasOwn(sentences, code) || !message ? why(code) : message;
}

/** 7:05 or 1:02:03 for a length in milliseconds; less than nothing is 0:00. */
export function duration(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** 32,000 in the language of the labels. */
export function number(n) {
  return new Intl.NumberFormat(language).format(n);
}

/** The time of day. `locale` is Salesforce's way to write it: en_US, nl_NL, zh_CN … */
export function timeOfDay(ms, locale) {
  const tag = (locale || language).replaceAll("_", "-");
  return new Intl.DateTimeFormat(tag, { hour: "numeric", minute: "2-digit" }).format(ms);
}

const TYPES = {
  Account: labels.typeAccount,
  Campaign: labels.typeCampaign,
  Case: labels.typeCase,
  Contact: labels.typeContact,
  Lead: labels.typeLead,
  Opportunity: labels.typeOpportunity
};

/** The word for a kind of record; a custom object has only its API name here: Repair_Order__c is "Repair Order". */
export function typeWord(type) {
  return TYPES[type] ?? type.replace(/__c$/, "").replaceAll("_", " ");
}

const OPTION = {
  matched_phone: labels.whyMatched,
  matched_mobile: labels.whyMobile,
  matched_other: labels.whyOther,
  matched_lead: labels.whyLead,
  active_tab: labels.whyActiveTab,
  open_tab: labels.whyOpenTab,
  dialled: labels.whyDialled,
  last_call: labels.whyLastCall
};

/** Why a record is among the options: "Case · active tab"; `of` is the name of the person it belongs to. */
export function optionReason(record, of) {
  if (record.why === "account_of" && of) {
    return fill(labels.whyAccountOf, of);
  }
  return fill(OPTION[record.why] ?? "{0}", typeWord(record.type));
}

/** A person found by number: "Fabrikam · Contact" is the second line, "Phone" the place of the number. */
export function matchPlace(record) {
  return {
    matched_phone: labels.matchPhone,
    matched_mobile: labels.matchMobile,
    matched_other: labels.matchOther,
    matched_lead: typeWord("Lead")
  }[record.why];
}

const OUTCOMES = {
  answered: labels.outcomeAnswered,
  missed: labels.outcomeMissed,
  declined: labels.outcomeDeclined,
  abandoned: labels.outcomeAbandoned,
  no_answer: labels.outcomeNoAnswer,
  busy: labels.outcomeBusy,
  failed: labels.outcomeFailed,
  cancelled: labels.outcomeCancelled,
  completed: labels.outcomeCompleted,
  wrong_number: labels.outcomeWrongNumber
};

/** How a contact ended. */
export function outcomeWord(outcome) {
  return OUTCOMES[outcome] ?? outcome;
}

const ORDERS = {
  abandon: labels.abandon,
  answer: labels.answer,
  consult: labels.transferConference,
  decline: labels.decline,
  dial: labels.call,
  dial_emergency: labels.emergencyCall,
  digits: labels.keypad,
  discard_task: labels.discard,
  done: labels.done,
  drop: labels.drop,
  end: labels.end,
  extend: labels.extend,
  favourite: labels.addressBook,
  finish: labels.finish,
  give_back: labels.giveBack,
  hold: labels.hold,
  log_out: labels.logOut,
  mask: labels.mask,
  merge: labels.merge,
  mute: labels.mute,
  record: labels.record,
  resume: labels.resume,
  retry_task: labels.tryAgain,
  retry_tasks: labels.retryAll,
  save_again: labels.saveAgain,
  set_state: labels.agentStatus,
  stop_record: labels.stopRecording,
  swap: labels.swap,
  transfer: labels.transfer,
  unmask: labels.unmask,
  unmute: labels.unmute
};

/** The word on the button that gives an order. */
export function orderWord(order) {
  return ORDERS[order] ?? order;
}
