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

  describe("in a window of its own", () => {
    let host;
    let answer;

    beforeEach(async () => {
      answer = { status: 200, ok: true, text: async () => "ticket.1" };
      globalThis.fetch = jest.fn(async () => answer);
      window.open = jest.fn(() => ({}));
      host = await connectHost({ ...CONFIG, org: "https://acme.lightning.force.com" }, "");
    });

    afterEach(() => {
      delete globalThis.fetch;
    });

    it("has a ticket for its session instead of a token", async () => {
      await expect(host.token()).resolves.toBe("ticket.1");
      expect(fetch).toHaveBeenCalledWith("/sign-in/ticket", { method: "POST" });
      answer = { status: 503, ok: false };
      await expect(host.token()).rejects.toThrow("/sign-in/ticket: 503");
    });

    it("opens records in one window of the org, and other pages without a hold of this one", async () => {
      const opened = () => window.open.mock.lastCall.map(String);
      await host.popRecord("003x");
      expect(opened()).toEqual(["https://acme.lightning.force.com/lightning/r/003x/view", "phone-panel-org"]);
      await host.newRecord("Lead", { Phone: "+1 415" });
      expect(opened()[0]).toMatch(/\/lightning\/o\/Lead\/new\?defaultFieldValues=Phone%3D%252B1%2520415$/);
      await host.popFlow("Who_Calls", { number: "+1415" });
      expect(opened()[0]).toBe("https://acme.lightning.force.com/flow/Who_Calls?number=%2B1415");
      await host.popSearch("+1415");
      const [page, coded] = opened()[0].split("#");
      expect(page).toBe("https://acme.lightning.force.com/one/one.app");
      expect(JSON.parse(atob(coded)).attributes.term).toBe("+1415");
      await host.popByLayout({ found: "one", record: { id: "003y" } });
      expect(opened()[0]).toMatch(/\/003y\/view$/);
      window.open.mockClear();
      await host.popByLayout({ found: "many" });
      expect(window.open).not.toHaveBeenCalled();
      window.open.mockReturnValue(null);
      await host.popUrl("https://shop.example/1");
      expect(opened()).toEqual(["https://shop.example/1", "_blank", "noopener,noreferrer"]);
      await expect(host.popRecord("003x")).rejects.toThrow("was not opened");
      await expect(host.popUrl("data:text/html,x")).rejects.toThrow("was not opened");
    });

    it("shows in its title what the utility bar would, and has no more of Salesforce", async () => {
      await host.utility({ label: "Ringing" });
      expect(document.title).toBe("Ringing");
      expect(host.hasSteps).toBe(false);
      expect(host.listen({})).toBeUndefined();
      await expect(host.whereNow()).resolves.toBeNull();
      const messages = [host.publish("Phone_Conversation__c", {}), host.subscribe("Phone_Conversation__c", () => {})];
      const nothing = [host.ready(), host.clickToDial(true), host.refresh(), ...messages];
      await expect(Promise.all(nothing)).resolves.toEqual([null, null, null, null, null]);
      const focus = jest.spyOn(window, "focus").mockImplementation(() => {});
      await host.show();
      expect(focus).toHaveBeenCalled();
    });
  });

  it("reads the page's settings", () => {
    expect(() => pageConfig()).toThrow("phone-panel-config");
    const settings = document.createElement("script");
    Object.assign(settings, { type: "application/json", id: "phone-panel-config", text: '{"socket": "ws://x"}' });
    document.body.append(settings);
    expect(pageConfig()).toEqual({ socket: "ws://x" });
  });
});
