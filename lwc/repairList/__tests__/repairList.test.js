import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, listen, mount, state, words } from "../../../tests/lwc/wire";
import RepairList from "c/repairList";

const { repairs } = state("repairs");
const show = (changes = {}) =>
  mount("c-repair-list", RepairList, { repairs: [{ ...repairs[0], ...changes }], locale: "nl_NL" });

describe("repairList", () => {
  let heard;

  beforeEach(() => {
    heard = listen("mend");
  });

  afterEach(clean);

  it("names each contact, what Salesforce says and when it was", () => {
    expect(words(show())).toMatch(
      /^Needs attentionMia ChenRequired fields are missing: \[Region__c, Visit_On__c\]\d\d:\d\d$/
    );
  });

  it.each([
    [{ message: null, code: "crm_unavailable" }, "Salesforce"],
    [{ message: null, code: null, state: "saving" }, "Saving to Salesforce"]
  ])("says how it stands: %j", (save, text) => {
    expect(words(show({ save: { ...repairs[0].save, ...save } }))).toContain(text);
  });

  it("leads to its form", () => {
    const button = show().querySelector("button");
    expect(button.getAttribute("aria-label")).toBe("Fill in what is missing: Mia Chen");
    button.click();
    expect(heard).toEqual([["mend", { contact: "01JD-live" }]]);
  });

  it("is accessible", async () => {
    expect(await faults(show())).toEqual([]);
  });
});
