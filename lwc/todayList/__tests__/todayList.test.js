import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, listen, message, mount, words } from "../../../tests/lwc/wire";
import TodayList from "c/todayList";

const today = message("today");
const show = (props) => mount("c-today-list", TodayList, { today, locale: "nl_NL", ...props });
const rows = (list) => [...list.querySelectorAll("li")];

function many(count) {
  const all = Array.from({ length: count }, (_, n) => ({ ...today.rows[0], key: `k${n}` }));
  return { type: "today", total: count, rows: all };
}

describe("todayList", () => {
  let heard;

  beforeEach(() => {
    heard = listen("open", "callback", "mend", "show");
  });

  afterEach(clean);

  it("shows each contact, its time and what became of its Task", () => {
    const [first, second] = rows(show()).map(words);
    expect(first).toMatch(/^Mia ChenAnswered · Support EN\d\d:\d\dSaved$/);
    expect(second).toMatch(/^\+1 628 555 0172Missed · Billing\d\d:\d\d$/);
  });

  it.each([
    ["saving", "Saving"],
    ["waiting", "Waiting for Salesforce"],
    ["attention", "Needs attention"]
  ])("says that a Task is %s", (state, word) => {
    const [row] = today.rows;
    const one = { total: 1, rows: [{ ...row, save: { ...row.save, state } }] };
    expect(words(rows(show({ today: one }))[0])).toContain(word);
  });

  it("leads to the form of a Task that the agent can mend", () => {
    const [row] = today.rows;
    const refused = { ...row, save: { ...row.save, state: "attention" } };
    const list = show({ today: { total: 1, rows: [refused] }, repairs: [row.key] });
    const mend = list.querySelector(".pp-mend");
    expect([words(mend), mend.getAttribute("aria-label")]).toEqual([
      "Needs attention",
      "Fill in what is missing: Mia Chen"
    ]);
    mend.click();
    expect(heard).toEqual([["mend", { contact: row.key }]]);
    clean();
    expect(show({ today: { total: 1, rows: [refused] } }).querySelector(".pp-mend")).toBeNull();
  });

  it("opens the Task, or the person where there is none", () => {
    const [first] = today.rows;
    const noTask = { ...first, key: "b", save: { ...first.save, state: "none", task_id: null } };
    const list = show({ today: { total: 2, rows: [first, noTask] } });
    list.querySelectorAll(".pp-link").forEach((link) => link.click());
    expect(heard.map(([, { record }]) => record.id)).toEqual(["00THs00001TaskAIAX", "003Hs00001MiaChIAX"]);
  });

  it.each([
    ["callback", "answered", "Mia Chen", "Answered · Callback · Support EN", "outbound_call"],
    ["callback", "missed", "Mia Chen", "Missed · Callback · Support EN", "missed_call"],
    ["inbound", "declined", "Mia Chen", "Declined · Support EN", "missed_call"],
    ["work_item", "completed", "Check returned parcel", "Finished · Work item · Support EN", "work_queue"],
    ["email", "missed", "", "Missed · E-mail · Support EN", "email"]
  ])("shows a %s that was %s", (kind, outcome, name, what, icon) => {
    const row = { ...today.rows[0], kind, direction: kind, outcome, name, number: "", number_shown: "" };
    const list = show({ today: { total: 1, rows: [row] } });
    expect(words(list)).toContain(`${name || "E-mail"}${what}`);
    expect(list.querySelector("use").getAttribute("xlink:href")).toContain(`#${icon}`);
  });

  it("tells apart the rows of an offer that was missed and then taken", () => {
    const [row] = today.rows;
    const missed = { ...row, outcome: "missed", at: row.at - 60_000, save: today.rows[1].save, number: "+1" };
    const list = show({ today: { total: 2, rows: [row, missed] } });
    list.querySelectorAll("li > .slds-button_icon")[1].click();
    expect(heard.at(-1)[1].number).toBe("+1");
  });

  it("calls back in one press", () => {
    const [, second] = rows(show());
    const button = second.querySelector("button");
    expect(button.title).toBe("Call back +1 628 555 0172");
    button.click();
    expect(heard).toEqual([["callback", { number: "+16285550172", record: null, skill: "Billing" }]]);
  });

  it("cannot call back who withheld the number", () => {
    const row = { ...today.rows[1], number: "", number_shown: "" };
    const list = show({ today: { total: 1, rows: [row] } });
    expect(words(list)).toContain("Number withheld");
    expect(list.querySelector("li button")).toBeNull();
  });

  it("shows the newest six, and all of them on request", () => {
    const few = show({ today: many(9) });
    expect(rows(few)).toHaveLength(6);
    expect(words(few.querySelector(".pp-today"))).toBe("TodayAll 9 contacts");
    few.querySelector(".pp-today button").click();
    const all = show({ today: many(9), all: true });
    expect(rows(all)).toHaveLength(9);
    all.querySelector(".pp-today button").click();
    expect(heard).toEqual([
      ["show", { body: "today" }],
      ["show", { body: null }]
    ]);
  });

  it("says that there is nothing only when that is known", () => {
    expect(words(show({ today: null }))).toBe("Today");
    expect(words(show({ today: { total: 0, rows: [] } }))).toContain("No contacts yet today");
  });

  it("is accessible, short and long", async () => {
    expect(await faults(show())).toEqual([]);
    clean();
    expect(await faults(show({ today: many(9), all: true }))).toEqual([]);
  });
});
