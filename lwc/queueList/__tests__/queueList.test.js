import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, message, mount, words } from "../../../tests/lwc/wire";
import QueueList from "c/queueList";

const show = (queues) => mount("c-queue-list", QueueList, { queues });

describe("queueList", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("shows who waits, and since when the longest", () => {
    const rows = [...show(message("queues").queues).querySelectorAll("li")];
    expect(rows.map(words)).toEqual(["Support ENlongest 1:483", "Salesnobody waits0"]);
  });

  it("says that there are no skills only when that is known", () => {
    expect(words(show(null))).toBe("Waiting in my skills");
    expect(words(show([]))).toContain("No skills");
  });

  it("is accessible", async () => {
    expect(await faults(show(message("queues").queues))).toEqual([]);
  });
});
