/** The rows of the tabs: {id, kind, name, detail, …}. `code` is why that one cannot be called, or null. */
import { statusWordOf, dotOf } from "c/agentStates";
import { fill, labels } from "c/words";

const matches = (words, ...texts) => texts.join(" ").toLowerCase().includes(words);

/** Colleagues whose name or skills hold the words. */
export function agentRows(agents, words) {
  return (agents ?? [])
    .filter(({ name, skills }) => matches(words, name, ...skills))
    .map(({ id, name, state, reason, since, skills, code }) => ({
      id,
      kind: "agent",
      name,
      detail: skills.join(", "),
      dot: dotOf(state),
      state: statusWordOf(state, reason),
      since: state === "AVAILABLE" ? null : since,
      code
    }));
}

function freeWord(free) {
  return free === 1 ? labels.agentFree : free ? fill(labels.agentsFree, free) : labels.agentsBusy;
}

/** Skills whose name holds the words. */
export function skillRows(skills, words) {
  return (skills ?? [])
    .filter(({ name }) => matches(words, name))
    .map(({ skill, name, waiting, longest_since: since, free }) => ({
      id: skill,
      kind: "skill",
      name,
      detail: freeWord(free),
      icon: "utility:skill",
      state: fill(labels.waiting, waiting),
      longest: waiting ? since : null,
      code: null
    }));
}

/** Entries of the address book, the agent's favourites first; `detail` is the number, and what it is. */
export function entryRows(records, favourites) {
  const mine = new Set(favourites);
  return [...records]
    .sort((a, b) => mine.has(b.id) - mine.has(a.id))
    .map(({ id, name, detail }) => {
      const [number, ...rest] = detail.split(" · ");
      const on = mine.has(id);
      return {
        id,
        kind: "entry",
        name,
        detail: rest.join(" · "),
        number,
        star: on ? "utility:favorite" : "utility:favorite_alt",
        starClass: on ? "pp-i pp-i_star" : "pp-i",
        favourite: String(on),
        starTitle: fill(labels.favourite, name),
        code: null
      };
    });
}
