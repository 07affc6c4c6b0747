/** The header: search, favourites, New, help, and who is signed in. */

import { el } from "./dom.js";
import { menuButton } from "./menu.js";
import { showModal } from "./modal.js";
import { addressOf } from "./places.js";
import { newWindow } from "./recordForm.js";
import { toast } from "./toast.js";

const NEW = ["Contact", "Lead", "Case", "Account", "Opportunity", "Task"];

export function startHeader(boot, workspace) {
  startSearch(workspace);
  startFavorites(boot, workspace);
  menuButton(document.getElementById("menu-new"), "New", () =>
    NEW.map((type) => ({
      label: `New ${type}`,
      icon: "add",
      on: () => newWindow(type, {}, workspace).catch((error) => toast(error.message, "error"))
    }))
  );
  document.getElementById("menu-help").addEventListener("click", help);
  startUser(boot);
}

function startSearch(workspace) {
  const form = document.getElementById("search");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = form.elements.q.value.trim();
    if (text) workspace.go(addressOf({ kind: "search", text }));
  });
}

function startFavorites(boot, workspace) {
  const key = `console.favorites.${boot.user.key}`;
  const read = () => JSON.parse(window.localStorage.getItem(key) ?? "[]");
  const write = (list) => window.localStorage.setItem(key, JSON.stringify(list));
  menuButton(document.getElementById("menu-favorites"), "Favorites", () => {
    const kept = read();
    const { recordId, recordName, objectType } = workspace.appView;
    const items = kept.map(({ id, type, name }) => ({
      label: name,
      icon: "favorite",
      on: () => workspace.go(addressOf({ kind: "record", id, type }))
    }));
    if (!kept.length) items.push({ text: "No favorites yet" });
    if (recordId && kept.some(({ id }) => id === recordId)) {
      items.push({
        label: `Remove ${recordName}`,
        icon: "close",
        on: () => write(kept.filter(({ id }) => id !== recordId))
      });
    } else if (recordId) {
      items.push({
        label: `Add ${recordName}`,
        icon: "add",
        on: () => write([...kept, { id: recordId, type: objectType, name: recordName }])
      });
    }
    return items;
  });
}

function help() {
  showModal(
    "About this console",
    el(
      "div",
      { class: "slds-text-longform" },
      el(
        "p",
        {},
        "A stand-in for the Salesforce service console. It shows the records of the sandbox org and hosts the phone panel through Open CTI, as Lightning does."
      ),
      el(
        "ul",
        { class: "slds-list_dotted" },
        el("li", {}, "Numbers with a telephone sign are dialled by the panel when you press them."),
        el(
          "li",
          {},
          "The gear holds the demo tools: let a customer call. The picture at the right changes who is signed in."
        ),
        el("li", {}, "The phone at the bottom left opens and closes the panel; a call goes on while it is closed.")
      )
    )
  );
}

function startUser(boot) {
  const { user, users } = boot;
  const opener = document.getElementById("menu-user");
  opener.title = user.name;
  opener.setAttribute("aria-label", `Signed in as ${user.name}`);
  document.getElementById("initials").textContent = user.name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();
  menuButton(opener, "User", () => [
    { heading: user.name },
    ...users.map((other) => ({
      label: other.name,
      checked: other.key === user.key,
      on: () => window.location.assign(`${window.location.pathname}?user=${encodeURIComponent(other.key)}`)
    }))
  ]);
}
