/**
 * A call from the Work Queue is told by two events, hvs.onWorkStart and onClickToDial. In which order is not
 * documented, so a panel must take either: here they come by turns, or as chosen in the Demo menu.
 */

const CHOSEN = "console.work.order";
const LAST = "console.work.last";
const GAP_MS = 30;

/** The orders by key, in words. */
export const ORDERS = { turns: "by turns", work: "the step first", number: "the number first" };

export function chosenOrder() {
  const chosen = window.sessionStorage.getItem(CHOSEN);
  return chosen in ORDERS ? chosen : "turns";
}

/** `order` is a key of ORDERS; kept until this tab of the browser closes. */
export function chooseOrder(order) {
  window.sessionStorage.setItem(CHOSEN, order);
}

/** Calls both, one a moment after the other. */
export function tellBoth(work, number) {
  const order = chosenOrder();
  const turn = window.sessionStorage.getItem(LAST) === "work" ? "number" : "work";
  const first = order === "turns" ? turn : order;
  window.sessionStorage.setItem(LAST, first);
  const [one, other] = first === "work" ? [work, number] : [number, work];
  one();
  window.setTimeout(other, GAP_MS);
}
