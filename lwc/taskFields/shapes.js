/** How a field of the Task looks in the form: which control, what it holds, and what is said of it. */
import { fill, labels, number, why } from "c/words";

const INPUTS = { text: "text", email: "email", phone: "tel", url: "url", id: "text", number: "text", date: "date" };
const BETWEEN = ";";

/** What a field takes, in a line; its own help says more than its limits do. */
function hintOf({ kind, help, longest, digits, decimals, targets = [] }) {
  if (help) {
    return help;
  }
  if (kind === "number" && digits) {
    return decimals ? fill(labels.fieldNumber, digits, decimals) : fill(labels.fieldWhole, digits);
  }
  if (kind === "id") {
    return fill(labels.fieldId, targets.join(", ") || "…");
  }
  return kind === "long_text" && longest ? fill(labels.fieldUpTo, number(longest)) : "";
}

/** 2026-11-30T10:00 by the clock of this computer, as its own input writes it; "" for none. */
export function localMoment(text) {
  const at = new Date(text);
  if (!text || Number.isNaN(at.getTime())) {
    return "";
  }
  const two = (n) => String(n).padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The moment of such an input in UTC, as Salesforce writes it; "" for none. */
export function utcMoment(text) {
  return text ? `${new Date(text).toISOString().slice(0, 19)}Z` : "";
}

/** What is chosen of a list goes on in the list's own order. */
export function chosenWith(field, value, name, on) {
  const chosen = value ? value.split(BETWEEN) : [];
  const among = (one) => (one === name ? on : chosen.includes(one));
  return field.choices
    .map((choice) => choice.value)
    .filter(among)
    .join(BETWEEN);
}

function choicesOf({ kind, choices = [] }, value) {
  if (kind === "choices") {
    const chosen = value.split(BETWEEN);
    return choices.map((choice) => ({ ...choice, chosen: chosen.includes(choice.value) }));
  }
  // What was chosen stays in the list, also when the org offers it no more.
  const gone = value && !choices.some((choice) => choice.value === value) ? [{ value, label: value }] : [];
  return [{ value: "", label: labels.choose }, ...choices, ...gone];
}

/**
 * A row of the form. `value` is what was given so far, `bad`: Salesforce has refused it, `code`: the connector has, and
 * why.
 */
export function rowOf(field, value, bad, code) {
  const { name, kind, writable = true } = field;
  const id = `pp-${name}`;
  const closed = !writable || kind === "other" ? labels.fieldClosed : null;
  const problem = code ? why(code) : "";
  const hint = closed ? "" : hintOf(field);
  const said = [bad && "pp-attention", problem && `${id}-problem`, hint && `${id}-hint`].filter(Boolean);
  const wrong = bad || Boolean(code);
  const is = {
    closed: Boolean(closed),
    choice: kind === "choice",
    choices: kind === "choices",
    checkbox: kind === "checkbox",
    long: kind === "long_text",
    moment: kind === "moment",
    input: kind in INPUTS
  };
  return {
    ...field,
    id,
    is,
    closed,
    problem,
    hint,
    problemId: `${id}-problem`,
    hintId: `${id}-hint`,
    value: is.moment ? localMoment(value) : value,
    checked: value === "true",
    choices: choicesOf(field, value),
    type: INPUTS[kind] ?? null,
    inputmode: kind === "number" ? "decimal" : null,
    maxlength: field.longest || null,
    invalid: wrong ? "true" : null,
    describedBy: said.join(" ") || null,
    look: wrong ? "pp-field pp-field_error" : "pp-field",
    area: wrong ? "slds-textarea pp-area pp-field_error" : "slds-textarea pp-area"
  };
}
