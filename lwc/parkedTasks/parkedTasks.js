import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { fill, labels, number, timeOfDay } from "c/words";

const LONGEST = 255;

/**
 * Tasks that Salesforce refuses, with its own words and the cure. Sends `order`: retry_task {contact}, retry_tasks,
 * discard_task {contact, reason}.
 */
export default class ParkedTasks extends LightningElement {
  static renderMode = "light";

  /** {parked, parked_total}, or null until the connector has told. */
  @api tasks;
  @api locale;

  labels = labels;
  longest = LONGEST;
  /** The contact whose Task is about to be discarded, why, and whether that was tried without a reason. */
  asked = null;
  reason = "";
  missing = false;
  goTo = null;
  had = null;

  renderedCallback() {
    const place = this.goTo;
    this.goTo = null;
    if (place) {
      this.querySelector(place)?.focus();
    } else if (this.had && document.activeElement === document.body) {
      // The row that had the focus is gone: the keyboard goes on from the head of the list.
      this.querySelector("h2").focus();
    }
    this.had = null;
  }

  get rows() {
    return (this.tasks?.parked ?? []).map((row) => {
      const title = row.name || row.number_shown || labels.numberWithheld;
      const asked = row.contact === this.asked;
      return {
        ...row,
        title,
        asked,
        time: timeOfDay(row.at, this.locale),
        whose: [row.agent, row.subject].filter(Boolean).join(" · "),
        why: row.cure ? `${row.what}: ${row.cure}` : row.what,
        again: `${labels.tryAgain}: ${title}`,
        discard: `${labels.discard}: ${title}`,
        reasonId: `pp-reason-${row.contact}`
      };
    });
  }

  get total() {
    return this.tasks?.parked_total ?? 0;
  }

  /** Also what only waits is tried, while Salesforce is left alone. */
  get canRetry() {
    return this.total > 0 || Boolean(this.tasks?.budget.rest_until);
  }

  get count() {
    return this.total ? fill(labels.attentionCount, number(this.total)) : "";
  }

  get more() {
    const shown = this.rows.length;
    return shown < this.total ? fill(labels.oldestShown, number(shown), number(this.total)) : "";
  }

  get invalid() {
    return this.missing ? "true" : null;
  }

  contactOf(event) {
    return event.currentTarget.dataset.contact;
  }

  retry(event) {
    this.had = true;
    tell(this, "order", { name: "retry_task", contact: this.contactOf(event) });
  }

  retryAll() {
    tell(this, "order", { name: "retry_tasks" });
  }

  ask(event) {
    this.asked = this.contactOf(event);
    this.reason = "";
    this.missing = false;
    this.goTo = "textarea";
  }

  write(event) {
    this.reason = event.target.value;
    this.missing = false;
  }

  discard(event) {
    const reason = this.reason.trim();
    if (!reason) {
      this.missing = true;
      this.goTo = "textarea";
      return;
    }
    tell(this, "order", { name: "discard_task", contact: this.contactOf(event), reason });
    this.close(event);
  }

  close(event) {
    this.goTo = `[data-ask="${this.contactOf(event)}"]`;
    this.asked = null;
  }

  /** Escape gives the question up, and not the whole tab. */
  keys(event) {
    if (event.key === "Escape") {
      this.close(event);
      event.stopPropagation();
      event.preventDefault();
    }
  }
}
