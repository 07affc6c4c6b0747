import { LightningElement, api } from "lwc";
import { around, fill, labels, number, timeOfDay } from "c/words";

const MODES = { reserve: labels.budgetReserve, last: labels.budgetLast };

/** What waits for Salesforce, what Salesforce still takes, and what the last proof of all contacts found. */
export default class ApiBudget extends LightningElement {
  static renderMode = "light";

  /** {waiting, oldest, budget, proof}, or null until the connector has told. */
  @api tasks;
  @api locale;

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

  get proof() {
    const { proof } = this.tasks;
    return proof && fill(labels.proofOf, timeOfDay(proof.at, this.locale), number(proof.contacts), number(proof.gaps));
  }

  get proofClass() {
    return this.tasks.proof.gaps ? "pp-stop" : null;
  }

  get unproven() {
    const { unproven } = this.tasks.proof;
    return unproven ? fill(labels.proofUnproven, number(unproven)) : "";
  }

  get rest() {
    return this.tasks.budget.rest_until;
  }
}
