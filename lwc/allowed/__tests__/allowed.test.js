import "../../../tests/lwc/english";
import { allowance, codeOf } from "c/allowed";

describe("allowed", () => {
  it.each([
    [{ hold: null }, true, null],
    [{ hold: "masked" }, true, "masked"],
    [{}, true, null],
    [{ hold: null }, false, "no_connection"],
    [{ hold: "masked" }, false, "no_connection"]
  ])("says why %j with connection %s: %s", (controls, connected, code) => {
    expect(codeOf(controls, "hold", connected)).toBe(code);
  });

  it("has nothing to say of what is allowed", () => {
    expect(allowance(null)).toEqual({
      code: null,
      disabled: null,
      describedBy: null,
      title: null,
      waiting: null,
      dashed: null
    });
  });

  it("says why not, in words or in those that are given", () => {
    const held = allowance("held");
    expect(held).toMatchObject({ disabled: "true", describedBy: "pp-why", dashed: "true", waiting: null });
    expect(held.title).not.toBe("held");
    expect(held.title.length).toBeGreaterThan(5);
    expect(allowance("held", false, "Because.").title).toBe("Because.");
  });

  it("keeps its looks while an order is under way; only the button that was pressed waits", () => {
    expect(allowance("pending")).toMatchObject({ disabled: "true", dashed: null, waiting: null });
    expect(allowance("pending", true)).toMatchObject({ dashed: null, waiting: "true" });
    expect(allowance("held", true).waiting).toBeNull();
  });
});
