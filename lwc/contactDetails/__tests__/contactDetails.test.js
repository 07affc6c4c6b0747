import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, contact, drawn, listen, message, mount, words } from "../../../tests/lwc/wire";
import ContactDetails from "c/contactDetails";

const setup = message("setup");
const show = (name, props) =>
  mount("c-contact-details", ContactDetails, { contact: { sign: "none", ...contact(name) }, setup, ...props });
const section = (name, props) => show(name, { folds: true, ...props });
const comments = (details) => details.querySelector("#pp-comments");
const change = (element, value) => {
  Object.assign(element, { value });
  element.dispatchEvent(new CustomEvent("change"));
};

describe("contactDetails", () => {
  let heard;

  beforeEach(() => {
    heard = listen("write", "flush", "details", "find", "pick");
  });

  afterEach(clean);

  it.each([
    ["live", {}, "Show contact detailsMia Chen · 00001026"],
    ["unknown", {}, "Show contact detailsNo Name yet"],
    ["live", { sign: "kept" }, "Show contact detailsDraft kept here"]
  ])("folded, tells for %s %j: %s", (name, changes, expected) => {
    const details = section(name, { contact: { ...contact(name), ...changes } });
    expect(words(details)).toBe(expected);
    details.querySelector(".pp-sec").click();
    expect(heard).toEqual([["details", { open: true }]]);
  });

  it.each([
    ["saved", "Draft saved"],
    ["saving", "Draft saving"],
    ["kept", "Draft kept here"],
    ["refused", "Draft kept here"],
    ["none", ""]
  ])("unfolded, tells that the draft is %s", (sign, expected) => {
    const details = section("live", { contact: { ...contact("live"), sign }, unfolded: true });
    expect(words(details.querySelector(".pp-sec"))).toBe(`Hide contact details${expected}`);
  });

  it("is open without a section in wrap-up, with the sign at the comments", () => {
    const details = show("wrapup_saved", { contact: { ...contact("wrapup_saved"), sign: "saved" } });
    expect(details.querySelector(".pp-sec")).toBeNull();
    expect(words(details.querySelector(".pp-comments .pp-push"))).toMatch(/^Draft saved ·\s?77 of 32,000$/);
    expect(details.querySelector(".slds-required").title).toBe("required");
  });

  it("writes comments as they are typed, and flushes when they lose the focus", () => {
    const details = section("live", { unfolded: true });
    expect(comments(details).value).toMatch(/^Invoice 20931/);
    comments(details).value = "Called twice";
    comments(details).dispatchEvent(new CustomEvent("input"));
    comments(details).dispatchEvent(new CustomEvent("blur"));
    expect(heard).toEqual([
      ["write", { contact: "01JD-live", field: "comments", value: "Called twice" }],
      ["flush", null]
    ]);
  });

  it("leaves the caret where it is while what is typed comes back", async () => {
    const details = section("live", { unfolded: true });
    comments(details).focus();
    comments(details).setSelectionRange(3, 3);
    const next = contact("live");
    next.draft.comments = { value: comments(details).value, revision: 13 };
    details.contact = next;
    await drawn();
    expect(comments(details).selectionStart).toBe(3);
  });

  it("offers the dispositions of the skill, and keeps one that is no longer among them", () => {
    const one = contact("live");
    one.draft.disposition = { value: "Old one", revision: 9 };
    const select = section("live", { contact: one, unfolded: true }).querySelector("select");
    expect([...select.options].map(({ text }) => text)).toEqual(["Choose", ...setup.skills[0].dispositions, "Old one"]);
    expect(select.value).toBe("Old one");
    change(select, "Resolved");
    expect(heard).toEqual([["write", { contact: "01JD-live", field: "disposition", value: "Resolved" }]]);
  });

  it("offers everything where the skill is unknown", () => {
    const one = { ...contact("live"), skill: "Gone" };
    const select = section("live", { contact: one, unfolded: true }).querySelector("select");
    expect([...select.options].map(({ text }) => text)).toEqual(["Choose", ...setup.dispositions]);
  });

  it("offers the tags of the skill, and what was chosen under the one before", async () => {
    const one = { ...contact("live"), skill: "Sales" };
    const details = section("live", { contact: one, unfolded: true });
    details.querySelector("#pp-tags").click();
    await drawn();
    const boxes = [...details.querySelectorAll('input[type="checkbox"]')];
    const sales = setup.skills.find(({ id }) => id === "Sales").tags;
    expect(sales).not.toContain("Refund");
    expect(boxes.map(({ value }) => value)).toEqual([...sales, "Refund"]);
    expect(boxes.filter(({ checked }) => checked).map(({ value }) => value)).toEqual(["Follow-up", "Refund"]);
  });

  it("has several tags", async () => {
    const details = section("live", { unfolded: true });
    const field = details.querySelector("#pp-tags");
    expect(field.getAttribute("aria-label")).toBe("Tags: Refund, Follow-up");
    field.click();
    await drawn();
    const boxes = [...details.querySelectorAll('input[type="checkbox"]')];
    expect(boxes.map(({ value, checked }) => [value, checked])).toEqual(
      setup.skills[0].tags.map((tag) => [tag, ["Refund", "Follow-up"].includes(tag)])
    );
    boxes[3].click();
    boxes[0].click();
    expect(heard.map(([, { value }]) => value)).toEqual([["Refund", "Follow-up", "VIP"], ["Follow-up"]]);
    boxes[0].dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await drawn();
    expect(details.querySelector('input[type="checkbox"]')).toBeNull();
    expect(document.activeElement).toBe(field);
  });

  it("writes the record that was picked, and gives a picker's list its room", async () => {
    const details = section("live", { unfolded: true });
    const [who] = details.querySelectorAll("c-record-picker");
    who.dispatchEvent(new CustomEvent("picking", { detail: { field: "who" }, bubbles: true }));
    await drawn();
    expect(details.querySelector("select")).toBeNull();
    who.dispatchEvent(new CustomEvent("picking", { detail: { field: null }, bubbles: true }));
    await drawn();
    const [, what] = details.querySelectorAll("c-record-picker");
    what.dispatchEvent(new CustomEvent("pick", { detail: { field: "what", record: null }, bubbles: true }));
    expect(heard).toEqual([["write", { contact: "01JD-live", field: "what", value: null }]]);
  });

  it("closes Related To while Name is a Lead, and says why", () => {
    const details = section("lead", { unfolded: true });
    expect(words(details.querySelector(".pp-field_closed"))).toBe("Empty while Name is a Lead");
  });

  it("goes to the field that needs attention, once, and marks it", async () => {
    const details = show("wrapup_attention");
    await drawn();
    expect(document.activeElement.id).toBe("pp-what");
    expect(document.activeElement.getAttribute("aria-invalid")).toBe("true");
    comments(details).focus();
    details.contact = { sign: "saving", ...contact("wrapup_attention") };
    await drawn();
    expect(document.activeElement).toBe(comments(details));
  });

  it.each([
    ["CallDisposition", "pp-disposition"],
    ["Description", "pp-comments"],
    ["WhoId", "pp-who"]
  ])("knows the Task's field %s", async (field, id) => {
    const one = contact("wrapup_attention");
    one.save = { ...one.save, field };
    show("wrapup_attention", { contact: one });
    await drawn();
    expect(document.activeElement.id).toBe(id);
  });

  it("goes to a field that Salesforce has asked for once it is known what it takes", async () => {
    const details = show("wrapup_asked");
    await drawn();
    expect(document.activeElement).toBe(document.body);
    details.described = message("described");
    await drawn();
    expect(document.activeElement.id).toBe("pp-Region__c");
    expect(details.querySelectorAll('[aria-invalid="true"]')).toHaveLength(2);
  });

  it("does not take the caret from who writes meanwhile, nor go there again", async () => {
    const details = show("wrapup_asked");
    comments(details).focus();
    details.described = message("described");
    await drawn();
    expect(document.activeElement).toBe(comments(details));
    comments(details).blur();
    details.contact = { sign: "saved", ...contact("wrapup_asked") };
    await drawn();
    expect(document.activeElement).toBe(document.body);
  });

  it("marks each of the panel's own fields that was refused", () => {
    const one = contact("wrapup_attention");
    one.save = { ...one.save, field: "WhoId", fields: ["WhoId", "CallDisposition", "Phone_Tags__c"] };
    const details = show("wrapup_attention", { contact: one });
    const wrong = [...details.querySelectorAll('[aria-invalid="true"], .pp-field_error')].map(({ id }) => id);
    expect(wrong).toEqual(expect.arrayContaining(["pp-who", "pp-disposition", "pp-tags"]));
  });

  it("puts the caret into the comments at the place asked for", () => {
    const details = show("wrapup_saved");
    details.goToComments(4, 7);
    expect(document.activeElement).toBe(comments(details));
    expect([comments(details).selectionStart, comments(details).selectionEnd]).toEqual([4, 7]);
  });

  it.each(["live", "lead", "several", "wrapup_attention", "wrapup_asked", "wrapup_disposition"])(
    "is accessible: %s",
    async (name) => {
      expect(await faults(show(name))).toEqual([]);
      expect(await faults(section(name, { unfolded: true }))).toEqual([]);
    }
  );
});
