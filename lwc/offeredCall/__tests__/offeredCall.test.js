import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, contact, mount, words } from "../../../tests/lwc/wire";
import OfferedCall from "c/offeredCall";

const show = (changes) =>
  words(mount("c-offered-call", OfferedCall, { contact: { ...contact("offered"), ...changes } }));
const unknown = { ...contact("unknown"), draft: contact("unknown").draft };

describe("offeredCall", () => {
  afterEach(clean);

  it.each([
    [{}, "Incoming call · Support ENMia ChenNorthwind Traders+1 415 555 0143Waited 0:48 in Support EN"],
    [{ skill_name: null }, "Incoming callMia ChenNorthwind Traders+1 415 555 0143Waited 0:48"],
    [
      { draft: unknown.draft, match: { state: "searching", people: [] } },
      "Incoming call · Support EN+1 415 555 0143San Francisco, CAWaited 0:48 in Support EN"
    ],
    [
      { draft: unknown.draft, match: { state: "none", people: [] } },
      "Incoming call · Support ENUnknown callerSan Francisco, CA+1 415 555 0143Waited 0:48 in Support EN"
    ],
    [
      { draft: unknown.draft, match: { state: "withheld", people: [] }, number: "", number_shown: "", place: "" },
      "Incoming call · Support ENNumber withheldWaited 0:48 in Support EN"
    ]
  ])("shows who calls: %j", (changes, expected) => {
    expect(show(changes)).toBe(expected);
  });

  it.each([
    [
      "callback_offered",
      "Callback · Support ENMia ChenNorthwind Traders+1 415 555 0143Attempt 2Waited 0:48 in Support EN"
    ],
    ["consult_offered", "A colleague asks you · Support ENSam Riveraasks you in private2041Waited 0:48 in Support EN"],
    [
      "work_offered",
      "Work item · Support ENCheck returned parcelOrderA-20931ReasonBox damaged, one item missing" +
        "Waited 0:48 in Support EN"
    ]
  ])("says what is offered: %s", (name, expected) => {
    expect(words(mount("c-offered-call", OfferedCall, { contact: contact(name) }))).toBe(expected);
  });

  it("tells a colleague's direct call from a consult", () => {
    const one = { ...contact("consult_offered"), asked_by: undefined };
    expect(words(mount("c-offered-call", OfferedCall, { contact: one }))).toContain("A colleague calls · Support EN");
  });

  it("is accessible", async () => {
    show();
    expect(await faults(document.body)).toEqual([]);
  });
});
