import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { labels } from "c/words";
import { chosenWith, rowOf, utcMoment } from "./shapes";

/**
 * The fields of the Task that Salesforce has asked for and that have no place in the panel. Sends `write` {contact,
 * field, value}, `flush` when a text loses the focus, `describe` {contact} to ask once more what they take, and `drawn`
 * when its fields are in the page.
 */
export default class TaskFields extends LightningElement {
  static renderMode = "light";

  @api contact;
  /** {fields, error}: what they take, or why that is not known; undefined while it is asked. */
  @api described;
  /** The API names of the fields that Salesforce has refused last. */
  @api bad = [];
  /** {contact, field, code} of a value that the connector has refused, or null. */
  @api problem = null;

  labels = labels;

  get fields() {
    return this.described?.fields ?? [];
  }

  get rows() {
    const { draft, key } = this.contact;
    const { contact, field, code } = this.problem ?? {};
    return this.fields.map((one) =>
      rowOf(
        one,
        draft.given?.[one.name]?.value ?? "",
        this.bad.includes(one.name),
        contact === key && field === one.name ? code : null
      )
    );
  }

  get asking() {
    return !this.described?.fields && !this.failed;
  }

  get failed() {
    return Boolean(this.described?.error);
  }

  renderedCallback() {
    for (const { id, value, is } of this.rows) {
      const control = is.closed || is.choices || is.checkbox ? null : this.querySelector(`#${id}`);
      // What has the focus is being written, and is newer than what comes back of it.
      if (control && control.value !== value && (is.choice || control !== document.activeElement)) {
        control.value = value;
      }
    }
    tell(this, "drawn");
  }

  field(event) {
    return this.fields.find(({ name }) => name === event.currentTarget.dataset.field);
  }

  write(field, value) {
    tell(this, "write", { contact: this.contact.key, field, value });
  }

  type(event) {
    this.write(this.field(event).name, event.target.value);
  }

  moment(event) {
    this.write(this.field(event).name, utcMoment(event.target.value));
  }

  tick(event) {
    this.write(this.field(event).name, String(event.target.checked));
  }

  choose(event) {
    const field = this.field(event);
    const { value, checked } = event.target;
    const before = this.contact.draft.given?.[field.name]?.value ?? "";
    this.write(field.name, chosenWith(field, before, value, checked));
  }

  flush() {
    tell(this, "flush");
  }

  again() {
    tell(this, "describe", { contact: this.contact.key });
  }
}
