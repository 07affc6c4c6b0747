import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, listen, mount, words } from "../../../tests/lwc/wire";
import HoldOffer from "c/holdOffer";

const WANTED = {
  number: "+14155550188",
  shown: "+1 415 555 0188",
  record: { name: "Rosa Martínez" },
  skillName: "Sales"
};
const show = (changes = {}) => mount("c-hold-offer", HoldOffer, { wanted: WANTED, live: "Mia Chen", ...changes });

describe("holdOffer", () => {
  afterEach(clean);

  it("says whom to call and who is on the line, and is answered", () => {
    const heard = listen("holdcall", "cancel");
    const offer = show();
    expect(words(offer)).toBe(
      "Call Rosa Martínez+1 415 555 0188Skill SalesMia Chen is still on the line.Hold and callCancel"
    );
    offer.goToOffer();
    expect(document.activeElement.dataset.answer).toBe("yes");
    const [yes, no] = offer.querySelectorAll("button");
    yes.dispatchEvent(new MouseEvent("click", { detail: 2 }));
    expect(heard).toEqual([]);
    yes.click();
    no.click();
    expect(heard.map(([name]) => name)).toEqual(["holdcall", "cancel"]);
  });

  it("has neither name nor skill where there is none, and says what went wrong", () => {
    const offer = show({ wanted: { ...WANTED, record: null, skillName: null }, problem: "Unmask first." });
    expect(words(offer)).toContain("Outbound call+1 415 555 0188Mia Chen is still on the line.Unmask first.");
  });

  it("is accessible", async () => {
    expect(await faults(show())).toEqual([]);
  });
});
