/** The Work Queue: the card beside a record, and the page of its own. Call starts the step (hvs.onWorkStart). */

import { api } from "./api.js";
import { recordLink } from "./cells.js";
import { card, el, emptyState, errorBox, iconButton } from "./dom.js";
import { dateTime, due } from "./format.js";
import { tellBoth } from "./workOrder.js";

/** Events: `start` (detail: step) when a step's call button was pressed. */
export class WorkQueue extends EventTarget {
  #dialing;
  #body = el("div");
  #count = el("span", {
    class: "slds-text-color_weak slds-text-body_small"
  });

  constructor(dialing) {
    super();
    this.#dialing = dialing;
    this.node = card(
      "Work Queue",
      {
        icon: "work_queue",
        tools: [this.#count, iconButton("refresh", "Refresh the Work Queue", () => this.load())]
      },
      this.#body
    );
  }

  /** The step as the org has it now; undefined when it is not in this user's queue. */
  async find(id) {
    const { steps } = await api.workQueue();
    return steps.find((step) => step.id.startsWith(id));
  }

  /** Reads the queue again; a failure is shown in the card. */
  async load() {
    try {
      const { steps } = await api.workQueue();
      const open = steps.filter((step) => step.state === "due");
      this.#count.textContent = `${open.length} due`;
      this.#body.replaceChildren(
        open.length ? this.#table(open, false) : emptyState("All done. No calls are waiting for you.")
      );
    } catch (error) {
      this.#body.replaceChildren(errorBox(error, () => this.load()));
    }
  }

  /** The page of the Work Queue: what is due, and what is done. */
  async page() {
    const { steps } = await api.workQueue();
    const parts = [
      ["To call", steps.filter((step) => step.state === "due"), false],
      ["Done", steps.filter((step) => step.state === "done"), true]
    ];
    return {
      node: el(
        "div",
        { class: "lx-single lx-single_many" },
        ...parts.map(([title, rows, done]) =>
          card(
            `${title} (${rows.length})`,
            { icon: "work_queue", label: title },
            rows.length ? this.#table(rows, done) : emptyState(done ? "No call is done yet" : "All done")
          )
        )
      ),
      tab: null,
      view: {},
      title: "Work Queue | Service Console"
    };
  }

  #table(steps, done) {
    const heads = done ? ["Person", "Step", "Result"] : ["Person", "Step", "Call"];
    return el(
      "table",
      { class: "slds-table slds-table_cell-buffer slds-table_bordered lx-work" },
      el(
        "thead",
        { class: "slds-assistive-text" },
        el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, name)))
      ),
      el(
        "tbody",
        {},
        ...steps.map((step) =>
          el(
            "tr",
            { data: { step: step.id, state: step.state } },
            el("td", {}, ...person(step)),
            el("td", {}, ...stepWords(step)),
            el("td", { class: done ? "" : "slds-text-align_right" }, done ? result(step) : this.#call(step))
          )
        )
      )
    );
  }

  #call(step) {
    if (!step.number) return el("span", { class: "slds-text-color_weak" }, "no number");
    const view = {
      recordId: step.personId,
      recordName: step.person,
      objectType: step.personType
    };
    return this.#dialing.stepButton(step.number, step.person, view, (dial) => {
      tellBoth(() => this.dispatchEvent(new CustomEvent("start", { detail: step })), dial);
    });
  }
}

function small(text, colour = "weak") {
  return el("div", { class: `slds-truncate slds-text-body_small slds-text-color_${colour}` }, text);
}

function person(step) {
  return [
    el("div", { class: "slds-truncate" }, recordLink({ id: step.personId, type: step.personType, name: step.person })),
    small(step.company)
  ];
}

function stepWords(step) {
  const { text, overdue } =
    step.state === "done"
      ? {
          text: `done ${step.completed ? dateTime(step.completed) : ""}`,
          overdue: false
        }
      : due(step.due);
  return [
    el("div", { class: "slds-truncate", title: step.cadence }, step.title),
    small(text, overdue ? "error" : "weak")
  ];
}

function result(step) {
  return el(
    "div",
    {},
    el("div", { class: "slds-truncate" }, step.disposition ?? "–"),
    step.taskId ? recordLink({ id: step.taskId, type: "Task", name: "Task" }) : ""
  );
}
