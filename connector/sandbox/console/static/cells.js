/** Cells of records: links, numbers to dial, addresses, dates. */

import { el } from "./dom.js";
import { lines, plain } from "./format.js";
import { addressOf } from "./places.js";
import { recordingLink } from "./recordings.js";

export function recordLink({ id, type, name }) {
  return el("a", { href: addressOf({ kind: "record", type, id }), title: name }, name);
}

/** A cell's content; `view` is the record for click-to-dial. */
export function cellContent(cell, view, dialing) {
  if (cell.ref) return recordLink(cell.ref);
  const text = plain(cell);
  if (text === null) return el("span", { class: "slds-text-color_weak" }, "–");
  if (cell.kind === "phone") return dialing.number(text, view);
  if (cell.kind === "email") return el("a", { href: `mailto:${text}` }, text);
  if (cell.kind === "url") {
    const recording = cell.name === "Phone_Recording__c" && recordingLink(text);
    if (recording) return recording;
    const safe = /^https?:\/\//i.test(text) ? text : `https://${text}`;
    return el("a", { href: safe, target: "_blank", rel: "noopener" }, text);
  }
  if (cell.kind === "address" || cell.kind === "textarea") return lines(text);
  return el("span", {}, text);
}

/** Label and value of each cell, for a definition list. */
export function fieldList(cells, view, dialing, classes) {
  return el(
    "dl",
    { class: classes },
    ...cells.map((cell) =>
      el(
        "div",
        { data: { field: cell.name }, title: cell.name },
        el("dt", { class: "slds-truncate" }, cell.label),
        el("dd", {}, cellContent(cell, view, dialing))
      )
    )
  );
}
