import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, mount, words } from "../../../tests/lwc/wire";
import ShortcutList from "c/shortcutList";

describe("shortcutList", () => {
  afterEach(clean);

  it("names each key once, with what it does", () => {
    const list = mount("c-shortcut-list", ShortcutList);
    const keys = [...list.querySelectorAll("dt")].map(words);
    expect(keys).toContain("Alt H");
    expect(new Set(keys).size).toBe(keys.length);
    expect([...list.querySelectorAll("dd")].map(words)).toContain("Hold, Resume");
    expect(list.querySelectorAll("dd")).toHaveLength(keys.length);
  });

  it("is accessible", async () => {
    expect(await faults(mount("c-shortcut-list", ShortcutList))).toEqual([]);
  });
});
