import { faults } from "../../../tests/lwc/accessible";
import { createElement } from "lwc";
import Icon from "c/icon";

function show(properties) {
  const element = Object.assign(createElement("c-icon", { is: Icon }), properties);
  document.body.replaceChildren(element);
  return element;
}

describe("c-icon", () => {
  it("points at the symbol of its set and hides the drawing from screen readers", () => {
    const element = show({ name: "utility:pause", size: "small" });
    const svg = element.querySelector("svg");
    expect(svg.querySelector("use").getAttribute("xlink:href")).toBe(
      "/_slds/icons/utility-sprite/svg/symbols.svg#pause"
    );
    expect(svg.getAttribute("aria-hidden")).toBe("true");
    expect(svg.getAttribute("class")).toBe("slds-icon slds-icon_small slds-icon-text-default");
    expect(element.querySelector(".slds-assistive-text")).toBeNull();
  });

  it("gives an object icon its coloured ground and no text colour", () => {
    const element = show({ name: "standard:work_order", size: "x-small" });
    expect(element.querySelector("span").className).toBe("slds-icon_container slds-icon-standard-work-order");
    expect(element.querySelector("svg").getAttribute("class")).toBe("slds-icon slds-icon_x-small");
  });

  it("wears the classes of a button's icon when told to", () => {
    const element = show({ name: "utility:end_call", svgClass: "slds-button__icon" });
    expect(element.querySelector("svg").getAttribute("class")).toBe("slds-button__icon");
    expect(element.querySelector("span").className).toBe("");
  });

  it("says its alternative text to screen readers only", () => {
    const element = show({ name: "utility:mute", alternativeText: "Muted" });
    expect(element.querySelector(".slds-assistive-text").textContent).toBe("Muted");
  });

  it("shows another icon when its name changes", async () => {
    const element = show({ name: "utility:pause" });
    element.name = "utility:play";
    await Promise.resolve();
    expect(element.querySelector("use").getAttribute("xlink:href")).toMatch(/#play$/);
  });

  it("would be told if it were not accessible", async () => {
    const host = document.createElement("div");
    host.append(...["button", "img", "input"].map((name) => document.createElement(name)));
    document.body.replaceChildren(host);
    const found = await faults(host);
    expect(found.map((fault) => fault.split(":")[0]).sort()).toEqual(["button-name", "image-alt", "label"]);
    host.replaceChildren();
    expect(await faults(host)).toEqual(["nothing was looked at"]);
  });

  it("is accessible, with words and without", async () => {
    expect(await faults(show({ name: "utility:mute", alternativeText: "Muted" }))).toEqual([]);
    expect(await faults(show({ name: "utility:pause" }))).toEqual([]);
  });
});
