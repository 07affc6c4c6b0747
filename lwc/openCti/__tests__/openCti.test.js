import { fakeCti, scripts } from "../../../tests/lwc/fakeCti";
import { connectOpenCti } from "c/openCti";

const ORIGIN = "https://acme.lightning.force.com";
const WHERE = { origin: ORIGIN, origins: [ORIGIN], version: "62.0" };

describe("openCti", () => {
  let cti;
  let asked;

  beforeEach(() => {
    cti = fakeCti();
    asked = scripts(cti);
  });

  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
    delete window.sforce;
  });

  it("loads the script of the org that shows the page", async () => {
    await connectOpenCti(WHERE);
    expect(asked).toEqual([`${ORIGIN}/support/api/62.0/lightning/opencti_min.js`]);
  });

  it("takes the script that the page has loaded, of an origin that is allowed", async () => {
    window.sforce = { opencti: cti.api };
    const host = await connectOpenCti(WHERE);
    expect(asked).toEqual([]);
    await expect(host.token()).resolves.toBe("token-1");
    await expect(connectOpenCti({ ...WHERE, origins: [] })).rejects.toThrow("may not show this panel");
  });

  it("loads nothing from an origin that is not allowed", async () => {
    await expect(connectOpenCti({ ...WHERE, origins: ["https://other.example"] })).rejects.toThrow(
      "https://acme.lightning.force.com may not show this panel. Allowed: https://other.example."
    );
    expect(asked).toEqual([]);
  });

  it.each([
    ["cannot be loaded", { loads: false }, "could not be loaded"],
    ["defines nothing", {}, "defines no sforce.opencti"]
  ])("says so when the script %s", async (_, how, words) => {
    jest.restoreAllMocks();
    scripts(null, how);
    await expect(connectOpenCti(WHERE)).rejects.toThrow(words);
  });

  it("says so when the script does not come", async () => {
    jest.useFakeTimers();
    jest.restoreAllMocks();
    jest.spyOn(document.head, "append").mockImplementation(() => {});
    const host = connectOpenCti(WHERE);
    jest.advanceTimersByTime(10_000);
    await expect(host).rejects.toThrow("did not load in time");
  });

  it("asks the org who the agent is", async () => {
    const host = await connectOpenCti(WHERE);
    await expect(host.token()).resolves.toBe("token-1");
    expect(cti.calls).toEqual([["runApex", { apexClass: "PhonePanelSession", methodName: "token", methodParams: "" }]]);
    cti.answers.runApex = {};
    await expect(host.token()).rejects.toThrow("gave nothing");
  });

  it("fails with Salesforce's words, whichever way they come, and when it does not answer", async () => {
    const host = await connectOpenCti(WHERE);
    cti.answers.runApex = new Error("No access to class PhonePanelSession");
    await expect(host.token()).rejects.toThrow("runApex: No access to class PhonePanelSession");
    cti.api.refreshView = ({ callback }) => callback({ success: false, error: ["SERVER_ERROR"] });
    await expect(host.refresh()).rejects.toThrow("refreshView: SERVER_ERROR");
    cti.api.refreshView = ({ callback }) => callback({ success: false });
    await expect(host.refresh()).rejects.toThrow("refused without a reason");
    jest.useFakeTimers();
    cti.silent.add("runApex");
    const token = host.token();
    jest.advanceTimersByTime(10_000);
    await expect(token).rejects.toThrow("Salesforce did not answer");
  });

  it("pops records, searches and new records", async () => {
    const host = await connectOpenCti(WHERE);
    await host.popRecord("003x");
    await host.popSearch("+16285550172");
    await host.newRecord("Lead", { Phone: "+16285550172" });
    expect(cti.calls).toEqual([
      ["screenPop", { type: "sobject", params: { recordId: "003x" } }],
      ["screenPop", { type: "search", params: { searchString: "+16285550172" } }],
      [
        "screenPop",
        { type: "newRecord", params: { entityName: "Lead", defaultFieldValues: { Phone: "+16285550172" } } }
      ]
    ]);
  });

  it("starts flows with their arguments as texts", async () => {
    const host = await connectOpenCti(WHERE);
    await host.popFlow("Who_Calls", { number: "+16285550172", skill: "Support_EN" });
    const flowArgs = [
      { name: "number", type: "String", value: "+16285550172" },
      { name: "skill", type: "String", value: "Support_EN" }
    ];
    expect(cti.calls).toEqual([["screenPop", { type: "flow", params: { flowDevName: "Who_Calls", flowArgs } }]]);
  });

  describe("the softphone layout's rules", () => {
    const MIA = { id: "003x" };
    const wanted = {
      call: "Inbound",
      found: "none",
      part: "all",
      record: undefined,
      number: "+16285550172",
      fields: { Phone: "+16285550172" },
      args: { number: "+16285550172" }
    };
    const opens = { sobject: { recordId: "003x" }, search: { searchString: "+16285550172" } };
    opens.newRecord = { entityName: "Lead", defaultFieldValues: { Phone: "+16285550172" } };
    opens.flow = {
      flowDevName: "Who_Calls",
      flowArgs: [{ name: "number", type: "String", value: "+16285550172" }]
    };
    opens.url = { url: "/apex/Caller?number=%2B16285550172" };

    const rule = (screenPopType, screenPopData) => ({ screenPopType, screenPopData });
    const ENTITY = rule("PopToEntity", "Lead");

    async function popped(rules, changes) {
      cti.calls.length = 0;
      cti.answers.getSoftphoneLayout = rules && {
        Inbound: { screenPopSettings: { screenPopsOpenWithin: "ExistingWindow", ...rules } },
        Outbound: { screenPopSettings: { NoMatch: rule("PopToSearch") } },
        Internal: {}
      };
      const host = await connectOpenCti(WHERE);
      await host.popByLayout({ ...wanted, ...changes });
      return cti.of("screenPop").map(({ type, params }) => {
        expect(params).toEqual(opens[type]);
        return type;
      });
    }

    it.each([
      ["PopToEntity", "one", { record: MIA }, ["sobject"]],
      ["PopToEntity", "none", {}, ["newRecord"]],
      ["PopToSearch", "one", { record: MIA }, ["search"]],
      ["PopToSearch", "many", {}, ["search"]],
      ["PopToSearch", "none", { number: undefined }, []],
      ["PopToFlow", "one", { record: MIA }, ["flow"]],
      ["PopToFlow", "many", {}, ["flow"]],
      ["PopToFlow", "none", {}, ["flow"]],
      ["PopToVisualforce", "none", {}, ["url"]],
      ["PopToVisualforce", "many", {}, ["url"]],
      ["DoNotPop", "none", {}, []],
      [undefined, "many", {}, []]
    ])("%s for %s", async (what, found, changes, expected) => {
      const data = { PopToEntity: "Lead", PopToFlow: "Who_Calls", PopToVisualforce: "Caller" }[what];
      const name = { one: "SingleMatch", many: "MultipleMatches", none: "NoMatch" }[found];
      expect(await popped({ [name]: rule(what, data) }, { found, ...changes })).toEqual(expected);
    });

    it("are those of the kind of call", async () => {
      expect(await popped({ NoMatch: ENTITY }, { call: "Outbound" })).toEqual(["search"]);
      expect(await popped({ NoMatch: ENTITY }, { call: "Internal" })).toEqual([]);
      expect(await popped(null, {})).toEqual([]);
    });

    it("open a new record's window only when it may, and everything else only once", async () => {
      const one = { found: "one", record: MIA };
      expect(await popped({ NoMatch: ENTITY }, { part: "but_new" })).toEqual([]);
      expect(await popped({ NoMatch: ENTITY }, { part: "only_new" })).toEqual(["newRecord"]);
      expect(await popped({ NoMatch: rule("PopToSearch") }, { part: "but_new" })).toEqual(["search"]);
      expect(await popped({ NoMatch: rule("PopToSearch") }, { part: "only_new" })).toEqual([]);
      expect(await popped({ SingleMatch: ENTITY }, { ...one, part: "but_new" })).toEqual(["sobject"]);
      expect(await popped({ SingleMatch: ENTITY }, { ...one, part: "only_new" })).toEqual([]);
    });

    it("that cannot be read are an error", async () => {
      const host = await connectOpenCti(WHERE);
      cti.answers.getSoftphoneLayout = new Error("no call center");
      await expect(host.popByLayout(wanted)).rejects.toThrow("getSoftphoneLayout: no call center");
    });
  });

  it("says only what has changed about itself", async () => {
    const host = await connectOpenCti(WHERE);
    await host.utility({ label: "On a call 0:01", icon: "call", title: "Mia Chen" });
    cti.calls.length = 0;
    await host.utility({ label: "On a call 0:02", icon: "call", title: "Mia Chen" });
    expect(cti.calls).toEqual([["setSoftphoneItemLabel", { label: "On a call 0:02" }]]);
  });

  it("hears clicks on numbers and visits of records, and passes on only records that a Task can have", async () => {
    const host = await connectOpenCti(WHERE);
    const heard = [];
    host.listen({ dial: (wanted) => heard.push(wanted), visit: (record) => heard.push(record) });
    const mia = { recordId: "003x", objectType: "Contact", recordName: "Mia Chen" };
    cti.click({ number: 3120, ...mia });
    cti.visit(mia);
    cti.visit({ recordId: "a01x", objectType: "Repair__c", recordName: null });
    cti.visit({ recordId: "00Tx", objectType: "Task", recordName: "Call" });
    cti.visit({ url: "/lightning/o/Contact/list" });
    expect(heard).toEqual([
      { number: "3120", record: { id: "003x", type: "Contact", name: "Mia Chen" } },
      { id: "003x", type: "Contact", name: "Mia Chen" },
      { id: "a01x", type: "Repair__c", name: "" },
      null,
      null
    ]);
    cti.answers.getAppViewInfo = mia;
    await expect(host.whereNow()).resolves.toMatchObject({ id: "003x" });
  });

  it("sends messages to the components on the page, and hears theirs", async () => {
    const host = await connectOpenCti(WHERE);
    const heard = jest.fn();
    await host.subscribe("Phone_Conversation__c", heard);
    cti.message({ type: "hello" });
    expect(heard).toHaveBeenCalledWith({ type: "hello" });
    await host.publish("Phone_Conversation__c", { type: "over" });
    expect(cti.of("subscribe")).toEqual([{ channelName: "Phone_Conversation__c" }]);
    expect(cti.of("publish")).toEqual([{ channelName: "Phone_Conversation__c", message: { type: "over" } }]);
  });

  it("turns click-to-dial on and off, opens the panel, refreshes, reports itself", async () => {
    const host = await connectOpenCti(WHERE);
    await Promise.all([host.clickToDial(true), host.clickToDial(false), host.show(), host.refresh(), host.ready()]);
    expect(cti.calls.map(([method]) => method)).toEqual([
      "enableClickToDial",
      "disableClickToDial",
      "setSoftphonePanelVisibility",
      "refreshView",
      "notifyInitializationComplete"
    ]);
  });
});
