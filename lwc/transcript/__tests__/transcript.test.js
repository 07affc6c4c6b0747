import { merged } from "c/transcript";

const said = (id, began, revision = 1, text = "") => ({ id, began, revision, text });
const ids = (items) => items.map(({ id }) => id);

describe("transcript", () => {
  it("puts what is new in its place", () => {
    expect(ids(merged([said("1", 10), said("3", 30)], [said("2", 20), said("4", 40)]))).toEqual(["1", "2", "3", "4"]);
  });

  it("keeps the order of what began together, and the value of what did not change", () => {
    const items = [said("1", 10), said("2", 10)];
    const after = merged(items, [said("3", 10)]);
    expect(ids(after)).toEqual(["1", "2", "3"]);
    expect(after[0]).toBe(items[0]);
  });

  it("takes the next revision and no older one", () => {
    const [one] = merged([said("1", 10, 2, "two")], [said("1", 10, 3, "three")]);
    expect(one.text).toBe("three");
    expect(merged([one], [said("1", 10, 2, "two")])).toEqual([one]);
  });

  it("takes the end of a pause, which has no revision", () => {
    const pause = { id: "1", began: 10, ended: null };
    expect(merged([pause], [{ ...pause, ended: 20 }])).toEqual([{ id: "1", began: 10, ended: 20 }]);
  });

  it("forgets what was dropped, and the oldest of more than a thousand", () => {
    const many = Array.from({ length: 1002 }, (_, n) => said(String(n), n));
    const left = merged(many, [], ["500", "unknown"]);
    expect(left).toHaveLength(1000);
    expect(left[0].id).toBe("1");
    expect(ids(left)).not.toContain("500");
  });
});
