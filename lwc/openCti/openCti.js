/* eslint-disable @lwc/lwc/no-async-operation -- a host that does not answer must not be waited for forever */
/**
 * Salesforce as the host, through Open CTI for Lightning. The only module that says so: Salesforce Voice will be the
 * second one with the same functions (see c/hostBridge).
 */
const ANSWERS_WITHIN = 10_000;

/** For how many were found: the rule's name in a softphone layout. */
const RULES = { one: "SingleMatch", many: "MultipleMatches", none: "NoMatch" };

const LINKED = /^(Account|Contact|Lead|Case|Opportunity|Campaign|\w+__c)$/;

/** The record of a payload that a Task can be linked to, or null. */
function recordOf({ recordId, objectType, recordName }) {
  return recordId && LINKED.test(objectType ?? "")
    ? { id: recordId, type: objectType, name: String(recordName ?? "").slice(0, 255) }
    : null;
}

class OpenCtiHost {
  said = {};

  constructor(api) {
    this.api = api;
  }

  /** Calls a method; resolves with its returnValue, or raises an error with Salesforce's own words. */
  call(method, args = {}, api = this.api) {
    return new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error(`${method}: Salesforce did not answer.`)), ANSWERS_WITHIN);
      if (!api[method]) {
        clearTimeout(late);
        throw new Error(`${method}: this org does not have it.`);
      }
      const callback = ({ success, returnValue, errors, error }) => {
        clearTimeout(late);
        if (success) {
          done(returnValue);
        } else {
          const said = [errors ?? error ?? []].flat().map((one) => one.description ?? one.code ?? String(one));
          failed(new Error(`${method}: ${said.join("; ") || "refused without a reason"}`));
        }
      };
      api[method]({ ...args, callback });
    });
  }

  /** Whether the org tells of the steps of Work Queues (Sales Engagement). */
  get hasSteps() {
    return Boolean(this.api.hvs?.onWorkStart);
  }

  /**
   * `dial({number, record})` on click-to-dial, `step({number, work})` when a step of a Work Queue begins, `visit(record)`
   * when a record's tab becomes active. Call once.
   */
  listen({ dial, step, visit }) {
    this.api.onClickToDial({
      listener: (payload) => dial({ number: String(payload.number ?? ""), record: recordOf(payload) })
    });
    if (this.hasSteps) {
      this.api.hvs.onWorkStart({
        listener: ({ workId, attributes }) => workId && step({ number: String(attributes?.to ?? ""), work: workId })
      });
    }
    this.api.onNavigationChange({ listener: (payload) => visit(recordOf(payload)) });
  }

  /** The record shown now, or null. */
  async whereNow() {
    return recordOf((await this.call("getAppViewInfo")) ?? {});
  }

  /** Salesforce need not fall back to the standby panel. */
  ready() {
    return this.call("notifyInitializationComplete");
  }

  /** A session token: the org's word for who the agent is. */
  async token() {
    const args = { apexClass: "PhonePanelSession", methodName: "token", methodParams: "" };
    const { runApex } = (await this.call("runApex", args)) ?? {};
    if (!runApex) {
      throw new Error("PhonePanelSession.token gave nothing.");
    }
    return runApex;
  }

  clickToDial(enabled) {
    return this.call(enabled ? "enableClickToDial" : "disableClickToDial");
  }

  popRecord(recordId) {
    return this.call("screenPop", { type: this.pop("SOBJECT"), params: { recordId } });
  }

  popSearch(searchString) {
    return this.call("screenPop", { type: this.pop("SEARCH"), params: { searchString } });
  }

  newRecord(entityName, defaultFieldValues) {
    return this.call("screenPop", { type: this.pop("NEW_RECORD_MODAL"), params: { entityName, defaultFieldValues } });
  }

  popFlow(flowDevName, args) {
    const flowArgs = Object.entries(args).map(([name, value]) => ({ name, type: "String", value }));
    return this.call("screenPop", { type: this.pop("FLOW"), params: { flowDevName, flowArgs } });
  }

  /** What the softphone layout says for that kind of call and so many found; Salesforce itself would look for others. */
  async popByLayout({ call, found, part, record, number, fields, args }) {
    const layout = (await this.call("getSoftphoneLayout")) ?? {};
    const { screenPopType: what, screenPopData: name } = layout[call]?.screenPopSettings?.[RULES[found]] ?? {};
    const isNew = what === "PopToEntity" && !record;
    if (part !== "all" && isNew !== (part === "only_new")) {
      return null;
    }
    switch (what) {
      case "PopToEntity":
        return record ? this.popRecord(record.id) : name && this.newRecord(name, fields);
      case "PopToSearch":
        return number && this.popSearch(number);
      case "PopToFlow":
        return this.popFlow(name, args);
      case "PopToVisualforce":
        return this.popUrl(`/apex/${name}?${new URLSearchParams(args)}`);
      default:
        return null;
    }
  }

  /** A page of the org opens as a tab of it, any other one in a window of its own. */
  async popUrl(url) {
    if (url.startsWith("/") && !url.startsWith("//")) {
      await this.call("screenPop", { type: this.pop("URL"), params: { url } });
    } else if (/^https?:\/\//i.test(url)) {
      window.open(url, "_blank", "noopener,noreferrer");
    } else {
      throw new Error(`${url} is no address of a page.`);
    }
  }

  /** Tells a Work Queue that its step is done; `task` is the Task that holds the disposition. */
  completeWork({ work, task, disposition, connected }) {
    const attributes = { disposition, taskId: task, wasConnected: connected };
    return this.call("completeWork", { workId: work, attributes }, this.api.hvs ?? {});
  }

  refresh() {
    return this.call("refreshView");
  }

  /** Sends a message to the components on the page, over a message channel of the org. */
  publish(channelName, message) {
    return this.call("publish", { channelName, message });
  }

  /** Hears what the components on the page send. Call once for a channel. */
  subscribe(channelName, listener) {
    return this.call("subscribe", { channelName, listener });
  }

  /** Opens the panel. */
  show() {
    return this.call("setSoftphonePanelVisibility", { visible: true });
  }

  /** What stands on the utility bar's item and over the panel; only what has changed is said. */
  async utility({ label, icon, title }) {
    const calls = [
      ["setSoftphoneItemLabel", { label }],
      ["setSoftphoneItemIcon", { key: icon }],
      ["setSoftphonePanelLabel", { label: title }],
      ["setSoftphonePanelIcon", { key: icon }]
    ].filter(([method, args]) => this.said[method] !== Object.values(args)[0]);
    calls.forEach(([method, args]) => {
      this.said[method] = Object.values(args)[0];
    });
    await Promise.all(calls.map(([method, args]) => this.call(method, args)));
  }

  pop(name) {
    return this.api.SCREENPOP_TYPE?.[name] ?? name;
  }
}

/**
 * Loads the script of the org that shows this page, unless the page has done so: in the org it comes from the page's own
 * host. Raises an error when `origin` is not one of `origins`, or the script does not come.
 */
export async function connectOpenCti({ origin, origins, version }) {
  if (!origins.includes(origin)) {
    throw new Error(`${origin} may not show this panel. Allowed: ${origins.join(", ") || "none"}.`);
  }
  if (!window.sforce?.opencti) {
    await script(`${origin}/support/api/${version}/lightning/opencti_min.js`);
  }
  const api = window.sforce?.opencti;
  if (!api) {
    throw new Error("The Open CTI script has come, but defines no sforce.opencti.");
  }
  return new OpenCtiHost(api);
}

function script(src) {
  const element = document.createElement("script");
  return new Promise((loaded, failed) => {
    const late = setTimeout(() => failed(new Error(`${src} did not load in time.`)), ANSWERS_WITHIN);
    element.onload = () => loaded(clearTimeout(late));
    element.onerror = () => failed(new Error(`${src} could not be loaded.`), clearTimeout(late));
    element.src = src;
    document.head.append(element);
  });
}
