import "../../../tests/lwc/english";
import { contact } from "../../../tests/lwc/wire";
import { consultLinesOf, currentOf, faceOf, linesOf, partiesOf, recordTitle, sinceOf, stageOf } from "c/contactShown";

const leg = (state) => [{ id: "leg-1", role: "CUSTOMER", state, since: 5 }];

describe("contactShown", () => {
  it.each([
    ["offered", "offered", "offered"],
    ["live", "connected", "answered"],
    ["hold", "held", "held_since"],
    ["consult_ringing", "consulting", "held_since"],
    ["consult_swapped", "consulting", "answered"],
    ["conference", "conference", "answered"],
    ["work_item", "working", "answered"],
    ["email_parked", "parked", "answered"],
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
    [["wrapup_saved", "hold", "live", "offered"], "live"],
    [["hold", "offered", "consult_connected"], "consult_connected"],
    [["wrapup_saved", "hold", "offered"], "offered"],
    [["work_item", "wrapup_saved"], "wrapup_saved"],
    [["email_parked", "work_item"], "work_item"],
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

  it.each([
    ["work_item", "Check returned parcel", "Work item · Support EN", ""],
    ["email_parked", "Re: Invoice 20931", "mia.chen@northwind.example · E-mail", "Support EN"],
    ["consulted", "Sam Rivera", "asks you in private", "2041 · Support EN"],
    ["emergency", "911", "Emergency call", "Support EN"]
  ])("has the lines of %s", (state, name, second, third) => {
    expect(linesOf(contact(state))).toMatchObject({ name, second, third });
  });

  it("calls a colleague who rings directly an agent, and a callback by the name that was left", () => {
    expect(linesOf({ ...contact("consulted"), asked_by: "" })).toMatchObject({ name: "Sam Rivera", second: "Agent" });
    const callback = { ...contact("unknown"), kind: "callback", direction: "callback", caller: "D. Whitfield" };
    expect(linesOf(callback)).toMatchObject({ name: "D. Whitfield", second: "+1 628 555 0172" });
  });

  it.each([
    [{ kind: "agent", name: "Jonas", detail: "Sales" }, "Jonas", "Agent", "Sales"],
    [{ kind: "skill", name: "Billing", detail: "", state: "queued" }, "Billing", "In the queue of this skill", ""],
    [{ kind: "skill", name: "Billing", detail: "", answered_by: "Ana" }, "Billing", "Ana answered", ""],
    [{ kind: "entry", name: "Bank", detail: "+1 800" }, "Bank", "Address book", "+1 800"],
    [{ kind: "number", name: "+1 510", detail: "+1 510" }, "+1 510", "", ""]
  ])("has the lines of a consult %#", (consult, name, second, third) => {
    expect(consultLinesOf(consult)).toMatchObject({ name, second, third });
  });

  it("counts as a party who hears the conversation", () => {
    const one = contact("conference");
    expect(partiesOf(one, "Sam Rivera").map(({ name, detail, droppable }) => [name, detail, droppable])).toEqual([
      ["Mia Chen", "Customer · +1 415 555 0143", false],
      ["Sam Rivera (you)", "Agent", false],
      ["Jonas Weber", "Agent", true],
      ["Card fraud line", "+1 800 555 0199", true]
    ]);
    one.legs[1].joined = false;
    one.legs[2].state = "ENDED";
    expect(partiesOf(one)).toHaveLength(2);
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
