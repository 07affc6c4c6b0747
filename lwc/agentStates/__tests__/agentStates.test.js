import "../../../tests/lwc/english";
import { dotOf, statusWordOf } from "c/agentStates";

describe("agentStates", () => {
  it.each([
    ["AVAILABLE", null, "Available"],
    ["UNAVAILABLE", "Lunch", "Lunch"],
    ["UNAVAILABLE", null, "Unavailable"],
    ["UNAVAILABLE", "", "Unavailable"],
    ["UNAVAILABLE", "No phone", "No phone"],
    // What every object has is no reason of the connector's.
    ["UNAVAILABLE", "constructor", "constructor"],
    ["WRAP_UP", null, "Wrap-up"],
    ["LOGGED_OUT", null, "Logged out"],
    ["WORKING", null, "Working"]
  ])("has a word for %s %s: %s", (state, reason, word) => {
    expect(statusWordOf(state, reason)).toBe(word);
  });

  it("tells states apart by form: a full disc, a half one, a ring", () => {
    const dots = ["AVAILABLE", "WORKING", "WRAP_UP", "UNAVAILABLE", "LOGGED_OUT"].map(dotOf);
    expect(dots).toEqual(["pp-dot pp-dot_on", "pp-dot pp-dot_busy", "pp-dot pp-dot_busy", "pp-dot", "pp-dot"]);
  });
});
