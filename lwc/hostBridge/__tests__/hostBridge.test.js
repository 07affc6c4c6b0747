import { fakeCti, scripts } from "../../../tests/lwc/fakeCti";
import { connectHost, pageConfig } from "c/hostBridge";

const CONFIG = { origins: ["http://localhost:8082"], openCtiVersion: "62.0" };

describe("hostBridge", () => {
  afterEach(() => {
    jest.restoreAllMocks();
    document.body.replaceChildren();
    delete window.sforce;
  });

  it("has no host when the page was opened by itself", async () => {
    await expect(connectHost(CONFIG, "")).resolves.toBeNull();
  });

  it("is hosted by the Lightning page that its address names, if that is allowed", async () => {
    const asked = scripts(fakeCti());
    const host = await connectHost(CONFIG, "?mode=Lightning&sfdcIframeOrigin=http%3A%2F%2Flocalhost%3A8082");
    await expect(host.token()).resolves.toBe("token-1");
    expect(asked).toEqual(["http://localhost:8082/support/api/62.0/lightning/opencti_min.js"]);
    await expect(connectHost(CONFIG, "?sfdcIframeOrigin=https%3A%2F%2Fevil.example")).rejects.toThrow("may not show");
  });

  it("reads the page's settings", () => {
    expect(() => pageConfig()).toThrow("phone-panel-config");
    const settings = document.createElement("script");
    Object.assign(settings, { type: "application/json", id: "phone-panel-config", text: '{"socket": "ws://x"}' });
    document.body.append(settings);
    expect(pageConfig()).toEqual({ socket: "ws://x" });
  });
});
