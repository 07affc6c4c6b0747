/* eslint-disable @lwc/lwc/no-async-operation -- the two halves of a click are waited for */
/**
 * A click on a number, and the step of a Work Queue that it may belong to. Salesforce tells of the two apart, in either
 * order, and what they have in common is the number.
 */
const STEP_COMES_WITHIN = 400;
const CLICK_COMES_WITHIN = 2000;
const TOGETHER_WITHIN = 10_000;
const DOUBLE_WITHIN = 1000;
const SHORTEST = 7;

const digits = (number) => number.replace(/[^0-9]/g, "");

/** Whether two texts are one number: one of them may lack the country's code. */
function same(first, second) {
  const [short, long] = [digits(first), digits(second)].sort((one, other) => one.length - other.length);
  return short === long || (short.length >= SHORTEST && long.endsWith(short));
}

export class ClickToDial {
  click = null;
  steps = [];
  begun = [];

  /**
   * `dial({number, record, work})` is called once for each click; `attach({number, work})` when the step of a click comes
   * so late that it was called already. `hasSteps`: whether Work Queues can tell of their steps at all.
   */
  constructor({ dial, attach, hasSteps }) {
    Object.assign(this, { dial, attach, hasSteps });
  }

  /** The agent clicked a number. Of several steps with that number the first one is meant. */
  clicked({ number, record }) {
    const click = { number, record, at: Date.now() };
    const step = this.steps.find((one) => same(one.number, number));
    if (step) {
      this.flush();
      this.drop(step);
      this.join(step, click);
    } else if (!this.twice(click)) {
      this.flush();
      this.click = click;
      if (this.hasSteps) {
        click.timer = setTimeout(() => this.flush(), STEP_COMES_WITHIN);
      } else {
        this.flush();
      }
    }
  }

  /** A step of a Work Queue began. */
  began({ number, work }) {
    const step = { number, work, at: Date.now() };
    const fits = (click) => click && same(click.number, number) && step.at - click.at < TOGETHER_WITHIN;
    this.begun = this.begun.filter(({ at }) => step.at - at < TOGETHER_WITHIN);
    if ([...this.begun, ...this.steps].some((one) => one.work === work)) {
      return;
    }
    if (fits(this.click)) {
      const { click } = this;
      clearTimeout(click.timer);
      this.click = null;
      this.join(step, click);
    } else if (fits(this.last)) {
      const { last } = this;
      this.last = null;
      this.begun.push(step);
      this.attach({ number: last.number, work });
    } else {
      step.timer = setTimeout(() => this.alone(step), CLICK_COMES_WITHIN);
      this.steps.push(step);
    }
  }

  /** The two belong together. */
  join(step, { number, record }) {
    this.begun.push({ ...step, number, at: Date.now() });
    this.dial({ number, record, work: step.work });
  }

  /** Whether it is the same click once more: a double click, or the second half of a step that was dealt with. */
  twice(click) {
    const waits = this.click && same(this.click.number, click.number);
    return waits || this.begun.some(({ number, at }) => same(number, click.number) && click.at - at < DOUBLE_WITHIN);
  }

  /** No step came for the click: it is a plain one. */
  flush() {
    const { click } = this;
    if (click) {
      clearTimeout(click.timer);
      this.click = null;
      this.last = click;
      this.dial({ number: click.number, record: click.record, work: null });
    }
  }

  /** No click came for the step: its number is called all the same. */
  alone(step) {
    this.drop(step);
    this.join(step, { number: step.number, record: null });
  }

  drop(step) {
    clearTimeout(step.timer);
    this.steps = this.steps.filter((one) => one !== step);
  }

  stop() {
    clearTimeout(this.click?.timer);
    this.click = null;
    this.steps.forEach((step) => clearTimeout(step.timer));
    this.steps = [];
  }
}
