import { LightningElement, api } from "lwc";
import { faceOf, recordTitle } from "c/contactShown";
import { tell } from "c/tell";
import { fill, labels, optionReason, typeWord, why } from "c/words";

const SHORTEST = 2;

/**
 * Name or Related To: the chosen record, or a search with what is offered. Sends `pick` {field, record} (null: removed),
 * `picking` {field} while its list is open (null: closed), and `find` {what, text}.
 */
export default class RecordPicker extends LightningElement {
  static renderMode = "light";

  /** who or what; `people` or `records` is searched. */
  @api field;
  @api what;
  @api label;
  @api record;
  @api options = [];
  /** The answer to the last search: {text, records, searching, error}. */
  @api found;
  /** Whose account an account is. */
  @api person;
  /** Why nothing can be chosen, as words. */
  @api closed;
  /** Who chose it, when it came along with a customer who was passed on. */
  @api sender;
  /** The id of the element that says what is wrong, or null. */
  @api error;

  isOpen = false;
  text = "";
  at = -1;
  enter = false;

  get inputId() {
    return `pp-${this.field}`;
  }

  get listId() {
    return `pp-${this.field}-list`;
  }

  get pill() {
    return Boolean(this.record) && !this.isOpen;
  }

  get face() {
    return faceOf(this.record);
  }

  get title() {
    return recordTitle(this.record);
  }

  get cameAlong() {
    return this.sender ? fill(labels.cameAlong, this.sender) : "";
  }

  get removeTitle() {
    return fill(labels.removeRecord, this.title);
  }

  get placeholder() {
    return this.isOpen ? labels.search : labels.choose;
  }

  get fieldClass() {
    return this.error ? "pp-field pp-field_error" : "pp-field";
  }

  get invalidText() {
    return this.error ? "true" : null;
  }

  get describedBy() {
    return this.error || null;
  }

  get expanded() {
    return String(this.isOpen);
  }

  get activeId() {
    return this.isOpen && this.at >= 0 ? `${this.listId}-${this.at}` : null;
  }

  get answer() {
    const text = this.text.trim();
    return text.length >= SHORTEST && this.found?.text === text ? this.found : null;
  }

  get choices() {
    const words = this.text.trim().toLowerCase();
    const near = this.options.filter((one) => `${one.name} ${one.detail}`.toLowerCase().includes(words));
    const offered = new Set(near.map(({ id }) => id));
    return [...near, ...(this.answer?.records ?? []).filter(({ id }) => !offered.has(id))];
  }

  get rows() {
    return this.choices.map((record, n) => ({
      id: record.id,
      elementId: `${this.listId}-${n}`,
      look: n === this.at ? "pp-option pp-option_at" : "pp-option",
      selected: String(record.id === this.record?.id),
      face: faceOf(record),
      title: recordTitle(record),
      meta: this.meta(record)
    }));
  }

  meta(record) {
    const subject = record.type === "Case" ? "" : record.detail;
    const what = [typeWord(record.type), subject].filter(Boolean).join(" · ");
    return record.why === "search" ? fill(labels.whyFound, what) : optionReason(record, this.person);
  }

  get message() {
    if (this.text.trim().length >= SHORTEST) {
      if (!this.answer || this.answer.searching) {
        return labels.searching;
      }
      if (this.answer.error) {
        return this.answer.error === "crm_unavailable" ? why("crm_unavailable") : labels.searchFailed;
      }
    }
    if (this.rows.length) {
      return "";
    }
    return this.answer ? labels.nothingFound : labels.noOptions;
  }

  renderedCallback() {
    if (this.enter) {
      this.enter = false;
      this.querySelector(`#${this.inputId}`)?.focus();
    }
    this.querySelector(".pp-option_at")?.scrollIntoView({ block: "nearest" });
  }

  change() {
    this.enter = true;
    this.open();
  }

  open() {
    if (!this.isOpen) {
      this.isOpen = true;
      tell(this, "picking", { field: this.field });
    }
  }

  shut() {
    this.isOpen = false;
    this.text = "";
    this.at = -1;
    tell(this, "picking", { field: null });
  }

  left(event) {
    if (this.isOpen && event.relatedTarget?.closest?.(`#${this.listId}`) == null) {
      this.shut();
    }
  }

  /** A press on an option must not take the focus from the input, which would close the list first. */
  stay(event) {
    event.preventDefault();
  }

  type(event) {
    this.text = event.target.value;
    this.at = this.text.trim() ? 0 : -1;
    this.open();
    tell(this, "find", { what: this.what, text: this.text.trim() });
  }

  keys(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.choices.length;
    if (step) {
      this.open();
      this.at = count ? (Math.max(this.at, step < 0 ? 0 : -1) + step + count) % count : -1;
    } else if (event.key === "Enter" && this.isOpen && this.choices[this.at]) {
      this.choose(this.choices[this.at]);
    } else if (event.key === "Escape" && this.isOpen) {
      this.enter = true;
      this.shut();
      event.stopPropagation();
    } else {
      return;
    }
    event.preventDefault();
  }

  pick(event) {
    this.choose(this.choices.find(({ id }) => id === event.currentTarget.dataset.id));
  }

  choose(record) {
    this.enter = true;
    this.shut();
    tell(this, "pick", { field: this.field, record });
  }

  remove() {
    this.enter = true;
    tell(this, "pick", { field: this.field, record: null });
  }
}
