import { LightningElement, api } from "lwc";
import { isCall, stageOf } from "c/contactShown";
import { tell } from "c/tell";
import { labels } from "c/words";
import { afterwards, createItems, dotOf, statusItems, statusWord } from "./statuses";

const MOVES = { ArrowDown: 1, ArrowUp: -1 };

/** The head: status picker, keyboard shortcuts, New. Sends `order`, `show` {body}, `refused` {code}. */
export default class AgentStatus extends LightningElement {
  static renderMode = "light";

  @api agent;
  @api contacts = [];
  @api reasons = [];

  labels = labels;
  menu = null;
  enter = false;

  get noAgent() {
    return !this.agent;
  }

  get statusWord() {
    return statusWord(this.agent, this.contacts.filter(isCall).map(stageOf));
  }

  get dotClass() {
    return dotOf(this.agent?.state);
  }

  get showTime() {
    return ["AVAILABLE", "UNAVAILABLE"].includes(this.agent?.state);
  }

  get afterwards() {
    return this.agent ? afterwards(this.agent) : "";
  }

  get statusOpen() {
    return String(this.menu === "status");
  }

  get createOpen() {
    return String(this.menu === "create");
  }

  get menuTitle() {
    return this.menu === "status" ? labels.agentStatus : labels.newMenu;
  }

  get menuClass() {
    return `slds-dropdown pp-menu ${this.menu === "status" ? "pp-menu_start" : "pp-menu_end"}`;
  }

  get items() {
    return this.menu === "status" ? statusItems(this.agent, this.reasons) : createItems();
  }

  renderedCallback() {
    if (this.enter) {
      this.enter = false;
      (this.querySelector('[aria-checked="true"]') ?? this.querySelector(".pp-item")).focus();
    }
  }

  toggle(event) {
    const { menu } = event.currentTarget.dataset;
    // An entry that goes away with the focus would take the other menu with it.
    event.currentTarget.focus();
    this.menu = this.menu === menu ? null : menu;
    this.enter = Boolean(this.menu);
  }

  shortcuts() {
    this.menu = null;
    tell(this, "show", { body: "shortcuts" });
  }

  choose(event) {
    const item = this.items.find(({ id }) => id === event.currentTarget.dataset.id);
    this.close();
    if (item.code) {
      tell(this, "refused", { code: item.code });
    } else if (item.order) {
      tell(this, "order", item.order);
    } else {
      tell(this, "show", item.show);
    }
  }

  /** Closes the menu; the focus goes back to what opened it. */
  close() {
    this.querySelector(`[data-menu="${this.menu}"]`)?.focus();
    this.menu = null;
  }

  left(event) {
    if (this.menu && !this.querySelector(".pp-head").contains(event.relatedTarget)) {
      this.menu = null;
    }
  }

  /** Some browsers do not focus a button that is clicked: the menu would lose the focus, and close before the click. */
  stay(event) {
    if (this.menu) {
      event.preventDefault();
    }
  }

  keys(event) {
    if (!this.menu) {
      return;
    }
    const items = [...this.querySelectorAll(".pp-item")];
    const at = items.indexOf(event.target);
    if (event.key === "Escape") {
      this.close();
      event.stopPropagation();
    } else if (MOVES[event.key]) {
      items[(at + MOVES[event.key] + items.length) % items.length].focus();
    } else if (event.key === "Home" || event.key === "End") {
      items.at(event.key === "Home" ? 0 : -1).focus();
    } else {
      return;
    }
    event.preventDefault();
  }
}
