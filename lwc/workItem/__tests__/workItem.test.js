import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, contact, listen, mount, words } from "../../../tests/lwc/wire";
import WorkItem from "c/workItem";

const show = (changes = {}) => mount("c-work-item", WorkItem, { contact: { ...contact("work_item"), ...changes } });

describe("workItem", () => {
  afterEach(clean);

  it("has a line for each detail, and opens record and page", () => {
    const heard = listen("open", "openurl");
    const item = show({ url: "https://shop.example/a" });
    expect(words(item)).toBe("OrderA-20931ReasonBox damaged, one item missingOpen recordOpen page");
    item.querySelectorAll("button").forEach((button) => button.click());
    expect(heard).toEqual([
      ["open", { record: contact("work_item").record }],
      ["openurl", { url: "https://shop.example/a" }]
    ]);
  });

  it("shows only what there is", () => {
    expect(words(show({ payload: undefined, record: undefined }))).toBe("");
  });

  it("is accessible", async () => {
    expect(await faults(show({ url: "https://shop.example/a" }))).toEqual([]);
  });
});
