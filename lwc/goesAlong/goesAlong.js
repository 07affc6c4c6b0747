import { LightningElement, api } from "lwc";
import { consultName, personOf, recordTitle } from "c/contactShown";
import { tell } from "c/tell";
import { fill, labels } from "c/words";

/** During a consult: what the colleague gets with the customer. Sends `open` {record}. */
export default class GoesAlong extends LightningElement {
  static renderMode = "light";

  @api contact;

  labels = labels;

  get heading() {
    return fill(labels.goesAlong, consultName(this.contact.consult));
  }

  get lines() {
    const { what, disposition, tags, comments } = this.contact.draft;
    const record = (label, value) => ({ label, record: value, value: value && recordTitle(value) });
    return [
      record(labels.name, personOf(this.contact)),
      record(labels.relatedTo, what.value),
      { label: labels.disposition, value: disposition.value },
      { label: labels.tags, value: tags.value.join(", ") },
      { label: labels.comments, value: comments.value }
    ].filter(({ value }) => value);
  }

  open(event) {
    const { record } = this.lines.find(({ label }) => label === event.currentTarget.dataset.label);
    tell(this, "open", { record });
  }
}
