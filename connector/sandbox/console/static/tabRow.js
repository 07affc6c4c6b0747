/** The row of record tabs and the app's navigation, drawn from the workspace. */

import { el, iconButton, objectIcon } from "./dom.js";
import { addressOf } from "./places.js";

const PLURALS = {
  Contact: "Contacts",
  Account: "Accounts",
  Case: "Cases",
  Opportunity: "Opportunities",
  Lead: "Leads",
  Campaign: "Campaigns",
  WorkQueue: "Work Queue",
  Task: "Tasks"
};

export function drawTabs(list, workspace) {
  const { place } = workspace;
  list.replaceChildren(
    ...workspace.tabs.map((tab) => {
      const current = place.kind === "record" && place.id === tab.id;
      return el(
        "li",
        { class: "lx-tab", "data-current": current },
        el(
          "a",
          {
            class: "lx-tab__link",
            href: addressOf({ kind: "record", ...tab }),
            "aria-current": current ? "page" : null,
            title: tab.name
          },
          objectIcon(tab.icon, "slds-icon_x-small"),
          el("span", { class: "slds-truncate" }, tab.name)
        ),
        iconButton("close", `Close ${tab.name}`, () => workspace.close(tab.id), "lx-tab__close")
      );
    })
  );
  list.querySelector("[data-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

export function drawNavigation(list, workspace, items) {
  const { place } = workspace;
  list.replaceChildren(
    ...items.map((name) => {
      const target = name === "WorkQueue" ? { kind: "workQueue" } : { kind: "list", type: name, filter: "All" };
      const current = place.kind === "workQueue" ? name === "WorkQueue" : place.type === name;
      return el(
        "li",
        {
          class: `slds-context-bar__item ${current ? "slds-is-active" : ""}`
        },
        el(
          "a",
          {
            class: "slds-context-bar__label-action",
            href: addressOf(target),
            "aria-current": current ? "page" : null
          },
          el("span", { class: "slds-truncate" }, PLURALS[name])
        )
      );
    })
  );
}
