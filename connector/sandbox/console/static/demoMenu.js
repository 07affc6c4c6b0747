/** Tools of the sandbox, not of Salesforce: let a simulated customer call; the state of the panel. */

import { api } from "./api.js";
import { button, el, errorBox } from "./dom.js";
import { menuButton } from "./menu.js";
import { showModal } from "./modal.js";
import { toast } from "./toast.js";
import { ORDERS, chooseOrder, chosenOrder } from "./workOrder.js";

const NOBODY = { name: "Unknown caller", company: "", number: "+16285550172" };

/** `state()` gives the words on the panel; without a simulation the call is not offered. */
export function startDemo(boot, { state, reload }) {
  menuButton(document.getElementById("menu-demo"), "Demo", () => {
    const items = [{ heading: "Demo (sandbox only)" }, { text: state() }];
    if (boot.simulation) items.push({ label: "Let a customer call …", icon: "incoming_call", on: callWindow });
    if (boot.deliveries) items.push(...deliveryItems());
    if (boot.colleagues) items.push({ heading: "Colleagues" }, ...colleagueItems(boot.user.key));
    items.push(
      { heading: "The panel" },
      ...Object.entries(ORDERS).map(([order, words]) => ({
        label: `Work Queue tells ${words}`,
        checked: order === chosenOrder(),
        on: () => chooseOrder(order)
      })),
      { label: "Reload the panel", icon: "refresh", on: reload }
    );
    return items;
  });
}

/** What another system can deliver. */
function deliveryItems() {
  const deliver = (what) => async () => {
    try {
      const { title, skill } = await api.deliver(what);
      toast(`“${title}” waits in ${skill}.`);
    } catch (error) {
      toast(error.message, "error");
    }
  };
  return [
    { label: "A customer asks to be called back", icon: "outbound_call", on: deliver("callback") },
    { label: "A work item arrives", icon: "task", on: deliver("work_item") },
    { label: "An e-mail arrives", icon: "email", on: deliver("email") }
  ];
}

/** What the colleague who is played here can be asked to do. */
function colleagueItems(user) {
  const [key, name] = user === "jonas" ? ["priya", "Priya"] : ["jonas", "Jonas"];
  const ask = (act, words) => async () => {
    try {
      await api.askColleague({ who: key, act });
      toast(words);
    } catch (error) {
      toast(error.message, "error");
    }
  };
  return [
    { label: `${name} calls you`, icon: "incoming_call", on: ask("call", `${name} calls your phone.`) },
    {
      label: `${name} passes a customer on to you`,
      icon: "forward",
      on: ask("pass", `${name} takes a call, and then asks you.`)
    },
    {
      label: `${name} makes an emergency call`,
      icon: "warning",
      on: ask("emergency", `${name} makes an emergency call: supervisors are told.`)
    }
  ];
}

async function callWindow() {
  try {
    const { callers, skills } = await api.callers();
    show([NOBODY, ...callers], skills);
  } catch (error) {
    toast(error.message, "error");
  }
}

function show(callers, skills) {
  const problems = el("div");
  const from = el("input", {
    class: "slds-input",
    id: "call-from",
    type: "tel",
    required: true
  });
  const person = select(
    "call-person",
    callers.map(({ name, company, number }) => [number, [name, company].filter(Boolean).join(", ")])
  );
  person.addEventListener("change", () => {
    from.value = person.value;
  });
  from.value = person.value;
  const skill = select(
    "call-skill",
    skills.map(({ key, label }) => [key, label])
  );
  const talk = el("input", {
    class: "slds-input",
    id: "call-talk",
    type: "number",
    min: 1,
    max: 3600,
    value: 60
  });
  const start = button("Call", send, "slds-button_brand");
  const close = showModal(
    "Let a customer call",
    el(
      "div",
      {},
      problems,
      el(
        "div",
        { class: "lx-form" },
        row("Who", person),
        row("Number", from),
        row("Skill that is called", skill),
        row("Hangs up after (seconds of talk)", talk)
      )
    ),
    [start]
  );

  async function send() {
    start.disabled = true;
    try {
      await api.simulate({
        from: from.value.replace(/[\s().-]/g, ""),
        skill: skill.value,
        talk: Number(talk.value)
      });
      close();
      toast(`${from.value} calls ${skill.selectedOptions[0].textContent}.`);
    } catch (error) {
      problems.replaceChildren(errorBox(error));
    } finally {
      start.disabled = false;
    }
  }
}

function select(id, options) {
  return el("select", { class: "slds-select", id }, ...options.map(([value, label]) => el("option", { value }, label)));
}

function row(label, input) {
  return el(
    "div",
    { class: "slds-form-element" },
    el("label", { class: "slds-form-element__label", for: input.id }, label),
    el("div", { class: "slds-form-element__control" }, input)
  );
}
