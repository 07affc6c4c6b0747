import { ClickToDial } from "../clickToDial";

const ROSA = "+14155550188";
const OMAR = "+14155550177";

let calls;
let clicks;

function begin(hasSteps = true) {
  calls = [];
  clicks = new ClickToDial({
    dial: ({ number, work, record }) => calls.push([record ? "click" : "alone", number, work]),
    attach: ({ number, work }) => calls.push(["attach", number, work]),
    hasSteps
  });
}

const click = (number = ROSA) => clicks.clicked({ number, record: { id: "003x" } });
const step = (work = "A", number = ROSA) => clicks.began({ number, work });
const wait = (ms) => jest.advanceTimersByTime(ms);

describe("a click and the step of a Work Queue", () => {
  beforeEach(() => {
    jest.useFakeTimers();
    begin();
  });

  afterEach(() => {
    clicks.stop();
    jest.useRealTimers();
  });

  it.each([0, 399])("in this order, %d ms apart, are one call", (ms) => {
    click();
    wait(ms);
    step();
    wait(20_000);
    expect(calls).toEqual([["click", ROSA, "A"]]);
  });

  it.each([0, 1999])("in the other order, %d ms apart, are one call", (ms) => {
    step();
    wait(ms);
    click();
    wait(20_000);
    expect(calls).toEqual([["click", ROSA, "A"]]);
  });

  it.each(["(415) 555-0188", "+1 415 555 0188", "4155550188"])("are one number however it is written: %s", (number) => {
    step("A", number);
    click();
    click(OMAR);
    step("B", OMAR);
    expect(calls).toEqual([
      ["click", ROSA, "A"],
      ["click", OMAR, "B"]
    ]);
  });

  it("of other numbers have nothing to do with each other", () => {
    step("A", "188");
    click();
    wait(400);
    expect(calls).toEqual([["click", ROSA, null]]);
    wait(1600);
    expect(calls).toEqual([
      ["click", ROSA, null],
      ["alone", "188", "A"]
    ]);
  });

  it("is a call without a step when none comes, and at once where there are none", () => {
    click();
    expect(calls).toEqual([]);
    wait(400);
    expect(calls).toEqual([["click", ROSA, null]]);
    begin(false);
    click();
    expect(calls).toEqual([["click", ROSA, null]]);
  });

  it("is a call of its own when no click comes, and the click that comes then is not another one", () => {
    step();
    wait(2000);
    expect(calls).toEqual([["alone", ROSA, "A"]]);
    wait(300);
    click();
    wait(20_000);
    expect(calls).toHaveLength(1);
  });

  it("is attached when it comes late, and after ten seconds it is a call of its own", () => {
    click();
    wait(400);
    step();
    wait(20_000);
    expect(calls).toEqual([
      ["click", ROSA, null],
      ["attach", ROSA, "A"]
    ]);
    begin();
    click();
    wait(10_000);
    step();
    wait(2000);
    expect(calls).toEqual([
      ["click", ROSA, null],
      ["alone", ROSA, "A"]
    ]);
  });

  it("is told before its own click while the number was called plainly: that call is its own", () => {
    click();
    wait(5000);
    step();
    click();
    wait(20_000);
    expect(calls).toEqual([
      ["click", ROSA, null],
      ["attach", ROSA, "A"]
    ]);
  });

  it.each([
    ["click, click, step, step", [click, click, step, step]],
    ["step, click, step, click", [step, click, step, click]],
    ["step, step, click, click", [step, step, click, click]],
    ["click, step, click, step", [click, step, click, step]]
  ])("clicked twice are one call: %s", (_, tells) => {
    tells.forEach((tell) => tell());
    wait(20_000);
    expect(calls).toEqual([["click", ROSA, "A"]]);
  });

  it("two steps with one number go with their clicks in the order in which they began", () => {
    step("A");
    step("B");
    click();
    click();
    wait(20_000);
    expect(calls).toEqual([
      ["click", ROSA, "A"],
      ["click", ROSA, "B"]
    ]);
  });

  it("a step whose click never comes does not take that of another number", () => {
    step("A");
    step("B", OMAR);
    click(OMAR);
    wait(2000);
    expect(calls).toEqual([
      ["click", OMAR, "B"],
      ["alone", ROSA, "A"]
    ]);
  });

  it("a click on another number lets the one before go", () => {
    click();
    click(OMAR);
    step("B", OMAR);
    step("A");
    wait(20_000);
    expect(calls).toEqual([
      ["click", ROSA, null],
      ["click", OMAR, "B"],
      ["attach", ROSA, "A"]
    ]);
  });

  it("a number may be clicked again later, and a step be called again", () => {
    step();
    click();
    wait(10_000);
    click();
    step();
    expect(calls).toEqual([
      ["click", ROSA, "A"],
      ["click", ROSA, "A"]
    ]);
  });

  it("nothing is called any more after the end", () => {
    click();
    step("B", OMAR);
    clicks.stop();
    wait(20_000);
    expect(calls).toEqual([]);
  });
});
