/** The word and the sign of a state that an agent can be in. */
import { labels } from "c/words";

const DOTS = { AVAILABLE: "pp-dot pp-dot_on", WORKING: "pp-dot pp-dot_busy", WRAP_UP: "pp-dot pp-dot_busy" };

/** Full disc, half disc or ring: never a colour alone. */
export function dotOf(state) {
  return DOTS[state] ?? "pp-dot";
}

// Reasons that the connector gives by itself have a word in the agent's language; the others are the administrator's.
const REASONS = {
  "No phone": labels.noPhone,
  "No panel": labels.noPanel,
  "Declined a call": labels.declinedCall,
  "Missed a call": labels.missedCall,
  "Emergency call": labels.emergencyCall
};

/** What an agent does, in words: available, the reason of being away, in a call … */
export function statusWordOf(state, reason) {
  switch (state) {
    case "AVAILABLE":
      return labels.available;
    case "UNAVAILABLE":
      return Object.hasOwn(REASONS, reason ?? "") ? REASONS[reason] : reason || labels.unavailable;
    case "WRAP_UP":
      return labels.wrapUp;
    case "LOGGED_OUT":
      return labels.loggedOut;
    default:
      return labels.working;
  }
}
