/** The outbound call in the making. The rules are the server's: here is only what it has said and what is missing. */
import { keep, kept } from "c/connectorClient";

const LAST_SKILL = "phone-panel-skill";
const EMPTY = Object.freeze({
  number: "",
  record: null,
  skill: null,
  work: null,
  error: null,
  message: null,
  asked: false
});

/** The agent's skills to call with. */
export function outboundSkills(setup) {
  return setup?.skills.filter(({ outbound }) => outbound) ?? [];
}

/** The skill of a row of today by its name, when it is one to call with. */
export function skillNamed(setup, name) {
  return outboundSkills(setup).find((skill) => skill.name === name)?.id ?? null;
}

/** The preview that belongs to the number as it is typed now, or null. */
export function previewOf({ preview }, { number }) {
  return preview && preview.typed === number && (preview.shown || preview.error) ? preview : null;
}

/** {number, shown, kind, address} when the number is one that is called at once, or null. */
export function emergencyOf(preview) {
  const { typed, shown, emergency: kind, address = "" } = preview ?? {};
  return kind ? { number: typed.trim(), shown, kind, address } : null;
}

/** Why an emergency call cannot be made now: of all rules only those that leave no way at all. */
export function whyNotEmergency({ link, agent }) {
  return link.state === "open" ? (agent.controls.dial_emergency ?? null) : "no_connection";
}

/** Why the call cannot be made now, as a code, or null: `hold_first` is none, for the panel offers to do it. */
export function whyNotCall(view, outbound) {
  if (view.link.state !== "open") {
    return "no_connection";
  }
  const { dial } = view.agent.controls;
  if (dial && dial !== "hold_first") {
    return dial;
  }
  if (!outbound.number.trim()) {
    return "number_needed";
  }
  // A number that was refused must be changed; anything else may be tried again as it is.
  const refused = outbound.error?.startsWith("number_") ? outbound.error : previewOf(view, outbound)?.error;
  if (refused) {
    return refused;
  }
  if (!outbound.skill && outboundSkills(view.setup).length > 1) {
    return "skill_needed";
  }
  return outbound.asked ? "pending" : null;
}

/** Number, record, skill and Work Queue step of the call to be made; `changed(values)` is called with each change. */
export class OutboundCall {
  values = EMPTY;

  constructor(session, changed) {
    this.session = session;
    this.changed = changed;
  }

  set(values) {
    this.values = { ...this.values, ...values };
    this.changed(this.values);
  }

  /** Begins anew: the only skill is chosen by itself, else the one used last. */
  start({ number = "", record = null, skill = null, work = null } = {}) {
    const skills = outboundSkills(this.session.store.view.setup);
    this.ordered = null;
    const known = [skill, skills.length === 1 ? skills[0].id : null, kept(LAST_SKILL, null)];
    this.set({
      ...EMPTY,
      number,
      record,
      work,
      skill: known.find((id) => skills.some((one) => one.id === id)) ?? null
    });
    this.session.preview(number, this.values.skill);
  }

  /** The agent has changed something: what was refused before may go now. */
  edit(values) {
    // Another number is another call than the one that the Work Queue has asked for.
    const work = "number" in values ? { work: null } : {};
    this.set({ ...values, ...work, error: null, message: null });
    if ("number" in values || "skill" in values) {
      this.session.preview(this.values.number, this.values.skill);
    }
  }

  /** The Work Queue's step of a click came after the click: it belongs to that call, be it made already. */
  attach({ number, work }) {
    if (this.ordered?.number === number) {
      this.ordered.reply.then(({ contact }) => {
        if (contact) {
          this.session.order("step", { contact, work }, true);
        } else {
          this.set({ work });
        }
      });
    } else if (this.values.number === number && !this.values.work) {
      this.set({ work });
    }
  }

  /** Orders the call, with `hold` after putting the live one on hold; resolves with the code of a refusal, or null. */
  async call(hold = false) {
    const { number, skill, record, work } = this.values;
    const link = record && { id: record.id, type: record.type, name: record.name.slice(0, 255) };
    keep(LAST_SKILL, skill);
    this.set({ asked: true });
    const order = { number, skill, record: link, ...(hold ? { hold } : {}), ...(work ? { work } : {}) };
    const reply = this.session.order("dial", order, true);
    this.ordered = { number, reply };
    const { error = null, message = null } = await reply;
    if (error) {
      this.ordered = null;
    }
    this.set({ asked: false, error, message });
    return error;
  }
}

/** Before there is a session, nothing is to be called. */
export { EMPTY as NO_CALL };
