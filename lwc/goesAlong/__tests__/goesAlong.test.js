import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, contact, listen, mount, words } from "../../../tests/lwc/wire";
import GoesAlong from "c/goesAlong";

const show = (changes = {}) =>
  mount("c-goes-along", GoesAlong, { contact: { ...contact("consult_ringing"), ...changes } });

describe("goesAlong", () => {
  afterEach(clean);

  it("shows what the colleague gets with the customer, and opens records", () => {
    const heard = listen("open");
    const element = show();
    expect(words(element)).toBe(
      "Goes along to Jonas WeberNameMia ChenRelated To00001026 Charged twiceDispositionAnswered" +
        "TagsRefund, Follow-upCommentsInvoice 20931 charged twice. Refund promised by Friday; call back to confirm."
    );
    element.querySelectorAll("button")[1].click();
    expect(heard).toEqual([["open", { record: contact("consult_ringing").draft.what.value }]]);
  });

  it("says when nothing is written yet", () => {
    expect(words(show({ draft: contact("consulted").draft }))).toBe("Goes along to Jonas WeberNothing written yet");
  });

  it("is accessible", async () => {
    expect(await faults(show())).toEqual([]);
  });
});
