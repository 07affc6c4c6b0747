import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, contact, listen, mount, words } from "../../../tests/lwc/wire";
import SaveState from "c/saveState";

const show = (name, changes) => mount("c-save-state", SaveState, { save: { ...contact(name).save, ...changes } });

describe("saveState", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it.each([
    ["wrapup_saving", {}, "Saving to Salesforce"],
    ["wrapup_saved", {}, "Saved to SalesforceCall with Mia Chen"],
    ["wrapup_saved", { subject: null }, "Saved to SalesforceOpen the Task"],
    ["wrapup_saved", { left_out: "Mia Chen" }, "Saved without Mia Chen, which Salesforce refusedCall with Mia Chen"],
    ["wrapup_waiting", {}, "Waiting for Salesforce, next try in 0:40"],
    ["wrapup_waiting", { next_try: null }, "Waiting for Salesforce, trying now"],
    ["wrapup_attention", {}, "Needs attention.Related To: entity is deleted"],
    [
      "wrapup_attention",
      { state: "discarded", message: "Kim: a test call" },
      "Not saved, by decision ofKim: a test call"
    ],
    ["wrapup_attention", { message: null, code: "connection" }, "Needs attention.Salesforce cannot be reached."]
  ])("says for %s %j: %s", (name, changes, expected) => {
    expect(words(show(name, changes))).toBe(expected);
  });

  it("opens the Task", () => {
    const heard = listen("open");
    show("wrapup_saved").querySelector("button").click();
    expect(heard).toEqual([
      ["open", { record: { id: "00THs00001TaskAIAX", type: "Task", name: "Call with Mia Chen" } }]
    ]);
  });

  it("keeps its height unless something needs attention, and names the place of the reason", () => {
    expect(show("wrapup_waiting").querySelector(".pp-note_line")).not.toBeNull();
    const attention = show("wrapup_attention");
    expect(attention.querySelector(".pp-note_error")).not.toBeNull();
    expect(words(attention.querySelector("#pp-attention"))).toBe("Related To: entity is deleted");
  });

  it.each(["wrapup_saving", "wrapup_saved", "wrapup_waiting", "wrapup_attention"])(
    "is accessible: %s",
    async (name) => {
      expect(await faults(show(name))).toEqual([]);
    }
  );
});
