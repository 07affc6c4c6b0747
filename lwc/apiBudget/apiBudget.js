import { LightningElement, api } from "lwc";
import { around, fill, labels, number } from "c/words";

const MODES = { reserve: labels.budgetReserve, last: labels.budgetLast };

/** What waits for Salesforce, and what Salesforce still takes. */
export default class ApiBudget extends LightningElement {
  static renderMode = "light";

  /** {waiting, oldest, budget}, or null until the connector has told. */
  @api tasks;

  labels = labels;

  get oldest() {
    return around(labels.oldestWaits, number(this.tasks.waiting));
  }

  get waiting() {
    return number(this.tasks.waiting);
  }

  get requests() {
    const { used, limit } = this.tasks.budget;
    if (limit === null) {
      return labels.notToldYet;
    }
    return fill(labels.apiOf, number(used), number(limit), number(Math.round((100 * used) / limit)));
  }

  get mode() {
    return MODES[this.tasks.budget.mode];
  }

  get batch() {
    return number(this.tasks.budget.batch);
  }

  get rest() {
    return this.tasks.budget.rest_until;
  }
}
