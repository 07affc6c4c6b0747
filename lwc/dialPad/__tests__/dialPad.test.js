import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, contact, drawn, listen, message, mount, words } from "../../../tests/lwc/wire";
import DialPad from "c/dialPad";

const SKILLS = message("setup").skills.filter(({ outbound }) => outbound);
const EMPTY = { number: "", skill: null, record: null, error: null, asked: false };
const outbound = (values, props) =>
  mount("c-dial-pad", DialPad, { connected: true, outbound: { ...EMPTY, ...values }, skills: SKILLS, ...props });
const inCall = (name, props) =>
  mount("c-dial-pad", DialPad, { connected: true, contact: contact(name), outbound: EMPTY, ...props });
const key = (pad, digit) => pad.querySelector(`[data-digit="${digit}"]`);
const type = (pad, text) => {
  const input = pad.querySelector(".pp-num");
  input.value = text;
  input.dispatchEvent(new CustomEvent("input"));
};

describe("dialPad", () => {
  let heard;

  beforeEach(() => {
    heard = listen("order", "show", "outbound", "call", "refused");
  });

  afterEach(clean);

  it("sends digits to whom one talks to, and shows those that were sent", () => {
    const one = { ...contact("live"), digits: "4471#" };
    const pad = inCall("live", { contact: one });
    expect(words(pad)).toContain("Digits go to Mia Chen");
    expect(words(pad.querySelector("output"))).toBe("4 4 7 1 #");
    ["1", "*", "0", "#"].forEach((digit) => key(pad, digit).click());
    expect(heard.map(([, { digits }]) => digits)).toEqual(["1", "*", "0", "#"]);
    expect(heard[0][1]).toEqual({ name: "digits", contact: "01JD-live", digits: "1" });
  });

  it.each([
    ["hold", true, "held"],
    ["live", false, "no_connection"]
  ])("sends none on %s with connection %s, and says why", (name, connected, code) => {
    const pad = inCall(name, { connected });
    key(pad, "1").click();
    expect(heard).toEqual([["refused", { code }]]);
    expect(key(pad, "1").getAttribute("aria-disabled")).toBe("true");
  });

  it("has twelve keys with their letters", () => {
    const pad = inCall("live");
    expect([...pad.querySelectorAll(".pp-key")].map((one) => one.textContent.trim())).toEqual([
      "1",
      "2ABC",
      "3DEF",
      "4GHI",
      "5JKL",
      "6MNO",
      "7PQRS",
      "8TUV",
      "9WXYZ",
      "*",
      "0+",
      "#"
    ]);
  });

  it("writes a number by keys and by typing, deletes its last digit, and calls with Enter", () => {
    const pad = outbound({ number: "+31" });
    key(pad, "2").click();
    type(pad, "+3120");
    pad.querySelector('[title="Delete last digit"]').click();
    const press = (init) => pad.querySelector(".pp-num").dispatchEvent(new KeyboardEvent("keydown", init));
    press({ key: "Enter", repeat: true });
    press({ key: "Enter" });
    expect(heard.slice(0, 2)).toEqual([
      ["outbound", { number: "+312" }],
      ["outbound", { number: "+3120" }]
    ]);
    expect(heard.at(-1)).toEqual(["call", null]);
    expect(heard.filter(([name]) => name === "call")).toHaveLength(1);
  });

  it("says what will be dialled", () => {
    const { shown, place } = message("previewed");
    const pad = outbound({ number: "(415) 555-0188" }, { preview: { shown, place } });
    expect(words(pad.querySelector("#pp-preview"))).toBe("Will dial +1 415 555 0188 · United States");
    const short = outbound({ number: "2042" }, { preview: { shown: "2042", place: "" } });
    expect(words(short.querySelector("#pp-preview"))).toBe("Will dial 2042");
  });

  it("says what is wrong, but not before three characters are typed", () => {
    const preview = { error: "number_too_short" };
    expect(words(outbound({ number: "+3" }, { preview }).querySelector("#pp-preview"))).toBe("");
    const pad = outbound({ number: "+31" }, { preview });
    expect(words(pad.querySelector("#pp-preview"))).toBe("That number is too short.");
    expect(pad.querySelector(".pp-num").getAttribute("aria-invalid")).toBe("true");
    const refused = outbound({ number: "112", error: "number_emergency" });
    expect(words(refused.querySelector("#pp-preview"))).toContain("an emergency number");
  });

  it("offers the outbound skills and shows the caller id of the chosen one", async () => {
    const pad = outbound({ number: "1", skill: "Sales" });
    const select = pad.querySelector("select");
    expect([...select.options].map(({ text }) => text)).toEqual(["Choose", "Support EN", "Sales"]);
    expect(select.value).toBe("Sales");
    expect(words(pad)).toContain("Caller ID+14155550102");
    select.value = "Support_EN";
    select.dispatchEvent(new CustomEvent("change"));
    expect(heard).toEqual([["outbound", { skill: "Support_EN" }]]);
    await drawn();
    expect([...outbound({ skill: "Sales" }, { skills: [SKILLS[1]] }).querySelector("select").options]).toHaveLength(1);
  });

  it("shows the record that was clicked, which can be left out", () => {
    const pad = outbound({ record: { id: "003x", type: "Contact", name: "Rosa Martínez", detail: "" } });
    expect(words(pad)).toContain("Rosa Martínez");
    pad.querySelector('[title="Remove Rosa Martínez"]').click();
    expect(heard).toEqual([["outbound", { record: null }]]);
  });

  it("has a way out of its own beside a live call", () => {
    expect(outbound({}).querySelector('[title="Close"]')).toBeNull();
    outbound({}, { closes: true }).querySelector('[title="Close"]').click();
    expect(heard).toEqual([["show", { body: null }]]);
  });

  it("is accessible before a call and in one", async () => {
    expect(await faults(outbound({ number: "415", error: "number_unknown" }, { closes: true }))).toEqual([]);
    expect(await faults(inCall("live"))).toEqual([]);
  });
});
