import "../../../tests/lwc/english";
import fs from "fs";
import path from "path";
import { message } from "../../../tests/lwc/wire";
import { around, duration, fill, labels, number, optionReason, timeOfDay, typeWord, why } from "c/words";

const root = path.join(__dirname, "../../..");
const read = (file) => fs.readFileSync(path.join(root, file), "utf8");
const all = (text, pattern) => [...text.matchAll(pattern)].map(([, found]) => found);

describe("words", () => {
  it.each([
    [0, "0:00"],
    [-5000, "0:00"],
    [59_999, "0:59"],
    [252_000, "4:12"],
    [3_599_999, "59:59"],
    [3_600_000, "1:00:00"],
    [36_061_000, "10:01:01"]
  ])("writes %s ms as %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it("fills places in any order, and leaves out what is missing", () => {
    expect(fill("{1} of {0}", 2, "b")).toBe("b of 2");
    expect(fill("{0}{1}", "a")).toBe("a");
    expect(fill(labels.countOf, number(79), number(32_000))).toBe("79 of 32,000");
  });

  it("splits a text around the place of a component", () => {
    expect(around(labels.waited, "Support EN")).toEqual({ before: "Waited ", after: " in Support EN" });
  });

  it("names a code that has no sentence, and none that objects have by nature", () => {
    expect(why("pending")).toBe("One moment: the last press is being carried out.");
    expect(why("brand_new")).toBe("Not possible (brand_new).");
    expect(why("toString")).toBe("Not possible (toString).");
  });

  it("has a sentence for every code in the examples of the wire", () => {
    const codes = new Set();
    for (const file of fs.readdirSync(path.join(root, "tests/fixtures/wire/to_panel"))) {
      const { agent, contacts = [] } = message(file.replace(".json", ""));
      for (const { controls } of [agent, ...contacts].filter((one) => one?.controls)) {
        Object.values(controls).forEach((code) => code && codes.add(code));
      }
    }
    // What a control says about itself when its opposite is shown is never shown.
    ["not_held", "not_muted", "recording", "muted"].forEach((code) => codes.delete(code));
    expect(codes.size).toBeGreaterThan(10);
    expect([...codes].filter((code) => why(code).includes(`(${code})`))).toEqual([]);
  });

  it("says why a record is offered", () => {
    const case_ = { type: "Case", why: "active_tab" };
    expect(optionReason(case_, "Mia Chen")).toBe("Case · active tab");
    expect(optionReason({ type: "Account", why: "account_of" }, "Mia Chen")).toBe("Account of Mia Chen");
    expect(optionReason({ type: "Repair_Order__c", why: "search" })).toBe("Repair Order");
    expect(typeWord("Lead")).toBe("Lead");
  });

  it("writes the time of day as the agent's Salesforce does", () => {
    const at = new Date(2026, 10, 23, 14, 31).getTime();
    expect(timeOfDay(at, "nl_NL")).toBe("14:31");
    expect(timeOfDay(at, "en_US").replace(/\s/, " ")).toBe("2:31 PM");
  });

  it("uses every label, and has a Dutch one with the same places for each", () => {
    const sources = fs
      .readdirSync(path.join(root, "lwc"), { recursive: true })
      .filter((file) => /\.(js|html)$/.test(file) && !file.includes("__tests__") && !file.endsWith("labels.js"))
      .map((file) => read(`lwc/${file}`))
      .join("\n");
    expect(Object.keys(labels).filter((name) => !new RegExp(`labels\\.${name}\\b`).test(sources))).toEqual([]);
    const english = read("force-app/main/default/labels/CustomLabels.labels-meta.xml");
    const dutch = read("force-app/main/default/translations/nl_NL.translation-meta.xml");
    const places = (text) =>
      all(text, /(\{\d\})/g)
        .sort()
        .join("");
    const names = all(english, /<fullName>(\w+)</g);
    const values = all(english, /<value>([^<]*)</g);
    const translated = new Map(all(dutch, /<name>(\w+)</g).map((name, n) => [name, all(dutch, /<label>([^<]*)</g)[n]]));
    expect(names.filter((name, n) => places(translated.get(name) ?? "none") !== places(values[n]))).toEqual([]);
    expect(translated.size).toBe(names.length);
  });
});
