/* eslint-disable @lwc/lwc/no-async-operation -- the two halves of a click are waited for */
/**
 * A click on a number, and the step of a Work Queue that it may belong to. Salesforce tells of the two apart, in either
 * order, and what they have in common is the number.
 */
const STEP_COMES_WITHIN = 400;
const CLICK_COMES_WITHIN = 2000;
const TOGETHER_WITHIN = 10_000;

const digits = (number) => number.replace(/[^0-9]/g, "");

export class ClickToDial {
  click = null;
  step = null;

  /**
   * `dial({number, record, work})` is called once for each click; `attach({number, work})` when the step of a click comes
   * so late that it was called already. `steps`: whether Work Queues can tell of their steps at all.
   */
  constructor({ dial, attach, steps }) {
    Object.assign(this, { dial, attach, steps });
  }

  /** The agent clicked a number. */
  clicked({ number, record }) {
    this.flush();
    const click = { number, record, at: Date.now() };
    const { step } = this;
    if (step && this.fits(step, click)) {
      this.forget();
      this.dial({ number, record, work: step.work });
    } else if (this.steps) {
      this.click = { ...click, timer: setTimeout(() => this.flush(), STEP_COMES_WITHIN) };
    } else {
      this.dial({ number, record, work: null });
    }
  }

  /** A step of a Work Queue began. */
  began({ number, work }) {
    const step = { number, work, at: Date.now() };
    const { click, last } = this;
    if (click && this.fits(click, step)) {
      clearTimeout(click.timer);
      this.click = null;
      this.dial({ number: click.number, record: click.record, work });
    } else if (last && this.fits(last, step)) {
      this.last = null;
      this.attach({ number: last.number, work });
    } else {
      this.forget();
      this.step = { ...step, timer: setTimeout(() => this.alone(), CLICK_COMES_WITHIN) };
    }
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
  alone() {
    const { number, work } = this.step;
    this.step = null;
    this.dial({ number, record: null, work });
  }

  forget() {
    clearTimeout(this.step?.timer);
    this.step = null;
  }

  stop() {
    clearTimeout(this.click?.timer);
    this.click = null;
    this.forget();
  }

  fits(first, second) {
    return digits(first.number) === digits(second.number) && second.at - first.at < TOGETHER_WITHIN;
  }
}
