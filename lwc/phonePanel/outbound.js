/** The outbound call in the making. The rules are the server's: here is only what it has said and what is missing. */
import { keep, kept } from "c/connectorClient";

const LAST_SKILL = "phone-panel-skill";
const EMPTY = Object.freeze({ number: "", record: null, skill: null, error: null, message: null, asked: false });

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

/** Why the call cannot be made now, as a code, or null. */
export function whyNotCall(view, outbound) {
  if (view.link.state !== "open") {
    return "no_connection";
  }
  if (view.agent.controls.dial) {
    return view.agent.controls.dial;
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

/** Number, record and skill of the call to be made; `changed(values)` is called with each change. */
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
  start({ number = "", record = null, skill = null } = {}) {
    const skills = outboundSkills(this.session.store.view.setup);
    const known = [skill, skills.length === 1 ? skills[0].id : null, kept(LAST_SKILL, null)];
    this.set({ ...EMPTY, number, record, skill: known.find((id) => skills.some((one) => one.id === id)) ?? null });
    this.session.preview(number);
  }

  /** The agent has changed something: what was refused before may go now. */
  edit(values) {
    this.set({ ...values, error: null, message: null });
    if ("number" in values) {
      this.session.preview(values.number);
    }
  }

  /** Orders the call; resolves with whether the connector has taken the order. */
  async call() {
    const { number, skill, record } = this.values;
    const link = record && { id: record.id, type: record.type, name: record.name.slice(0, 255) };
    keep(LAST_SKILL, skill);
    this.set({ asked: true });
    const { error = null, message = null } = await this.session.order("dial", { number, skill, record: link }, true);
    this.set({ asked: false, error, message });
    return !error;
  }
}

/** Before there is a session, nothing is to be called. */
export { EMPTY as NO_CALL };
