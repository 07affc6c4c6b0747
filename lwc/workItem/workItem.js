import { LightningElement, api } from "lwc";
import { faceOf, recordTitle } from "c/contactShown";
import { tell } from "c/tell";
import { labels } from "c/words";

/** What a work item or an e-mail is about. Sends `open` {record} and `openurl` {url}. */
export default class WorkItem extends LightningElement {
  static renderMode = "light";

  @api contact;

  labels = labels;

  get lines() {
    return (this.contact.payload ?? []).map((line, n) => ({ ...line, id: n }));
  }

  get record() {
    return this.contact.record;
  }

  get face() {
    return faceOf(this.record);
  }

  get title() {
    return recordTitle(this.record);
  }

  open() {
    tell(this, "open", { record: this.record });
  }

  openUrl() {
    tell(this, "openurl", { url: this.contact.url });
  }
}
