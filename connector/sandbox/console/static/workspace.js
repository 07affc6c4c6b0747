/**
 * The workspace: which place is shown, the record tabs, the browser's history. Tabs are kept over a reload, per user.
 * Events: `shown` (detail: view) after a place is on the page; `tabs` when the tab row changed.
 */

import { card, el, errorBox } from "./dom.js";
import { addressOf, isInside, placeOf } from "./places.js";

export class Workspace extends EventTarget {
  #page;
  #render;
  #turn = 0;
  #key;

  /** `render(place)` loads a place: {node, tab: {id, type, name, icon} | null, view, title}. */
  constructor(page, userKey, render) {
    super();
    this.#page = page;
    this.#render = render;
    this.#key = `console.tabs.${userKey}`;
    this.tabs = JSON.parse(window.sessionStorage.getItem(this.#key) ?? "[]");
    this.place = { kind: "missing" };
    this.view = {};
    window.addEventListener("popstate", () => this.go(window.location.href, { push: false }));
    document.addEventListener("click", (event) => this.#follow(event));
  }

  /** What getAppViewInfo says of the place that is shown. */
  get appView() {
    return { url: window.location.href, ...this.view };
  }

  /** Opens an address; resolves when it is on the page (or has been overtaken), rejects when it cannot be shown. */
  async open(address, { push = true } = {}) {
    const place = placeOf(address);
    this.#turn += 1;
    const turn = this.#turn;
    this.#page.setAttribute("aria-busy", "true");
    let shown;
    try {
      shown = await this.#render(place);
    } finally {
      if (turn === this.#turn) this.#page.removeAttribute("aria-busy");
    }
    if (turn !== this.#turn) return;
    this.place = shown.tab ? { ...place, ...shown.tab, kind: "record" } : place;
    this.view = shown.view ?? {};
    const target = addressOf(this.place);
    if (push && target !== window.location.pathname + window.location.search)
      window.history.pushState(null, "", target);
    else if (!push) window.history.replaceState(null, "", target);
    document.title = shown.title;
    this.#page.replaceChildren(shown.node);
    // What had the focus may be gone with the old page; the keyboard goes on from the new one.
    if (push && document.activeElement === document.body) this.#page.focus({ preventScroll: true });
    if (shown.tab) this.#keep(shown.tab);
    else this.#changed();
    this.dispatchEvent(new CustomEvent("shown", { detail: this.appView }));
  }

  openRecord(id, options) {
    return this.open(addressOf({ kind: "record", id }), options);
  }

  /** Loads the shown place again, as refreshView does. */
  refresh() {
    return this.open(window.location.href, { push: false });
  }

  /** Closes a tab; its right neighbour, else its left one, else the list of its object takes its place. */
  close(id) {
    const at = this.tabs.findIndex((tab) => tab.id === id);
    if (at < 0) return;
    const [closed] = this.tabs.splice(at, 1);
    const wasShown = this.place.kind === "record" && this.place.id === id;
    this.#changed();
    if (!wasShown) return;
    const next = this.tabs[at] ?? this.tabs[at - 1];
    this.go(
      next ? addressOf({ kind: "record", ...next }) : addressOf({ kind: "list", type: closed.type, filter: "All" })
    );
  }

  /** Opens an address for the user: what goes wrong is shown in the place of the page, with a way to try again. */
  async go(address, options) {
    const turn = this.#turn + 1;
    try {
      await this.open(address, options);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.place = { kind: "missing" };
      this.view = {};
      document.title = "Service Console";
      this.#page.replaceChildren(
        el(
          "div",
          { class: "lx-single" },
          card(
            "This page cannot be shown",
            {},
            errorBox(error, () => this.go(address, options))
          )
        )
      );
      this.#changed();
    }
  }

  #keep(tab) {
    const at = this.tabs.findIndex((known) => known.id === tab.id);
    if (at < 0) this.tabs.push(tab);
    else this.tabs[at] = tab;
    this.#changed();
  }

  #changed() {
    window.sessionStorage.setItem(this.#key, JSON.stringify(this.tabs));
    this.dispatchEvent(new CustomEvent("tabs"));
  }

  #follow(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || !isInside(link) || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(link.href);
  }
}
