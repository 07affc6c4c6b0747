/** The other utilities: History (records seen in this tab of the browser) and Notes. */

import { el, emptyState, iconButton } from "./dom.js";
import { recordLink } from "./cells.js";

const KEPT = 20;

function utility(name, title, content, opened = () => {}) {
  const item = document.getElementById(`${name}-item`);
  const box = document.getElementById(name);
  const toggle = (visible) => {
    box.hidden = !visible;
    item.setAttribute("aria-expanded", String(visible));
    if (visible) opened();
    else item.focus();
  };
  box.append(
    el(
      "header",
      {},
      el("h2", {}, title),
      iconButton("minimize_window", `Minimize ${title}`, () => toggle(false))
    ),
    content
  );
  item.addEventListener("click", () => toggle(box.hidden));
  return box;
}

export function startHistory(workspace) {
  const seen = [];
  const list = el("div", { class: "lx-utility__body" });
  const draw = () =>
    list.replaceChildren(
      seen.length
        ? el("ul", {}, ...seen.map((record) => el("li", { class: "slds-truncate" }, recordLink(record))))
        : emptyState("Records that you open will stand here.")
    );
  workspace.addEventListener("shown", ({ detail }) => {
    if (!detail.recordId) return;
    const at = seen.findIndex((record) => record.id === detail.recordId);
    if (at >= 0) seen.splice(at, 1);
    seen.unshift({
      id: detail.recordId,
      type: detail.objectType,
      name: detail.recordName
    });
    seen.splice(KEPT);
    draw();
  });
  draw();
  utility("history", "History", list);
}

export function startNotes(userKey) {
  const key = `console.notes.${userKey}`;
  const area = el("textarea", {
    class: "slds-textarea lx-notes",
    "aria-label": "Notes",
    placeholder: "Notes for yourself. They stay in this browser tab."
  });
  area.value = window.sessionStorage.getItem(key) ?? "";
  area.addEventListener("input", () => window.sessionStorage.setItem(key, area.value));
  utility("notes", "Notes", area, () => area.focus());
}
