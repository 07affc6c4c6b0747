import { LightningElement, api } from "lwc";
import { allowance } from "c/allowed";
import { linesOf } from "c/contactShown";
import { tell } from "c/tell";
import { around, fill, labels, why } from "c/words";
import { agentRows, entryRows, skillRows } from "./rows";

const TABS = [
  { name: "agents", label: labels.agents, search: labels.searchAgents },
  { name: "skills", label: labels.skills, search: labels.searchSkills },
  { name: "book", label: labels.addressBook, search: labels.searchBook },
  { name: "keypad", label: labels.keypad }
];

/**
 * Whom to consult: a colleague, a skill, an entry of the address book or a number. One press calls. Sends `order`
 * (consult, favourite), `consulttab` {name}, `find` {what, text}, `preview` {number, skill}, `emergency` {number} and `refused`.
 */
export default class ConsultPanel extends LightningElement {
  static renderMode = "light";

  @api contact;
  /** agents, skills, book or keypad. */
  @api tab = "agents";
  /** Lists as the connector tells them, null until it has. */
  @api agents;
  @api skills;
  /** The answer to the last search of the address book: {text, records, searching, error}. */
  @api found;
  @api favourites = [];
  /** What would be dialled for the number of the keypad, as the connector says. */
  @api preview;
  /** Why nobody can be consulted now, or null. */
  @api code;

  labels = labels;
  tabs = TABS;
  longest = around(labels.longest);
  text = "";
  number = "";
  enter = null;

  connectedCallback() {
    this.ask();
  }

  renderedCallback() {
    const go = this.enter;
    this.enter = null;
    go?.();
  }

  /** Puts the focus where the agent goes on: the search, or the number. */
  @api goToTab() {
    this.querySelector(this.keypad ? ".pp-num" : ".pp-search > input")?.focus();
  }

  get keypad() {
    return this.tab === "keypad";
  }

  get panelId() {
    return this.keypad ? "pp-consult-keypad" : "pp-consult-list";
  }

  get tabWord() {
    return TABS.find(({ name }) => name === this.tab).label;
  }

  get searchWord() {
    return TABS.find(({ name }) => name === this.tab).search;
  }

  get words() {
    return this.text.trim().toLowerCase();
  }

  get rows() {
    const found = {
      agents: () => agentRows(this.agents, this.words),
      skills: () => skillRows(this.skills, this.words),
      book: () => entryRows(this.found?.records ?? [], this.favourites)
    }[this.tab]();
    return found.map((row) => {
      const code = row.code ?? this.code;
      const call = fill(labels.callName, row.name);
      return { ...row, ...allowance(code), free: !code, title: code ? why(code) : call };
    });
  }

  get message() {
    if (this.rows.length) {
      return "";
    }
    if (this.tab === "book") {
      return this.bookMessage;
    }
    if (!this[this.tab]) {
      return labels.searching;
    }
    return this.words ? labels.nothingFound : this.tab === "agents" ? labels.noAgents : labels.noSkills;
  }

  get bookMessage() {
    if (this.found?.error) {
      return labels.searchFailed;
    }
    if (!this.found || this.found.searching) {
      return labels.searching;
    }
    return this.words ? labels.nothingFound : labels.emptyBook;
  }

  get outbound() {
    return { number: this.number, record: null, skill: null, error: null, message: null };
  }

  get typedPreview() {
    return this.preview?.typed === this.number && (this.preview.shown || this.preview.error) ? this.preview : null;
  }

  get callCode() {
    if (this.code) {
      return this.code;
    }
    return this.number.trim() ? (this.typedPreview?.error ?? null) : "number_needed";
  }

  get name() {
    return linesOf(this.contact).name;
  }

  ask() {
    if (this.tab === "book") {
      tell(this, "find", { what: "book", text: this.text.trim() });
    }
  }

  /** A tab was pressed, and the keyboard goes on in what it shows; or walked to, and stays there. */
  chosen(event) {
    const { name, walked } = event.detail;
    this.text = "";
    tell(this, "consulttab", { name });
    if (name === "book") {
      tell(this, "find", { what: "book", text: "" });
    }
    this.enter = walked ? null : () => this.goToTab();
  }

  search(event) {
    this.text = event.target.value;
    this.ask();
  }

  /** Arrows go from row to row, from the search as well; Enter in the search calls nobody. */
  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const rows = [...this.querySelectorAll("[data-row]")];
      const at = rows.indexOf(event.target);
      const to = at + step;
      (to < 0 ? this.querySelector(".pp-search > input") : rows[Math.min(to, rows.length - 1)])?.focus();
      event.preventDefault();
    }
  }

  consult(to) {
    tell(this, "order", { name: "consult", contact: this.contact.key, to });
  }

  call(event) {
    if (event.detail > 1) {
      return;
    }
    const { kind, id, code } = this.rows.find((row) => row.id === event.currentTarget.dataset.row);
    if (code) {
      tell(this, "refused", { code });
    } else {
      this.consult({ kind, id });
    }
  }

  star(event) {
    const { id, favourite } = this.rows.find((row) => row.id === event.currentTarget.dataset.entry);
    tell(this, "order", { name: "favourite", entry: id, on: favourite !== "true" });
  }

  edit(event) {
    event.stopPropagation();
    this.number = event.detail.number;
    tell(this, "preview", { number: this.number, skill: this.contact.skill });
  }

  callNumber(event) {
    event.stopPropagation();
    if (this.callCode) {
      tell(this, "refused", { code: this.callCode });
    } else {
      this.consult({ kind: "number", id: this.number.trim() });
    }
  }
}
