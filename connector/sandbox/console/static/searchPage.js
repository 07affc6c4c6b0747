/** The results of a search, a table for each object. */

import { api } from "./api.js";
import { card, el, emptyState } from "./dom.js";
import { listRow } from "./listPage.js";

export async function searchPage({ text }, desk) {
  const tables = text.trim().length < 2 ? [] : await api.search(text);
  const cards = tables.map((table) =>
    card(
      `${table.label} (${table.lines.length})`,
      { icon: table.icon, label: table.label },
      el(
        "table",
        { class: "slds-table slds-table_bordered slds-table_cell-buffer" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ...table.lines[0].cells.map((cell) => el("th", { scope: "col", class: "slds-truncate" }, cell.label))
          )
        ),
        el("tbody", {}, ...table.lines.map((line) => listRow(line, desk)))
      )
    )
  );
  if (!cards.length) {
    cards.push(
      card(
        "Search Results",
        { icon: "search" },
        emptyState(text.trim().length < 2 ? "Type at least two characters" : `Nothing was found for “${text}”`)
      )
    );
  }
  return {
    node: el("div", { class: "lx-single lx-single_many" }, ...cards),
    tab: null,
    view: {},
    title: `${text} | Search`
  };
}
