describe("clock", () => {
  let clock;

  beforeEach(() => {
    jest.resetModules();
    jest.useFakeTimers({ now: 1_000_400 });
    clock = require("c/clock");
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it("takes the connector's time, and only a later one or a jump after that", () => {
    clock.correct(2_000_000);
    expect(clock.now()).toBe(2_000_000);
    jest.advanceTimersByTime(1000);
    clock.correct(2_000_700);
    expect(clock.now()).toBe(2_001_000);
    clock.correct(2_001_200);
    expect(clock.now()).toBe(2_001_200);
    clock.correct(1_900_000);
    expect(clock.now()).toBe(1_900_000);
  });

  it("ticks for all listeners at the full second of the connector's time", () => {
    const ticks = [];
    clock.correct(5_000_250);
    clock.everySecond(() => ticks.push(clock.now()));
    const stop = clock.everySecond(() => ticks.push("other"));
    jest.advanceTimersByTime(750);
    expect(ticks).toEqual([5_001_000, "other"]);
    stop();
    jest.advanceTimersByTime(2000);
    expect(ticks).toEqual([5_001_000, "other", 5_002_000, 5_003_000]);
  });

  it("does not tick when nobody listens", () => {
    const stop = clock.everySecond(() => {});
    expect(jest.getTimerCount()).toBe(1);
    stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
