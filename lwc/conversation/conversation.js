import { LightningElement, api } from "lwc";
import { numbersIn } from "c/spokenNumbers";
import { tell } from "c/tell";
import { fill, labels, language } from "c/words";
import { copyText } from "./copying";

const STATUS = {
  live: { word: labels.live, dot: "cv-dot cv-dot_on", text: "" },
  paused: { word: labels.paused, dot: "cv-dot cv-dot_paused", text: "" },
  failed: { word: labels.interrupted, dot: "cv-dot cv-dot_off", text: labels.transcriptFailed },
  refused: { word: labels.notWritten, dot: "cv-dot cv-dot_off", text: labels.transcriptRefused }
};
const NEAR = 24;
const MOVES = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  End: () => Infinity,
  Home: () => 0
};

/** Whether the line has that text, or digits that were said as words. */
function has(line, search) {
  const text = line.text?.toLowerCase() ?? "";
  return text.includes(search) || (line.final && numbersIn(text).some((digits) => digits.includes(search)));
}

/**
 * What is said in a call, as it is said: a section of the panel, or a window of its own. Sends `talk` {open} when the
 * section is folded. Nothing is announced by itself, for the agent hears it; "read the new lines" does so on demand.
 */
export default class Conversation extends LightningElement {
  static renderMode = "light";

  /** A section of the panel, which can be folded. */
  @api section = false;
  @api unfolded = false;

  labels = labels;
  language = language;
  shown = null;
  following = true;
  top = 0;
  searching = false;
  search = "";
  at = null;
  copied = null;
  polite = "";
  read = null;

  /** {contact, name, status, cut, lines}, or null when there is none. */
  @api get conversation() {
    return this.shown;
  }

  set conversation(value) {
    if (value?.contact !== this.shown?.contact) {
      Object.assign(this, {
        following: true,
        searching: false,
        search: "",
        at: null,
        copied: null,
        polite: "",
        read: null
      });
    }
    this.shown = value;
  }

  connectedCallback() {
    if (globalThis.ResizeObserver) {
      this.resized = new ResizeObserver(() => this.stick());
    }
  }

  renderedCallback() {
    const list = this.list;
    if (list !== this.observed) {
      this.resized?.disconnect();
      this.observed = list;
      if (list) {
        this.resized?.observe(list);
      }
    }
    this.stick();
    const go = this.afterRender;
    this.afterRender = null;
    go?.();
  }

  disconnectedCallback() {
    this.resized?.disconnect();
  }

  get list() {
    return this.querySelector(".cv-scroll");
  }

  /** The end stays in view, unless the agent has scrolled away from it. */
  stick() {
    const { list } = this;
    if (list && this.following) {
      list.scrollTop = list.scrollHeight;
      this.top = list.scrollTop;
    }
  }

  get open() {
    return !this.section || this.unfolded;
  }

  get expanded() {
    return String(this.open);
  }

  get chevron() {
    return this.open ? "utility:chevrondown" : "utility:chevronright";
  }

  get rootClass() {
    return this.section ? "cv cv_section" : "cv";
  }

  get status() {
    return this.shown ? (STATUS[this.shown.status] ?? STATUS.live) : null;
  }

  get problem() {
    return this.status?.text;
  }

  get name() {
    return this.shown?.name;
  }

  get cut() {
    return Boolean(this.shown?.cut);
  }

  /** Beside the section's title: what it is, or that it does not go on. */
  get summary() {
    const live = !this.shown || this.shown.status === "live";
    return live
      ? { text: labels.machineShort, look: "pp-push pp-weak slds-truncate cv-roomy" }
      : { text: this.status.word, look: "pp-push pp-weak slds-truncate" };
  }

  /** Where there is little room, what it is scrolls away with the lines. */
  get noteAbove() {
    return Boolean(this.shown) && !this.section;
  }

  get noteWithin() {
    return Boolean(this.shown) && this.section;
  }

  get canSearch() {
    return this.open && Boolean(this.shown);
  }

  get searchOpen() {
    return String(this.searching);
  }

  get wanted() {
    return this.searching ? this.search.trim().toLowerCase() : "";
  }

  get found() {
    const { wanted } = this;
    return wanted ? this.lines.filter((line) => has(line, wanted)) : [];
  }

  get foundText() {
    return this.wanted ? fill(labels.found, this.found.length) : "";
  }

  get lines() {
    return this.shown?.lines ?? [];
  }

  get empty() {
    return this.lines.length ? "" : this.shown ? labels.nothingSaid : labels.noConversation;
  }

  /** The line at which the keyboard is: the newest, until the agent has gone to another one. */
  get current() {
    const known = this.lines.some(({ id }) => id === this.at);
    return known ? this.at : this.lines.at(-1)?.id;
  }

  get rows() {
    const { current } = this;
    return this.lines.map((line) => ({ id: line.id, line, tab: line.id === current ? "0" : "-1" }));
  }

  get away() {
    return !this.following && this.lines.length > 0;
  }

  fold() {
    tell(this, "talk", { open: !this.open });
  }

  /** Only who goes up does not follow any more: a list that grew, or has less room now, is not the agent's doing. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    this.following = near || (this.following && scrollTop >= this.top);
    this.top = scrollTop;
    this.stick();
  }

  toEnd() {
    this.following = true;
    this.at = null;
    // The button is about to go: the keyboard goes on at what is newest.
    this.afterRender = () => this.focusLine();
  }

  focusLine() {
    const { current } = this;
    const items = [...this.querySelectorAll(".cv-item")];
    items.find((item) => item.dataset.line === current)?.focus({ preventScroll: this.following });
  }

  goTo(id) {
    this.at = id;
    this.following = id === this.lines.at(-1)?.id;
    this.afterRender = () => this.reveal(id);
  }

  reveal(id) {
    const item = [...this.querySelectorAll(".cv-item")].find(({ dataset }) => dataset.line === id);
    item?.scrollIntoView({ block: "nearest" });
    return item;
  }

  moved(event) {
    const move = MOVES[event.key];
    const item = event.target.closest(".cv-item");
    if (!move || item !== event.target || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const { lines } = this;
    const at = lines.findIndex(({ id }) => id === item.dataset.line);
    const next = lines[Math.max(0, Math.min(lines.length - 1, move(at)))];
    this.goTo(next.id);
    this.afterRender = () => this.reveal(next.id)?.focus();
    event.preventDefault();
  }

  /** Whoever uses a line's buttons is at that line. */
  focused(event) {
    this.at = event.target.closest(".cv-item").dataset.line;
  }

  toggleSearch() {
    this.searching = !this.searching;
    this.search = "";
    this.afterRender = () => this.querySelector(this.searching ? ".cv-search" : "[data-search]")?.focus();
  }

  typed(event) {
    this.search = event.target.value;
    const [first] = this.found;
    if (first) {
      this.goTo(first.id);
    }
  }

  searchKey(event) {
    if (event.key === "Escape") {
      this.toggleSearch();
      event.stopPropagation();
      event.preventDefault();
    } else if (event.key === "Enter") {
      this.next(event.shiftKey ? -1 : 1);
      event.preventDefault();
    }
  }

  next(step) {
    const { found } = this;
    const at = found.findIndex(({ id }) => id === this.at);
    if (found.length) {
      this.goTo(found[(at + step + found.length) % found.length].id);
    }
  }

  async copy(event) {
    event.stopPropagation();
    const { id, text } = event.detail;
    const done = await copyText(text);
    this.copied = done ? { id, text } : null;
    this.say(done ? fill(labels.copied, text) : labels.copyFailed);
  }

  get copyProblem() {
    return this.polite.startsWith(labels.copyFailed) ? labels.copyFailed : "";
  }

  /** Says what has become final since it was last asked. */
  readNew() {
    const lines = this.lines.filter(({ final }) => final);
    const at = lines.findIndex(({ id }) => id === this.read);
    const fresh = lines.slice(at + 1);
    this.read = lines.at(-1)?.id ?? null;
    this.say(fresh.map(({ who, text }) => `${who}: ${text}`).join(" ") || labels.nothingNew);
  }

  /** The same words once more are another text, or they would not be heard. */
  say(text) {
    this.polite = text === this.polite ? `${text}\u00a0` : text;
  }
}
