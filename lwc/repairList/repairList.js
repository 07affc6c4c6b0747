import { LightningElement, api } from "lwc";
import { linesOf } from "c/contactShown";
import { tell } from "c/tell";
import { fill, labels, timeOfDay, why } from "c/words";

/** The agent's contacts that are over and whose Task Salesforce has refused. Sends `mend` {contact}. */
export default class RepairList extends LightningElement {
  static renderMode = "light";

  @api repairs = [];
  @api locale;

  labels = labels;

  get rows() {
    return this.repairs.map((contact) => {
      const { name } = linesOf(contact);
      const { message, code } = contact.save;
      return {
        key: contact.key,
        name,
        mend: fill(labels.mendTask, name),
        what: message || (code ? why(code) : labels.savingTo),
        time: timeOfDay(contact.started, this.locale)
      };
    });
  }

  mend(event) {
    tell(this, "mend", { contact: event.currentTarget.dataset.contact });
  }
}
