/** The Activity card: the record's Tasks, newest first, with Refresh. */

import { api } from "./api.js";
import { recordLink } from "./cells.js";
import { button, card, el, emptyState, errorBox, objectIcon } from "./dom.js";
import { date, duration, when } from "./format.js";

const ICONS = { Call: "log_a_call", Email: "email", ListEmail: "email" };

/** The card, loaded. A failure is shown in the card and does not take the page down. */
export async function activityCard(recordId) {
  const body = el("div", { "aria-live": "polite" });
  const load = async () => {
    refresh.disabled = true;
    try {
      const table = await api.activity(recordId);
      body.replaceChildren(
        table.lines.length
          ? el("ul", {}, ...table.lines.map(line))
          : emptyState("No activity yet. Calls and tasks will stand here.")
      );
    } catch (error) {
      body.replaceChildren(errorBox(error, load));
    } finally {
      refresh.disabled = false;
    }
  };
  const refresh = button("Refresh", load);
  const node = card("Activity", { tools: [refresh] }, body);
  await load();
  return node;
}

function line(task) {
  const value = Object.fromEntries(task.cells.map((cell) => [cell.name, cell]));
  return el(
    "li",
    { class: "lx-line", data: { task: task.id } },
    objectIcon(ICONS[value.TaskSubtype?.value] ?? "task", "slds-icon_x-small"),
    el(
      "div",
      { class: "slds-col lx-line__text" },
      el("div", { class: "slds-truncate" }, recordLink(task)),
      el("div", { class: "slds-text-color_weak slds-truncate" }, what(value))
    ),
    el("span", { class: "slds-text-color_weak slds-no-flex" }, when(value.CreatedDate.value))
  );
}

function what(value) {
  const owner = value.OwnerId?.ref?.name ?? "Somebody";
  if (value.TaskSubtype?.value === "Call") {
    const seconds = value.CallDurationInSeconds?.value;
    return [
      `${owner} ${value.IsClosed?.value ? "logged a call" : "has a call to finish"}`,
      value.CallDisposition?.value,
      seconds === null || seconds === undefined ? null : duration(seconds)
    ]
      .filter(Boolean)
      .join(" · ");
  }
  if (value.IsClosed?.value) return `${value.Status.value} · ${owner}`;
  const day = value.ActivityDate?.value;
  return [day ? `Due ${date(day)}` : value.Status?.value, owner].filter(Boolean).join(" · ");
}
