/** What can be chosen for a contact, and which field of its Task is refused. */
import { labels } from "c/words";

/** How the draft is kept: icon, its class and a word. */
export const SIGNS = {
  saved: { icon: "utility:check", tone: "pp-ok", word: labels.draftSaved },
  saving: { icon: "utility:sync", tone: "pp-i", word: labels.draftSaving },
  kept: { icon: "utility:offline", tone: "pp-i", word: labels.draftKept },
  refused: { icon: "utility:warning", tone: "pp-bad", word: labels.draftKept }
};

/** The `dispositions` or `tags` of the contact's skill; what is chosen already stays in the list. */
export function choicesOf(setup, contact, kind, ...chosen) {
  const skill = setup.skills.find(({ id }) => id === contact.skill);
  return [...new Set([...(skill ?? setup)[kind], ...chosen.filter(Boolean)])];
}

const FIELDS = {
  CallDisposition: "disposition",
  Description: "comments",
  Phone_Tags__c: "tags",
  WhatId: "what",
  WhoId: "who"
};

/** The fields that Salesforce refused, the one to look at first first: the panel's own by their names in it. */
export function badFields({ state, field, fields = [] }) {
  const named = state === "attention" && field ? [field, ...fields] : [];
  return [...new Set(named)].map((name) => FIELDS[name] ?? name);
}
