import { iconHref } from "c/iconSource";

describe("iconSource", () => {
  it.each([
    ["utility:pause", "/_slds/icons/utility-sprite/svg/symbols.svg#pause"],
    ["standard:work_order", "/_slds/icons/standard-sprite/svg/symbols.svg#work_order"]
  ])("finds %s in the org's own sprites", (name, href) => {
    expect(iconHref(name)).toBe(href);
  });
});
