import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, contact, drawn, listen, message, mount, words } from "../../../tests/lwc/wire";
import ConsultPanel from "c/consultPanel";

const show = (tab, props = {}) =>
  mount("c-consult-panel", ConsultPanel, {
    contact: contact("live"),
    tab,
    agents: message("agents").agents,
    skills: message("skills").skills,
    code: null,
    ...props
  });
const rows = (panel) => [...panel.querySelectorAll("[data-row]")];
const find = (panel, selector) => panel.querySelector(selector);
const book = (records = message("found_book").records) => ({ text: "", records, searching: false, error: null });

async function type(panel, selector, text) {
  const input = find(panel, selector);
  input.value = text;
  input.dispatchEvent(new CustomEvent("input", { bubbles: true }));
  await drawn();
}

function key(element, name) {
  element.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
}

describe("consultPanel", () => {
  let heard;

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    heard = listen("order", "consulttab", "find", "preview", "refused", "outbound", "call", "emergency");
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("has four tabs; a press and the arrows choose one", async () => {
    const panel = show("agents");
    const tabs = [...panel.querySelectorAll('[role="tab"]')];
    expect(tabs.map(words)).toEqual(["Agents", "Skills", "Address book", "Keypad"]);
    expect(tabs.map((tab) => tab.getAttribute("aria-selected"))).toEqual(["true", "false", "false", "false"]);
    tabs[3].click();
    key(tabs[0], "ArrowLeft");
    key(tabs[0], "ArrowRight");
    expect(heard.map(([, { name }]) => name)).toEqual(["keypad", "keypad", "skills"]);
    panel.tab = "skills";
    await drawn();
    expect(document.activeElement).toBe(tabs[1]);
  });

  it("lists colleagues with what they do, and why they cannot be called", () => {
    const panel = show("agents");
    expect(rows(panel).map(words)).toEqual([
      "Jonas WeberSupport EN, SalesAvailable",
      expect.stringMatching(/^Priya NairBillingLunch.5:00$/)
    ]);
    rows(panel).forEach((row) => row.click());
    expect(heard).toEqual([
      ["order", { name: "consult", contact: "01JD-live", to: { kind: "agent", id: "005Hs00001JonWeIAX" } }],
      ["refused", { code: "no_phone" }]
    ]);
    expect(rows(panel)[1].getAttribute("aria-disabled")).toBe("true");
  });

  it("searches among colleagues by name and skill", async () => {
    const panel = show("agents");
    await type(panel, ".pp-search > input", "bill");
    expect(rows(panel).map((row) => row.dataset.row)).toEqual(["005Hs00001PriNaIAX"]);
    await type(panel, ".pp-search > input", "zzz");
    expect(words(find(panel, '[role="tabpanel"]'))).toBe("Nothing found");
  });

  it("goes by arrows from the search to the rows and back", () => {
    const panel = show("agents");
    panel.goToTab();
    key(document.activeElement, "ArrowDown");
    expect(document.activeElement).toBe(rows(panel)[0]);
    key(document.activeElement, "ArrowDown");
    key(document.activeElement, "ArrowDown");
    expect(document.activeElement).toBe(rows(panel)[1]);
    key(document.activeElement, "ArrowUp");
    key(document.activeElement, "ArrowUp");
    expect(document.activeElement.type).toBe("search");
  });

  it("lists skills with queue, longest wait and free agents", () => {
    const panel = show("skills");
    expect(rows(panel).map(words)).toEqual([
      "Billingall agents busy2 waitinglongest 1:35",
      "Sales3 agents available0 waiting"
    ]);
    rows(panel)[0].click();
    expect(heard.at(-1)).toEqual([
      "order",
      { name: "consult", contact: "01JD-live", to: { kind: "skill", id: "Billing" } }
    ]);
  });

  it("asks for the address book, favourites first, and marks one", async () => {
    const panel = show("book", { favourites: ["card-fraud"] });
    expect(heard).toEqual([["find", { what: "book", text: "" }]]);
    expect(words(find(panel, '[role="tabpanel"]'))).toBe("Searching");
    panel.found = book();
    await drawn();
    expect(rows(panel).map(words)).toEqual(["Card fraud lineBank+1 800 555 0199", "Front desk+1 415 555 0100"]);
    const stars = [...panel.querySelectorAll("[data-entry]")];
    expect(stars.map((star) => star.getAttribute("aria-pressed"))).toEqual(["true", "false"]);
    stars.forEach((star) => star.click());
    rows(panel)[1].click();
    expect(heard.slice(1).map(([, detail]) => detail)).toEqual([
      { name: "favourite", entry: "card-fraud", on: false },
      { name: "favourite", entry: "front-desk", on: true },
      { name: "consult", contact: "01JD-live", to: { kind: "entry", id: "front-desk" } }
    ]);
    await type(panel, ".pp-search > input", "bank");
    expect(heard.at(-1)).toEqual(["find", { what: "book", text: "bank" }]);
  });

  it.each([
    [{ ...book([]), error: "internal" }, "The search did not work. Try again."],
    [book([]), "The address book is empty."],
    [{ ...book([]), searching: true }, "Searching"]
  ])("says how it stands with the address book", (found, expected) => {
    expect(words(find(show("book", { found }), '[role="tabpanel"]'))).toBe(expected);
  });

  it("says while it does not know, and when there is nobody", () => {
    expect(words(find(show("agents", { agents: null }), '[role="tabpanel"]'))).toBe("Searching");
    clean();
    expect(words(find(show("agents", { agents: [] }), '[role="tabpanel"]'))).toBe("No colleague is logged in.");
  });

  it("calls a number: Call is off until one is there, and Enter calls", async () => {
    const panel = show("keypad");
    const call = () => find(panel, '[data-act="call"]');
    expect(call().title).toBe("Type a number.");
    find(panel, '[data-digit="5"]').click();
    await drawn();
    await type(panel, ".pp-num", "5105550110");
    panel.preview = { typed: "5105550110", shown: "+1 510 555 0110", place: "United States" };
    await drawn();
    expect(words(find(panel, "#pp-preview"))).toBe("Will dial +1 510 555 0110 · United States");
    expect(call().getAttribute("aria-disabled")).toBeNull();
    call().click();
    key(find(panel, ".pp-num"), "Enter");
    const order = ["order", { name: "consult", contact: "01JD-live", to: { kind: "number", id: "5105550110" } }];
    const asked = (number) => ["preview", { number, skill: "Support_EN" }];
    expect(heard).toEqual([asked("5"), asked("5105550110"), order, order]);
  });

  it("refuses a number that the connector refuses", async () => {
    const panel = show("keypad");
    await type(panel, ".pp-num", "12x");
    panel.preview = { typed: "12x", error: "number_invalid" };
    await drawn();
    expect(words(find(panel, "#pp-preview"))).toBe("That is not a telephone number.");
    find(panel, '[data-act="call"]').click();
    expect(heard.at(-1)).toEqual(["refused", { code: "number_invalid" }]);
  });

  it("calls an emergency number at once", async () => {
    const panel = show("keypad");
    await type(panel, ".pp-num", "911");
    panel.preview = { ...message("previewed_emergency"), typed: "911" };
    await drawn();
    find(panel, '[data-act="call"]').click();
    expect(heard.at(-1)).toEqual(["emergency", { number: "911" }]);
  });

  it("calls nobody while nobody can be consulted, and says why", () => {
    const panel = show("agents", { code: "no_connection" });
    rows(panel)[0].click();
    rows(panel)[0].dispatchEvent(new MouseEvent("click", { detail: 2 }));
    expect(heard).toEqual([["refused", { code: "no_connection" }]]);
  });

  it.each(["agents", "skills", "book", "keypad"])("is accessible: %s", async (tab) => {
    expect(await faults(show(tab, { book: book() }))).toEqual([]);
  });
});
