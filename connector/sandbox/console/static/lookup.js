/** A field for another record: type to search, choose with arrows and Enter; what is chosen is a name with a cross. */

import { api } from "./api.js";
import { el, iconButton, objectIcon } from "./dom.js";

const LEAST = 2;

/**
 * The control for a reference field: {node, input}, where `input.value` is the chosen id or "".
 * `chosen` is {id, type, name} or null; `targets` are the objects that may be chosen.
 */
export function lookup({ id, label, targets, required, chosen }) {
  const input = el("input", { type: "hidden", name: id, value: chosen?.id ?? "" });
  const list = el("ul", {
    class: "slds-dropdown__list lx-lookup__list",
    role: "listbox",
    id: `${id}-list`,
    hidden: true
  });
  const box = el("input", {
    class: "slds-input",
    id,
    type: "search",
    role: "combobox",
    autocomplete: "off",
    placeholder: `Search ${targets.join(" or ")}...`,
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
    "aria-required": required ? "true" : null
  });
  const holder = el("div", { class: "lx-lookup" });
  let active = -1;
  let turn = 0;

  function choose(record) {
    input.value = record?.id ?? "";
    close();
    holder.replaceChildren(...(record ? [pill(record)] : [box, list]), input);
    if (record) holder.querySelector("button").focus();
    else box.focus();
  }

  function pill(record) {
    return el(
      "div",
      { class: "lx-lookup__pill slds-input" },
      objectIcon(record.icon ?? record.type.toLowerCase(), "slds-icon_x-small"),
      el("span", { class: "slds-truncate slds-col", title: record.name }, record.name),
      iconButton("close", `Clear ${label}`, () => choose(null))
    );
  }

  function close() {
    turn += 1;
    list.hidden = true;
    list.replaceChildren();
    active = -1;
    box.value = "";
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function options() {
    return [...list.querySelectorAll("[role=option]")];
  }

  function move(by) {
    const all = options();
    if (!all.length) return;
    active = (active + by + all.length) % all.length;
    for (const [at, option] of all.entries()) option.setAttribute("aria-selected", String(at === active));
    box.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  async function search() {
    const text = box.value.trim();
    turn += 1;
    const mine = turn;
    if (text.length < LEAST) {
      list.hidden = true;
      return;
    }
    const tables = await api.search(text).catch(() => []);
    if (mine !== turn) return;
    const found = tables
      .filter(({ type }) => targets.includes(type))
      .flatMap((table) => table.lines.map((line) => ({ ...line, icon: table.icon })));
    list.replaceChildren(
      ...(found.length
        ? found.map((record, at) => option(record, at))
        : [el("li", { class: "lx-menu__text slds-text-color_weak", role: "presentation" }, "Nothing was found")])
    );
    active = -1;
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  }

  function option(record, at) {
    return el(
      "li",
      {
        class: "lx-lookup__option slds-truncate",
        role: "option",
        id: `${id}-option-${at}`,
        "aria-selected": "false",
        on: { pointerdown: (event) => (event.preventDefault(), choose(record)) }
      },
      objectIcon(record.icon, "slds-icon_x-small"),
      record.name
    );
  }

  function key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      const [all, at] = [options(), Math.max(active, 0)];
      all[at]?.dispatchEvent(new Event("pointerdown", { cancelable: true }));
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  }

  box.addEventListener("input", search);
  box.addEventListener("keydown", key);
  box.addEventListener("blur", close);
  holder.replaceChildren(...(chosen ? [pill(chosen)] : [box, list]), input);
  return { node: holder, input };
}
