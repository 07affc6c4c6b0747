import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, contact, drawn, listen, mount, words } from "../../../tests/lwc/wire";
import ContactCard from "c/contactCard";

const show = (name, props) => mount("c-contact-card", ContactCard, { contact: contact(name), now: true, ...props });
const state = (card) => words(card.querySelector(".pp-card__state"));
const lines = (card) => [...card.querySelectorAll(".pp-card__who > div")].map(words);

describe("contactCard", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it.each([
    ["live", ["Mia Chen", "Northwind Traders", "+1 415 555 0143 · Support EN"], "Connected4:12Rec"],
    ["muted", ["Mia Chen", "Northwind Traders", "+1 415 555 0143 · Support EN"], "Connected4:12Rec"],
    ["hold", ["Mia Chen", "Northwind Traders", "+1 415 555 0143 · Support EN"], "On hold1:32call 4:12"],
    ["masked", ["Mia Chen", "Northwind Traders", "+1 415 555 0143 · Support EN"], "Connected4:12Masked"],
    ["outbound_ringing", ["Mia Chen", "Northwind Traders", "+1 415 555 0143 · Support EN"], "Ringing4:12"],
    ["wrapup_saved", ["Mia Chen", "Northwind Traders", "+1 415 555 0143 · Support EN"], "Wrap-up0:23call 3:49"],
    ["unknown", ["Unknown caller", "+1 628 555 0172", "California · Support EN"], "Connected4:12Rec"],
    ["several", ["3 people match", "+1 628 555 0172", "California · Support EN"], "Connected4:12Rec"],
    ["lead", ["D. Whitfield", "Whitfield Consulting", "+1 628 555 0172 · Support EN"], "Connected4:12Rec"]
  ])("shows %s", (name, expected, timer) => {
    const card = show(name);
    expect(lines(card)).toEqual(expected);
    expect(state(card)).toBe(timer);
  });

  it.each([
    ["busy", "Wrap-up0:23Busy"],
    ["no_answer", "Wrap-up0:23No answer"],
    ["wrong_number", "Wrap-up0:23Wrong number"]
  ])("says after a call that came to nothing: %s", (outcome, expected) => {
    const one = { ...contact("wrapup_saved"), answered: null, outcome };
    expect(state(show("wrapup_saved", { contact: one }))).toBe(expected);
  });

  it("goes on counting", async () => {
    const card = show("live");
    jest.advanceTimersByTime(2000);
    await drawn();
    expect(card.querySelector("time").textContent).toBe("4:14");
    expect(card.querySelector("time").getAttribute("datetime")).toBe("PT254S");
  });

  it("opens the person's record, and is no link without one", () => {
    const heard = listen("open");
    const card = show("live");
    card.querySelector("button").click();
    expect(heard).toEqual([["open", { record: contact("live").draft.who.value }]]);
    clean();
    expect(show("unknown").querySelector("button")).toBeNull();
  });

  it("is small, amber and without a recording sign when another call has the ear", () => {
    const card = show("hold", { now: false });
    expect(card.querySelector("article").className).toBe("pp-card pp-card_small pp-card_hold");
    expect(state(card)).toBe("On hold1:32");
    expect(lines(card)).toEqual(["Mia Chen", "Northwind Traders"]);
  });

  it("keeps a long name in another script whole in its title, in its own direction", () => {
    const long = contact("live");
    long.draft.who.value.name = "عبد الرحمن بن محمد الأنصاري المقدسي";
    const name = show("live", { contact: long }).querySelector(".pp-card__name");
    expect(name.title).toBe(long.draft.who.value.name);
    expect(name.getAttribute("dir")).toBe("auto");
  });

  it.each([
    ["searching", "inbound", ["+1 628 555 0172", "Looking up the number", "California · Support EN"]],
    ["none", "outbound", ["+1 628 555 0172", "California", "Support EN"]],
    ["withheld", "inbound", ["Number withheld", "Support EN", ""]]
  ])("has a name for a match that is %s on an %s call", (found, direction, expected) => {
    const one = { ...contact("unknown"), match: { state: found, people: [] }, direction };
    expect(lines(show("unknown", { contact: one }))).toEqual(expected);
  });

  const acts = (card) => [...card.querySelectorAll(".pp-card__acts button")];

  it.each([
    ["consult_ringing", "contact", false, ["Mia Chen", "Northwind Traders"], "On hold1:32"],
    ["consult_ringing", "consult", true, ["Jonas Weber", "Agent", "Support EN, Sales"], "Ringing0:08consult"],
    ["consult_queued", "consult", true, ["Billing", "In the queue of this skill", ""], "Waiting0:08consult"],
    ["consult_connected", "consult", true, ["Jonas Weber", "Agent", "Support EN, Sales"], "Connected0:31consult"],
    ["consult_swapped", "consult", false, ["Jonas Weber", "Agent"], "On hold0:31consult"],
    [
      "consult_swapped",
      "contact",
      true,
      ["Mia Chen", "Northwind Traders", "+1 415 555 0143 · Support EN"],
      "Connected4:12Rec"
    ],
    ["conference", "contact", true, ["Conference", "4 parties, all hear all", "Support EN"], "Connected4:12Rec"],
    ["work_item", "contact", true, ["Check returned parcel", "Work item · Support EN", ""], "Working2:00"],
    ["email_parked", "contact", false, ["Re: Invoice 20931", "mia.chen@northwind.example · E-mail"], "Parked2:00"]
  ])("shows of %s the %s", (name, shows, now, expected, timer) => {
    const card = show(name, { shows, now, connected: true, other: "Jonas Weber" });
    expect(lines(card)).toEqual(expected);
    expect(state(card)).toBe(timer);
  });

  it("says that the others talk on while the agent consults", () => {
    const one = { ...contact("conference"), consult: contact("consult_connected").consult, in_ear: false };
    one.legs[1].joined = false;
    expect(lines(show("conference", { contact: one, now: false }))).toEqual([
      "Conference",
      "3 parties talk on without you"
    ]);
  });

  it.each([
    ["consult_ringing", []],
    ["consult_connected", ["Swap"]],
    ["two_calls", ["Swap", "Merge", "Transfer"]],
    ["offered", ["Decline", "Answer"]],
    ["email_parked", []],
    ["live", []]
  ])("bears, small, what can be done with %s", (name, expected) => {
    const card = show(name, { now: false, connected: true, other: "Rosa Martínez" });
    expect(acts(card).map(words)).toEqual(expected);
  });

  it("gives the orders of the held call, and says what each does", () => {
    const heard = listen("order", "refused");
    const card = show("two_calls", { now: false, connected: true, other: "Rosa Martínez" });
    expect(acts(card).map(({ title }) => title)).toEqual([
      "Talk to Mia Chen, hold Rosa Martínez",
      "All hear all",
      "Connect Mia Chen and Rosa Martínez, and leave"
    ]);
    acts(card).forEach((act) => act.click());
    expect(heard).toEqual(["swap", "merge", "transfer"].map((name) => ["order", { name, contact: "01JD-live" }]));
  });

  it("says why not, presses once for a double click, and waits for its own order", async () => {
    const heard = listen("order", "refused");
    const one = contact("two_calls");
    one.controls = { ...one.controls, merge: "masked", swap: "pending" };
    one.asked = ["swap"];
    const card = show("two_calls", { contact: one, now: false, connected: true });
    acts(card)[1].click();
    acts(card)[1].dispatchEvent(new MouseEvent("click", { detail: 2 }));
    expect(heard).toEqual([["refused", { code: "masked" }]]);
    expect(acts(card)[0].dataset.waiting).toBe("true");
    card.connected = false;
    await drawn();
    expect(acts(card).every((act) => act.title === "No connection.")).toBe(true);
  });

  it("shows during an emergency call which address was sent", () => {
    expect(words(show("emergency").querySelector(".pp-card__line"))).toBe(
      "Address sent: 415 Mission St, San Francisco, CA 94105"
    );
    clean();
    const one = { ...contact("emergency"), address: undefined, emergency: "national" };
    expect(words(show("emergency", { contact: one }).querySelector(".pp-card__line"))).toContain("Say where you are");
  });

  it("says who passed the customer on", () => {
    expect(words(show("received").querySelector(".pp-card__line"))).toBe("Passed on by Sam Rivera");
  });

  it("shows a call of nine hours", () => {
    const one = { ...contact("live"), answered: NOW - 9 * 3_600_000 - 61_000 };
    expect(state(show("live", { contact: one }))).toBe("Connected9:01:01Rec");
  });

  it("is an article with the person's name, its timer no live region", () => {
    const card = show("hold");
    expect(card.querySelector("article").getAttribute("aria-label")).toBe("Mia Chen");
    expect(card.querySelector("time").getAttribute("role")).toBe("timer");
  });

  it.each(["offered", "live", "hold", "conference", "wrapup_attention"])("is accessible: %s", async (name) => {
    expect(await faults(show(name))).toEqual([]);
  });
});
