import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, drawn, mount } from "../../../tests/lwc/wire";
import CallTimer from "c/callTimer";

const show = (props) => mount("c-call-timer", CallTimer, props).querySelector("time");

describe("callTimer", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("counts up, over the hour too", async () => {
    const time = show({ since: NOW - 3_599_000 });
    expect(time.textContent).toBe("59:59");
    jest.advanceTimersByTime(1000);
    await drawn();
    expect(time.textContent).toBe("1:00:00");
    expect(time.getAttribute("datetime")).toBe("PT3600S");
  });

  it("counts down to nothing and stays there", async () => {
    const time = show({ until: NOW + 1500 });
    expect(time.textContent).toBe("0:02");
    jest.advanceTimersByTime(1000);
    await drawn();
    expect(time.textContent).toBe("0:01");
    jest.advanceTimersByTime(5000);
    await drawn();
    expect(time.textContent).toBe("0:00");
  });

  it("stops when it is taken away", () => {
    show({ since: NOW });
    clean();
    expect(jest.getTimerCount()).toBe(0);
  });

  it("is accessible", async () => {
    show({ since: NOW });
    expect(await faults(document.body)).toEqual([]);
  });
});
