import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, contact, drawn, listen, message, mount, words } from "../../../tests/lwc/wire";
import CallerMatch from "c/callerMatch";

const show = (name, props) => mount("c-caller-match", CallerMatch, { contact: contact(name), ...props });
const search = (match, text) => {
  const input = match.querySelector("input[type=search]");
  input.value = text;
  input.dispatchEvent(new CustomEvent("input"));
};

describe("callerMatch", () => {
  let heard;

  beforeEach(() => {
    heard = listen("write", "find", "create");
  });

  afterEach(clean);

  it("asks who is calling, and has chosen nobody beforehand", () => {
    const match = show("several");
    expect(words(match.querySelector("h2"))).toBe("Who is calling?");
    const rows = [...match.querySelectorAll('[role="radiogroup"] label')];
    expect(rows.map(words)).toEqual([
      "Dana WhitfieldFabrikam · ContactPhone",
      "Dan WhitfieldFabrikam · ContactMobile",
      "D. WhitfieldWhitfield Consulting · LeadPhone"
    ]);
    expect(match.querySelector("input:checked")).toBeNull();
    rows[2].querySelector("input").click();
    expect(heard).toEqual([
      ["write", { contact: "01JD-live", field: "who", value: contact("several").match.people[2] }]
    ]);
  });

  it("is walked with arrows without choosing", () => {
    const [first, second] = show("several").querySelectorAll('input[type="radio"]');
    first.focus();
    first.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
    expect(document.activeElement).toBe(second);
    expect(heard).toEqual([]);
    second.click();
    expect(heard).toHaveLength(1);
    expect(second.checked).toBe(false);
  });

  it.each([
    ["none", "inbound", "Nobody has this number"],
    ["many", "outbound", "Who is it?"],
    ["failed", "inbound", "Salesforce could not be searched"],
    ["withheld", "inbound", "Who is calling?"]
  ])("has a heading for %s on an %s call", (state, direction, heading) => {
    const one = { ...contact("unknown"), direction, match: { state, people: [] } };
    expect(words(show("unknown", { contact: one }).querySelector("h2"))).toBe(heading);
  });

  it("searches people, and offers what was found for these words only", async () => {
    const match = show("unknown");
    search(match, " mia ");
    match.found = { text: "mi", records: [], searching: false, error: null };
    await drawn();
    expect(words(match)).toContain("Searching");
    match.found = { text: "mia", records: message("found").records, searching: false, error: null };
    await drawn();
    expect(heard).toEqual([["find", { what: "people", text: "mia" }]]);
    match.querySelector('[role="radiogroup"] input').click();
    expect(heard.at(-1)[1].value).toMatchObject({ name: "Mia Chen" });
  });

  it.each([
    [{ records: [], error: null }, "Nothing found"],
    [{ records: [], error: "crm_unavailable" }, "The search did not work. Try again."]
  ])("says what came of a search: %j", async (found, expected) => {
    const match = show("unknown");
    search(match, "zzz");
    match.found = { text: "zzz", searching: false, ...found };
    await drawn();
    expect(words(match)).toContain(expected);
  });

  it("makes a new Contact or Lead with the number", () => {
    const [newContact, newLead] = show("unknown").querySelectorAll("button");
    newContact.click();
    newLead.click();
    expect(heard).toEqual([
      ["create", { contact: "01JD-live", type: "Contact", number: "+16285550172" }],
      ["create", { contact: "01JD-live", type: "Lead", number: "+16285550172" }]
    ]);
  });

  it.each(["several", "unknown"])("is accessible: %s", async (name) => {
    expect(await faults(show(name))).toEqual([]);
  });
});
