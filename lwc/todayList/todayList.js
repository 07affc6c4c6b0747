import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { fill, labels, outcomeWord, timeOfDay } from "c/words";

const FIRST = 6;

const SIGNS = {
  saving: { icon: "utility:sync", tone: "pp-i", word: labels.saving, look: "pp-sign" },
  saved: { icon: "utility:success", tone: "pp-ok", word: labels.saved, look: "pp-sign" },
  waiting: { icon: "utility:clock", tone: "pp-i", word: labels.waitingShort, look: "pp-sign" },
  attention: { icon: "utility:warning", tone: "pp-bad", word: labels.needsAttention, look: "pp-sign pp-stop" },
  discarded: { icon: "utility:warning", tone: "pp-i", word: labels.notSaved, look: "pp-sign" }
};

const LOST = new Set(["missed", "abandoned", "declined"]);
const KINDS = { email: "utility:email", work_item: "utility:work_queue" };
const KIND_WORDS = { callback: labels.callback, email: labels.email, work_item: labels.workItem };

function iconOf({ kind, direction, outcome }) {
  if (kind in KINDS) {
    return KINDS[kind];
  }
  if (LOST.has(outcome)) {
    return "utility:missed_call";
  }
  const out = direction === "outbound" || direction === "callback";
  return out ? "utility:outbound_call" : "utility:incoming_call";
}

/**
 * The agent's contacts of today. Sends `open` {record}, `mend` {contact} and `callback` {number, record, skill} (the
 * skill's name).
 */
export default class TodayList extends LightningElement {
  static renderMode = "light";

  /** {total, rows}, or null until the connector has told. */
  @api today;
  @api locale;
  /** All of them, or the newest six. */
  @api all = false;
  /** The keys of contacts whose Task the agent can mend. */
  @api repairs = [];

  labels = labels;

  get rows() {
    const rows = this.today?.rows ?? [];
    return (this.all ? rows : rows.slice(0, FIRST)).map((row) => {
      const title = row.name || row.number_shown || KIND_WORDS[row.kind] || labels.numberWithheld;
      return {
        ...row,
        // An offer that was missed comes again, and may be taken then: one contact, several rows.
        id: `${row.key} ${row.outcome} ${row.at}`,
        title,
        icon: iconOf(row),
        what: [outcomeWord(row.outcome), KIND_WORDS[row.kind], row.skill_name].filter(Boolean).join(" · "),
        time: timeOfDay(row.at, this.locale),
        sign: SIGNS[row.save.state],
        opens: Boolean(row.save.task_id || row.record),
        mends: this.repairs.includes(row.key) ? fill(labels.mendTask, title) : null,
        callBack: fill(labels.callBack, title)
      };
    });
  }

  get more() {
    const total = this.today?.total ?? 0;
    if (this.all) {
      return labels.fewerContacts;
    }
    return total > FIRST ? fill(labels.allContacts, total) : "";
  }

  get expanded() {
    return String(this.all);
  }

  row(event) {
    return this.rows.find(({ id }) => id === event.currentTarget.dataset.row);
  }

  mend(event) {
    tell(this, "mend", { contact: this.row(event).key });
  }

  toggle() {
    tell(this, "show", { body: this.all ? null : "today" });
  }

  open(event) {
    const { save, record } = this.row(event);
    tell(this, "open", {
      record: save.task_id ? { id: save.task_id, type: "Task", name: save.subject ?? "" } : record
    });
  }

  call(event) {
    const { number, record, skill_name: skill } = this.row(event);
    tell(this, "callback", { number, record, skill });
  }
}
