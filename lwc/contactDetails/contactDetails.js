import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { fill, labels, number } from "c/words";
import { badFields, choicesOf, SIGNS } from "./choices";

/**
 * What the agent writes about a contact. Sends `write` {contact, field, value}, `flush` when the comments lose the
 * focus, `details` {open}, `find` {what, text} from its pickers, and `describe` {contact} from the fields of the Task.
 */
export default class ContactDetails extends LightningElement {
  static renderMode = "light";

  @api contact;
  @api setup;
  @api found = {};
  /** Whether the section can be folded; in wrap-up it is open. */
  @api folds = false;
  @api unfolded = false;
  /** {fields, error}: what the fields take that Salesforce has asked for, or undefined. */
  @api described;
  /** {contact, field, code} of a value that the connector has refused, or null. */
  @api problem = null;

  labels = labels;
  picking = null;
  tagging = false;
  told = null;
  late = false;

  /** Puts the caret into the comments. */
  @api goToComments(start, end = start) {
    const area = this.querySelector("#pp-comments");
    area?.focus();
    if (area && start !== undefined) {
      area.setSelectionRange(start, end);
    }
  }

  get open() {
    return !this.folds || this.unfolded;
  }

  get expanded() {
    return String(this.open);
  }

  get chevron() {
    return this.open ? "utility:chevrondown" : "utility:chevronright";
  }

  get foldWord() {
    return this.open ? labels.hideDetails : labels.showDetails;
  }

  get summary() {
    if (this.contact.sign === "kept") {
      return labels.draftKept;
    }
    const { who, what } = this.contact.draft;
    return [who.value?.name ?? labels.noNameYet, what.value?.name].filter(Boolean).join(" · ");
  }

  get sign() {
    return SIGNS[this.contact.sign];
  }

  get inlineSign() {
    return !this.folds && Boolean(this.sign);
  }

  get personName() {
    return this.contact.draft.who.value?.name;
  }

  /** For each link who has sent it along, or nothing. */
  get senders() {
    const { sender, draft } = this.contact;
    const of = (link) => (link.by === "sender" ? sender : "");
    return { who: of(draft.who), what: of(draft.what) };
  }

  get whatClosed() {
    return this.contact.what_closed || this.contact.draft.who.value?.type === "Lead" ? labels.leadNoRelated : null;
  }

  get bad() {
    return badFields(this.contact.save);
  }

  /** Whether Salesforce has asked for fields that the panel does not have: since its last refusal, or before. */
  get asked() {
    return Boolean(this.contact.save.asked?.length || this.contact.draft.given);
  }

  /** For each field the id of the element that says what is wrong with it, or null. */
  get errors() {
    const at = (field) => (this.bad.includes(field) ? "pp-attention" : null);
    const text = (field) => (this.bad.includes(field) ? "true" : null);
    return {
      who: at("who"),
      what: at("what"),
      disposition: at("disposition"),
      dispositionText: text("disposition"),
      tags: at("tags"),
      comments: at("comments"),
      commentsText: text("comments")
    };
  }

  get showWhat() {
    return this.picking !== "who";
  }

  get showRest() {
    return !this.picking;
  }

  get dispositionClass() {
    return this.bad.includes("disposition") ? "pp-field pp-field_error" : "pp-field";
  }

  get tagsClass() {
    return this.bad.includes("tags") ? "pp-field pp-field_error" : "pp-field";
  }

  get commentsClass() {
    return this.picking || this.tagging ? "slds-hide" : "pp-comments pp-fill";
  }

  get dispositions() {
    const names = choicesOf(this.setup, this.contact, "dispositions", this.contact.draft.disposition.value);
    return [{ value: "", label: labels.choose }, ...names.map((name) => ({ value: name, label: name }))];
  }

  get tags() {
    const chosen = this.contact.draft.tags.value;
    const names = choicesOf(this.setup, this.contact, "tags", ...chosen);
    return names.map((name) => ({ name, chosen: chosen.includes(name) }));
  }

  get noTags() {
    return !this.tags.length;
  }

  get tagsOpen() {
    return String(this.tagging);
  }

  get tagsText() {
    return this.contact.draft.tags.value.join(", ") || labels.choose;
  }

  get tagsFull() {
    return `${labels.tags}: ${this.tagsText}`;
  }

  get limit() {
    return this.setup.comments_limit;
  }

  get count() {
    return fill(labels.countOf, number(this.contact.draft.comments.value.length), number(this.limit));
  }

  renderedCallback() {
    const area = this.querySelector("#pp-comments");
    const { comments, disposition } = this.contact.draft;
    if (area && area.value !== comments.value) {
      const { selectionStart, selectionEnd } = area;
      area.value = comments.value;
      area.setSelectionRange(selectionStart, selectionEnd);
    }
    const select = this.querySelector("#pp-disposition");
    if (select) {
      select.value = disposition.value;
    }
    this.goToBadField();
  }

  /** Once for each thing that needs attention, the focus goes to the field that does, unless the agent is writing. */
  goToBadField() {
    const news = this.bad.length ? `${this.contact.key} ${this.bad} ${this.contact.save.message}` : null;
    if (news === this.told) {
      return;
    }
    const bad = this.bad.map((name) => this.querySelector(`#pp-${name}`)).find(Boolean);
    // A field that the panel does not have is there once it is known what it takes.
    const late = Boolean(news && !bad && this.asked && !this.described?.error);
    if (!late && !(this.late && this.querySelector(":focus"))) {
      bad?.focus();
    }
    this.told = late ? this.told : news;
    this.late = late;
  }

  fieldsDrawn(event) {
    event.stopPropagation();
    this.goToBadField();
  }

  write(field, value) {
    tell(this, "write", { contact: this.contact.key, field, value });
  }

  fold() {
    tell(this, "details", { open: !this.open });
  }

  pick(event) {
    event.stopPropagation();
    this.write(event.detail.field, event.detail.record);
  }

  picked(event) {
    event.stopPropagation();
    this.picking = event.detail.field;
    this.tagging = false;
  }

  chooseDisposition(event) {
    this.write("disposition", event.target.value);
  }

  foldTags() {
    this.tagging = !this.tagging;
  }

  leaveTags(event) {
    if (event.key === "Escape") {
      this.tagging = false;
      this.querySelector("#pp-tags").focus();
      event.stopPropagation();
    }
  }

  chooseTag(event) {
    const { value, checked } = event.target;
    this.write(
      "tags",
      this.tags.filter(({ name, chosen }) => (name === value ? checked : chosen)).map(({ name }) => name)
    );
  }

  comment(event) {
    this.write("comments", event.target.value);
  }

  flush() {
    tell(this, "flush");
  }
}
