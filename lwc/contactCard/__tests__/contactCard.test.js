import "../../../tests/lwc/english";
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

  it("is an article with the person's name, its timer no live region", () => {
    const card = show("hold");
    expect(card.querySelector("article").getAttribute("aria-label")).toBe("Mia Chen");
    expect(card.querySelector("time").getAttribute("role")).toBe("timer");
  });
});
