import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, contact, drawn, listen, mount, words } from "../../../tests/lwc/wire";
import PartyList from "c/partyList";

const show = (changes = {}) =>
  mount("c-party-list", PartyList, {
    contact: { ...contact("conference"), ...changes },
    me: "Sam Rivera",
    connected: true
  });
const rows = (list) => [...list.querySelectorAll("li > .pp-row")].map(words);
const drops = (list) => [...list.querySelectorAll('[data-act="drop"]')];
const answer = (list, which) => list.querySelector(`[data-answer="${which}"]`);

describe("partyList", () => {
  let heard;

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    heard = listen("order", "open", "refused");
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("lists who hears whom and since when; only who may be dropped has the button", () => {
    const list = show();
    expect(rows(list)).toEqual([
      "Mia ChenCustomer · +1 415 555 01434:12",
      "Sam Rivera (you)Agent4:12",
      "Jonas WeberAgent3:02",
      "Card fraud line+1 800 555 01990:44"
    ]);
    expect(drops(list).map(({ title }) => title)).toEqual(["Drop Jonas Weber", "Drop Card fraud line"]);
  });

  it("asks before it drops, and keeps the focus in reach", async () => {
    const list = show();
    drops(list)[0].click();
    await drawn();
    expect(words(list.querySelector('[role="alertdialog"]'))).toBe("Drop Jonas Weber from the conference?CancelDrop");
    expect(document.activeElement).toBe(answer(list, "no"));
    expect(heard).toEqual([]);
    answer(list, "no").click();
    await drawn();
    expect(list.querySelector('[role="alertdialog"]')).toBeNull();
    expect(document.activeElement).toBe(drops(list)[0]);
    drops(list)[1].click();
    await drawn();
    answer(list, "yes").click();
    expect(heard).toEqual([["order", { name: "drop", contact: "01JD-live", leg: "leg-4" }]]);
  });

  it("closes the question with Esc, and nothing else", async () => {
    const list = show();
    drops(list)[0].click();
    await drawn();
    const keys = listen("keydown");
    answer(list, "no").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await drawn();
    expect(answer(list, "no")).toBeNull();
    expect(keys).toEqual([]);
  });

  it("says why nobody can be dropped now", async () => {
    const list = show({ controls: { ...contact("conference").controls, drop: "pending" } });
    drops(list)[0].click();
    await drawn();
    expect(heard).toEqual([["refused", { code: "pending" }]]);
    expect(answer(list, "no")).toBeNull();
  });

  it("opens the customer's record", () => {
    show().querySelector(".pp-link").click();
    expect(heard).toEqual([["open", { record: contact("conference").draft.who.value }]]);
  });

  it("is accessible, also as it asks", async () => {
    const list = show();
    drops(list)[0].click();
    await drawn();
    expect(await faults(list)).toEqual([]);
  });
});
