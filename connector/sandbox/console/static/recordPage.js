/** The page of a record: highlights, details, activity, related lists. */

import { activityCard } from "./activity.js";
import { api } from "./api.js";
import { cellContent, fieldList, recordLink } from "./cells.js";
import { button, card, el, emptyState, objectIcon } from "./dom.js";
import { editWindow, newWindow } from "./recordForm.js";

/** Loads the record; {node, tab, view, title}. `desk` has dialing, workspace, sideColumn. */
export async function recordPage(id, desk) {
  const record = await api.record(id);
  const { view } = record;
  const activity = record.type === "Task" || record.type === "User" ? null : await activityCard(record.id);
  const node = el(
    "div",
    { class: "lx-page" },
    highlights(record, desk),
    el("div", { class: "lx-col lx-col_related" }, ...related(record)),
    el(
      "div",
      { class: "lx-col lx-col_main" },
      card("Details", {}, fieldList(record.details, view, desk.dialing, "lx-dl")),
      activity
    ),
    desk.sideColumn
  );
  return {
    node,
    view,
    tab: {
      id: record.id,
      type: record.type,
      name: record.name,
      icon: record.icon
    },
    title: `${record.name} | ${record.label}`
  };
}

function highlights(record, { dialing, workspace }) {
  return el(
    "section",
    { class: "lx-card lx-top", "aria-label": "Highlights" },
    el(
      "header",
      { class: "slds-p-top_x-small" },
      objectIcon(record.icon),
      el(
        "div",
        { class: "slds-col lx-top__name" },
        el("div", { class: "slds-text-body_small slds-text-color_weak" }, record.label),
        el("h2", { class: "slds-text-heading_small slds-truncate", title: record.name }, record.name)
      ),
      el("div", { class: "slds-button-group slds-no-flex", role: "group" }, ...actions(record, workspace))
    ),
    el(
      "dl",
      { class: "lx-fields" },
      ...record.highlights.map((cell) =>
        el(
          "div",
          {},
          el("dt", { class: "slds-truncate" }, cell.label),
          el("dd", {}, cellContent(cell, record.view, dialing))
        )
      )
    )
  );
}

function actions(record, workspace) {
  const made = [];
  if (record.type === "Contact" || record.type === "Account") {
    const values =
      record.type === "Account"
        ? { AccountId: record.id }
        : { ContactId: record.id, AccountId: refOf(record, "AccountId") };
    made.push(button("New Case", () => newWindow("Case", values, workspace)));
  }
  if (record.type !== "User") made.push(button("Edit", () => editWindow(record, workspace)));
  return made;
}

function refOf(record, name) {
  return record.details.find((cell) => cell.name === name)?.value ?? undefined;
}

function related(record) {
  return record.related.map((table) =>
    card(
      `${table.label} (${table.lines.length}${table.more ? "+" : ""})`,
      { icon: table.icon, label: table.label },
      table.lines.length
        ? el(
            "ul",
            {},
            ...table.lines.map((line) =>
              el(
                "li",
                { class: "lx-line lx-line_stacked" },
                el("div", { class: "slds-truncate" }, recordLink(line)),
                el(
                  "div",
                  {
                    class: "slds-truncate slds-text-body_small slds-text-color_weak"
                  },
                  secondLine(line, record.id)
                )
              )
            )
          )
        : emptyState("Nothing here")
    )
  );
}

/** What tells the record apart: not its own name, nor the record whose page this is. */
function secondLine(line, shownId) {
  return line.cells
    .filter((cell) => cell.value !== line.name && cell.value !== shownId)
    .map((cell) => cell.ref?.name ?? cell.value)
    .filter(Boolean)
    .slice(0, 2)
    .join(" · ");
}
