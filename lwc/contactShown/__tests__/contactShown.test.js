import "../../../tests/lwc/english";
import { contact } from "../../../tests/lwc/wire";
import { currentOf, faceOf, recordTitle, sinceOf, stageOf } from "c/contactShown";

const leg = (state) => [{ id: "leg-1", role: "CUSTOMER", state, since: 5 }];

describe("contactShown", () => {
  it.each([
    ["offered", "offered", "offered"],
    ["live", "connected", "answered"],
    ["hold", "held", "held_since"],
    ["wrapup_saved", "wrap_up", "ended"]
  ])("finds the stage of %s and since when", (name, stage, since) => {
    const one = contact(name);
    expect(stageOf(one)).toBe(stage);
    expect(sinceOf(one)).toBe(one[since]);
  });

  it("tells dialling from ringing, by the customer's leg", () => {
    const one = { ...contact("outbound_ringing"), legs: leg("DIALING") };
    expect([stageOf(one), sinceOf(one)]).toEqual(["dialling", 5]);
    expect(stageOf({ ...one, legs: leg("RINGING") })).toBe("ringing");
    expect(stageOf({ ...one, legs: leg("CONNECTED") })).toBe("connected");
  });

  it.each([
    [["wrapup_saved", "hold", "live", "offered"], "offered"],
    [["wrapup_saved", "hold", "live"], "live"],
    [["wrapup_saved", "hold"], "hold"],
    [["wrapup_saved"], "wrapup_saved"]
  ])("of %s the controls act on %s", (names, expected) => {
    const contacts = names.map((name) => ({ ...contact(name), key: name }));
    expect(currentOf(contacts).key).toBe(expected);
    expect(currentOf([...contacts].reverse()).key).toBe(expected);
  });

  it("of two to wrap up takes the newest", () => {
    const old = contact("wrapup_saved");
    const fresh = { ...old, key: "fresh", started: old.started + 1 };
    expect(currentOf([old, fresh]).key).toBe("fresh");
    expect(currentOf([fresh, old]).key).toBe("fresh");
  });

  it("has nothing to act on without contacts", () => {
    expect(currentOf([])).toBeNull();
  });

  it("names a case by number and subject, anything else by its name, with the icon of its kind", () => {
    const { what } = contact("live").draft;
    expect(recordTitle(what.value)).toBe("00001026 Charged twice");
    expect(recordTitle({ ...what.value, type: "Opportunity" })).toBe("00001026");
    expect(faceOf({ type: "Lead" })).toBe("standard:lead");
    expect(faceOf({ type: "Repair__c" })).toBe("standard:record");
  });
});
