/** The outbound call in the making. The rules are the server's: here is only what it has said and what is missing. */

/** The agent's skills to call with. */
export function outboundSkills(setup) {
  return setup?.skills.filter(({ outbound }) => outbound) ?? [];
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
  const refused = outbound.error ?? previewOf(view, outbound)?.error;
  if (refused) {
    return refused;
  }
  if (!outbound.skill && outboundSkills(view.setup).length > 1) {
    return "skill_needed";
  }
  return outbound.asked ? "pending" : null;
}

/** A new outbound call: the only skill is chosen by itself, else the one used last. */
export function freshOutbound(view, { number = "", record = null, skill = null } = {}, last = null) {
  const skills = outboundSkills(view.setup);
  const known = [skill, skills.length === 1 ? skills[0].id : null, last].find((id) =>
    skills.some((one) => one.id === id)
  );
  return { number, record, skill: known ?? null, error: null, asked: false };
}

/** The skill of a row of today by its name, when it is one to call with. */
export function skillNamed(setup, name) {
  return outboundSkills(setup).find((skill) => skill.name === name)?.id ?? null;
}
