/** Open CTI methods about records: screen pops, search, saveLog, refreshView, runApex. */

import { api } from "./api.js";
import { CtiError, object, oneOf, recordId, rejected, text } from "./ctiErrors.js";
import { el } from "./dom.js";
import { showModal } from "./modal.js";
import { addressOf, LIST_VIEWS, placeOf } from "./places.js";
import { newWindow } from "./recordForm.js";

const CALL_TYPES = ["INBOUND", "OUTBOUND", "INTERNAL"];

export function recordMethods({ workspace, boot }) {
  const pops = {
    SOBJECT: (params) => workspace.openRecord(recordId(params, "recordId")),
    URL: (params) => {
      const url = text(params, "url");
      if (!url.startsWith("/") || url.startsWith("//"))
        throw rejected(`url must be relative and start with one /, not ${url}`);
      if (url.startsWith("/apex/")) return pageWindow(url);
      if (placeOf(url).kind === "missing") throw rejected(`url ${url} leads to no page of this console`);
      return workspace.open(url);
    },
    OBJECTHOME: (params) => openList(text(params, "scope"), "All"),
    LIST: (params) => {
      const filter = text(params, "listViewId");
      if (!(filter in LIST_VIEWS))
        throw rejected(`listViewId must be one of ${Object.keys(LIST_VIEWS).join(", ")}, not ${filter}`);
      return openList(text(params, "scope"), filter);
    },
    SEARCH: (params) =>
      workspace.open(
        addressOf({
          kind: "search",
          text: text(params, "searchString", { least: 3 })
        })
      ),
    NEW_RECORD_MODAL: async (params, defaults) => {
      const type = text(params, "entityName");
      await newWindow(
        type,
        {
          ...object(params, "defaultFieldValues", { optional: true }),
          ...defaults
        },
        workspace
      );
      workspace.dispatchEvent(new CustomEvent("shown", { detail: workspace.appView }));
    },
    FLOW: (params) => flowWindow(params)
  };

  function openList(type, filter) {
    if (type === "WorkQueue" || !boot.navigation.includes(type))
      throw rejected(
        `scope must be one of ${boot.navigation.filter((name) => name !== "WorkQueue").join(", ")}, not ${type}`
      );
    return workspace.open(addressOf({ kind: "list", type, filter }));
  }

  function screenPop(args) {
    const type = oneOf(args, "type", Object.keys(pops));
    const defaults = object(args, "defaultFieldValues", { optional: true });
    return pops[type](object(args, "params"), defaults);
  }

  async function searchAndScreenPop(args) {
    const wanted = text(args, "searchParams", { least: 2 });
    const callType = oneOf(args, "callType", CALL_TYPES);
    const found = await api.matches(wanted);
    const pop = popFor(callType, Object.keys(found), wanted, args);
    if (args.deferred === true) return { ...found, SCREEN_POP_DATA: pop };
    if (pop) await screenPop(pop);
    return found;
  }

  /** What the softphone layout says to open for so many matches; null for nothing. */
  function popFor(callType, ids, searchString, { params, queryParams }) {
    const settings = {
      INBOUND: boot.softphoneLayout.Inbound,
      OUTBOUND: boot.softphoneLayout.Outbound,
      INTERNAL: boot.softphoneLayout.Internal
    }[callType].screenPopSettings;
    const rule =
      ids.length === 0 ? settings.NoMatch : ids.length === 1 ? settings.SingleMatch : settings.MultipleMatches;
    if (rule?.screenPopType === "PopToEntity")
      return ids.length === 1
        ? { type: "SOBJECT", params: { recordId: ids[0] } }
        : {
            type: "NEW_RECORD_MODAL",
            params: { entityName: rule.screenPopData }
          };
    if (rule?.screenPopType === "PopToSearch") return { type: "SEARCH", params: { searchString } };
    if (rule?.screenPopType === "PopToFlow")
      return { type: "FLOW", params: { flowDevName: rule.screenPopData, flowArgs: params?.flowArgs ?? params ?? [] } };
    if (rule?.screenPopType === "PopToVisualforce")
      return { type: "URL", params: { url: `/apex/${rule.screenPopData}?${queryParams ?? ""}` } };
    return null;
  }

  async function saveLog(args) {
    const { entityApiName, Id, ...fields } = object(args, "value");
    if ((entityApiName === undefined) === (Id === undefined))
      throw rejected("value must hold either entityApiName (to create) or Id (to update)");
    if (Id !== undefined) {
      await api.update(recordId({ Id }, "Id"), fields);
      return Id;
    }
    return (await api.create(text({ entityApiName }, "entityApiName"), fields)).id;
  }

  async function runApex(args) {
    return api.apex({
      apexClass: text(args, "apexClass"),
      methodName: text(args, "methodName"),
      methodParams: args.methodParams ?? ""
    });
  }

  return {
    screenPop: async (args) => {
      await screenPop(args);
    },
    searchAndScreenPop,
    saveLog,
    runApex,
    refreshView: async () => {
      await workspace.refresh();
    },
    getAppViewInfo: () => workspace.appView
  };
}

/** A page of the org's own cannot run here: the window shows which one would open, and what it would be told. */
function pageWindow(url) {
  const { pathname, searchParams } = new URL(url, window.location.origin);
  const given = [...searchParams].map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  showModal(
    `Visualforce page: ${pathname.slice("/apex/".length)}`,
    el("div", {}, el("p", {}, "In Salesforce this page would open here, with:"), el("dl", { class: "lx-dl" }, ...given))
  );
}

/** A flow cannot run here: the window shows which one would start, and with what. */
function flowWindow(params) {
  const name = text(params, "flowDevName");
  const given = params.flowArgs ?? [];
  if (!Array.isArray(given)) throw new CtiError("INVALID_PARAM", "flowArgs must be a list");
  showModal(
    `Flow: ${name}`,
    el(
      "div",
      {},
      el("p", {}, "In Salesforce this screen flow would start here, with:"),
      el(
        "dl",
        { class: "lx-dl" },
        ...given.map((argument) =>
          el("div", {}, el("dt", {}, `${argument.name} (${argument.type})`), el("dd", {}, String(argument.value)))
        )
      )
    )
  );
}
