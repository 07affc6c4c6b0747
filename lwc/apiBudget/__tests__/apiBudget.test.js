import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, message, mount, words } from "../../../tests/lwc/wire";
import ApiBudget from "c/apiBudget";

const tasks = (budget = {}, rest = {}) => {
  const all = message("tasks");
  return { ...all, ...rest, budget: { ...all.budget, ...budget } };
};
const show = (given) => mount("c-api-budget", ApiBudget, { tasks: given, locale: "en_US" });
const lines = (budget) => [...budget.querySelectorAll("dl > div")].map(words);

describe("apiBudget", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("shows what waits, since when, why, and what Salesforce still takes", () => {
    expect(lines(show(tasks()))).toEqual([
      "Tasks waiting2, the oldest for 1:35",
      "Next write0:20 · Salesforce has too much to do",
      "Last batch12",
      "API requests81,250 of 100,000 (81%)few left: what nobody waits for is put off",
      expect.stringMatching(/^Last proof\d+:\d\d [AP]M: 1,243 contacts, gaps: 1$/)
    ]);
  });

  it("shows a quiet day, before Salesforce has told anything", () => {
    const quiet = { used: null, limit: null, mode: null, batch: 0, rest_until: null, rest_why: null };
    expect(lines(show(tasks(quiet, { waiting: 0, oldest: null, proof: null })))).toEqual([
      "Tasks waiting0",
      "Next writeat once",
      "Last batch0",
      "API requestsnot known yet"
    ]);
  });

  it.each([
    ["normal", "81,250 of 100,000 (81%)"],
    ["last", "81,250 of 100,000 (81%)kept for Tasks: callers are not looked up"]
  ])("says what is made of it: %s", (mode, shown) => {
    expect(lines(show(tasks({ mode })))[3]).toBe(`API requests${shown}`);
  });

  it("says what the last proof did not look at, and marks gaps", () => {
    const proof = { at: NOW, contacts: 12, gaps: 0, unproven: 3, why: "Salesforce cannot be asked" };
    const last = show(tasks({}, { proof })).querySelector("dl > div:last-child");
    expect(words(last)).toContain("12 contacts, gaps: 0Not looked at: 3");
    expect(last.querySelector("[title]").title).toBe("Salesforce cannot be asked");
    expect(last.querySelector("dd").className).toBe("");
    expect(show(tasks()).querySelector("dl > div:last-child dd").className).toBe("pp-stop");
  });

  it("says nothing before it knows", () => {
    expect(words(show(null))).toBe("Salesforce");
  });

  it("is accessible", async () => {
    expect(await faults(show(tasks()))).toEqual([]);
  });
});
