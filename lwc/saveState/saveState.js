import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { around, fill, labels, why } from "c/words";

const LOOKS = {
  saving: { icon: "utility:sync", tone: "pp-i pp-i_ink", word: labels.savingTo },
  saved: { icon: "utility:success", tone: "pp-ok", word: labels.savedTo },
  waiting: { icon: "utility:clock", tone: "pp-i pp-i_ink", word: labels.nextTryNow },
  attention: { icon: "utility:warning", tone: "pp-bad", head: labels.attentionIs },
  discarded: { icon: "utility:warning", tone: "pp-bad", head: labels.discardedBy }
};

/** The line that says how it stands with the Task. Always as high, but for what needs attention. Sends `open`. */
export default class SaveState extends LightningElement {
  static renderMode = "light";

  /** {state, task_id, subject, next_try, code, message, left_out}; not for the state `none`. */
  @api save;

  labels = labels;
  waitingWords = around(labels.waitingNextTry);

  get look() {
    return LOOKS[this.save.state];
  }

  get icon() {
    return this.look.icon;
  }

  get iconClass() {
    return this.look.tone;
  }

  get word() {
    const { state, left_out: without } = this.save;
    return state === "saved" && without ? fill(labels.savedWithout, without) : this.look.word;
  }

  get head() {
    return this.look.head;
  }

  get waiting() {
    return this.save.state === "waiting" && Boolean(this.save.next_try);
  }

  get reason() {
    return this.save.message || why(this.save.code);
  }

  get linkText() {
    return this.save.subject || labels.openTask;
  }

  get noteClass() {
    return this.head ? "pp-note pp-note_error" : "pp-note pp-note_line";
  }

  open() {
    tell(this, "open", { record: { id: this.save.task_id, type: "Task", name: this.linkText } });
  }
}
