/** A list view: all records of an object, or mine; a filter, and a click on a heading to sort. */

import { api } from "./api.js";
import { cellContent, recordLink } from "./cells.js";
import { button, card, el, emptyState } from "./dom.js";
import { plain } from "./format.js";
import { addressOf, LIST_VIEWS } from "./places.js";
import { newWindow } from "./recordForm.js";

const CREATABLE = ["Contact", "Account", "Case", "Opportunity", "Lead"];

export async function listPage({ type, filter }, desk) {
  const table = await api.list(type, LIST_VIEWS[filter]);
  const count = `${table.lines.length}${table.more ? "+" : ""} ${table.lines.length === 1 && !table.more ? "item" : "items"}`;
  const search = el("input", {
    class: "slds-input lx-list__filter",
    type: "search",
    placeholder: "Search this list...",
    "aria-label": "Search this list"
  });
  const holder = el("div", { class: "lx-list__rows" });
  const draw = sortable(table, holder, desk);
  search.addEventListener("input", () => draw(search.value));
  draw("");
  const tools = [
    el("span", { class: "slds-text-color_weak lx-list__count" }, count),
    search,
    views(type, filter, desk.workspace)
  ];
  if (CREATABLE.includes(type)) tools.push(button("New", () => newWindow(type, {}, desk.workspace)));
  return {
    node: el("div", { class: "lx-single" }, card(table.label, { icon: table.icon, tools }, holder)),
    tab: null,
    view: {},
    title: `${table.label} | Service Console`
  };
}

function views(type, filter, workspace) {
  const select = el(
    "select",
    {
      class: "slds-select lx-list__view",
      "aria-label": "List view",
      on: {
        change: () => workspace.go(addressOf({ kind: "list", type, filter: select.value }))
      }
    },
    ...Object.keys(LIST_VIEWS).map((name) => el("option", { value: name, selected: name === filter }, name))
  );
  return select;
}

/** A function that draws the rows which contain a text, in the chosen order. */
function sortable(table, holder, desk) {
  let order = null;
  let wanted = "";
  function draw(text = wanted) {
    wanted = text;
    const needle = text.trim().toLowerCase();
    let rows = table.lines.filter(
      (line) => !needle || line.cells.some((cell) => shownText(cell).toLowerCase().includes(needle))
    );
    if (order) rows = [...rows].sort(compare(order));
    holder.replaceChildren(
      rows.length
        ? rowTable(rows, order, desk, (column) => {
            order = {
              column,
              down: order?.column === column ? !order.down : false
            };
            draw();
            holder.querySelectorAll("th button")[column].focus();
          })
        : emptyState(needle ? "No row contains this text" : "There is nothing here yet")
    );
  }
  return draw;
}

function shownText(cell) {
  return cell.ref?.name ?? plain(cell) ?? "";
}

function compare({ column, down }) {
  const key = (line) => {
    const cell = line.cells[column];
    return cell.ref?.name ?? cell.value ?? "";
  };
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    const by =
      typeof left === "number" && typeof right === "number"
        ? left - right
        : String(left).localeCompare(String(right), undefined, {
            numeric: true
          });
    return down ? -by : by;
  };
}

function rowTable(rows, order, desk, sort) {
  return el(
    "table",
    { class: "slds-table slds-table_bordered slds-table_cell-buffer" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ...rows[0].cells.map((cell, column) => {
          const sorted = order?.column !== column ? null : order.down ? "descending" : "ascending";
          return el(
            "th",
            { scope: "col", "aria-sort": sorted },
            button(
              `${cell.label}${sorted ? (order.down ? " ↓" : " ↑") : ""}`,
              () => sort(column),
              "lx-sort slds-truncate"
            )
          );
        })
      )
    ),
    el("tbody", {}, ...rows.map((line) => listRow(line, desk)))
  );
}

/** A row of cells; the cell with the record's own name is the link to it. */
export function listRow(line, { dialing }) {
  const view = {
    recordId: line.id,
    recordName: line.name,
    objectType: line.type
  };
  return el(
    "tr",
    { data: { id: line.id } },
    ...line.cells.map((cell) => {
      const own = ["Name", "CaseNumber", "Subject"].includes(cell.name) && cell.value === line.name;
      return el(
        "td",
        {},
        el(
          "div",
          { class: "slds-truncate", title: shownText(cell) },
          own ? recordLink(line) : cellContent(cell, view, dialing)
        )
      );
    })
  );
}
