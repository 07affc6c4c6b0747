import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, message, mount, words } from "../../../tests/lwc/wire";
import StaffList from "c/staffList";

const show = (staff) => mount("c-staff-list", StaffList, { staff });

describe("staffList", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("shows what each does, since when, on what, and whose phone is not there", () => {
    const list = show(message("staff"));
    expect([...list.querySelectorAll("li")].map(words)).toEqual([
      expect.stringMatching(/^Jonas Weber ?Incoming call · E-mail ?Working.6:20$/),
      expect.stringMatching(/^Priya Nair ?Available.0:12$/),
      expect.stringMatching(/^Sam Rivera ?Lunch.1:00 ?No phone$/)
    ]);
    expect(words(list)).toContain("4 logged out");
  });

  it("has the whole of what may be cut short in its title", () => {
    const [row] = show(message("staff")).querySelectorAll("li");
    const titles = [...row.querySelectorAll("[title]")].map(({ title }) => title);
    expect(titles).toEqual(["Jonas Weber", "Incoming call · E-mail", "Working"]);
  });

  it("says that nobody is there only when that is known", () => {
    expect(words(show(null))).toBe("Agents");
    expect(words(show({ agents: [], logged_out: 0 }))).toBe("AgentsNobody is logged in.");
  });

  it("names a kind that it does not know", () => {
    const staff = message("staff");
    staff.agents = [{ ...staff.agents[0], kinds: ["chat"] }];
    expect(words(show(staff).querySelector("li"))).toContain("chat");
  });

  it("is accessible", async () => {
    expect(await faults(show(message("staff")))).toEqual([]);
  });
});
