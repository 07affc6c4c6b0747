import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, message, mount, words } from "../../../tests/lwc/wire";
import Supervisor from "c/supervisor";

const show = (props = {}) =>
  mount("c-supervisor", Supervisor, {
    tasks: message("tasks"),
    skills: message("skills").skills,
    staff: message("staff"),
    locale: "en_US",
    ...props
  });
const heads = (tab) => [...tab.querySelectorAll("h2")].map(words);

describe("supervisor", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("has Tasks that need attention, Salesforce, queues and agents", () => {
    const tab = show();
    expect(heads(tab)).toEqual(["Needs attention", "Salesforce", "Queues", "Agents"]);
    expect([...tab.querySelectorAll("c-queue-list li")].map(words)).toEqual([
      expect.stringMatching(/^Billing0 agents availablelongest .*2$/),
      "Sales3 agents availablenobody waits0"
    ]);
  });

  it("has its heads while nothing is known yet", () => {
    expect(heads(show({ tasks: null, skills: null, staff: null }))).toHaveLength(4);
  });

  it("is accessible", async () => {
    expect(await faults(show())).toEqual([]);
  });
});
