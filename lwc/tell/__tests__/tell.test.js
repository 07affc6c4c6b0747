import { tell } from "c/tell";

describe("tell", () => {
  it("reaches who listens above, with what is told, and nobody beside", () => {
    const [above, holder, component, beside] = ["section", "div", "b", "i"].map((name) => document.createElement(name));
    holder.append(component);
    above.append(holder, beside);
    const heard = [];
    for (const one of [above, holder, beside]) {
      one.addEventListener("order", ({ detail }) => heard.push([one, detail]));
    }
    tell(component, "order", { name: "hold" });
    expect(heard).toEqual([
      [holder, { name: "hold" }],
      [above, { name: "hold" }]
    ]);
  });
});
