import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, contact, drawn, listen, mount, state, words } from "../../../tests/lwc/wire";
import CallControls from "c/callControls";

const show = (name, props) =>
  mount("c-call-controls", CallControls, { contact: contact(name), connected: true, reminder: "1:00", ...props });
const button = (dock, name) => dock.querySelector(`[data-name="${name}"]`);
const tools = (dock) =>
  [...dock.querySelectorAll(".pp-tool")].map((tool) => words(tool.querySelector(".pp-tool__word")));
const off = (dock) => [...dock.querySelectorAll('[aria-disabled="true"]')].map((one) => one.dataset.name);
const bar = (dock) => words(dock.querySelector(".pp-bar"));
const reason = (dock) => words(dock.querySelector("#pp-why"));

describe("callControls", () => {
  let heard;

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    heard = listen("order", "show", "refused", "call", "cancel");
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it.each([
    ["live", ["Hold", "Mute", "Keypad", "Stop rec", "Mask"], [], "EndTransfer / conference", ""],
    ["muted", ["Hold", "Unmute", "Keypad", "Stop rec", "Mask"], [], "EndTransfer / conference", ""],
    [
      "hold",
      ["Resume", "Mute", "Keypad", "Record", "Mask"],
      ["digits", "record", "mask", "end"],
      "EndTransfer / conference",
      "Resume first: a call on hold cannot be ended here."
    ],
    [
      "masked",
      ["Hold", "Mute", "Keypad", "Record", "Unmask"],
      ["record"],
      "EndTransfer / conference",
      "Reminder at 1:00. Masking ends with the call."
    ],
    ["mask_failed", ["Hold", "Mute", "Keypad", "Stop rec", "Mask"], [], "EndTransfer / conference", ""],
    [
      "outbound_ringing",
      ["Hold", "Mute", "Keypad", "Record", "Mask"],
      ["hold", "digits", "record", "mask", "consult"],
      "EndTransfer / conference",
      ""
    ],
    [
      "outbound_to_lift",
      ["Hold", "Mute", "Keypad", "Record", "Mask"],
      ["hold", "mute", "digits", "record", "mask", "consult"],
      "EndTransfer / conference",
      "Pick up your phone."
    ],
    ["offered", [], [], "DeclineAnswer", ""],
    ["offered_to_lift", [], ["answer"], "DeclineAnswer", "Pick up your phone."],
    [
      "consult_ringing",
      ["Resume", "Mute", "Keypad", "Record", "Mask"],
      ["digits", "record", "mask", "merge", "transfer"],
      "AbandonMergeTransfer",
      "Merge and Transfer when Jonas Weber answers."
    ],
    [
      "consult_queued",
      ["Resume", "Mute", "Keypad", "Record", "Mask"],
      ["digits", "record", "mask", "merge"],
      "AbandonMergeTransfer",
      "Transfer puts Mia Chen into the queue of Billing. Merge when somebody answers."
    ],
    [
      "consult_connected",
      ["Hold", "Mute", "Keypad", "Record", "Mask"],
      ["hold", "record", "mask"],
      "AbandonMergeTransfer",
      "Swap goes back to Mia Chen. A consult is not recorded."
    ],
    [
      "consult_swapped",
      ["Hold", "Mute", "Keypad", "Stop rec", "Mask"],
      ["hold"],
      "AbandonMergeTransfer",
      "Swap goes back to Jonas Weber."
    ],
    [
      "conference",
      ["Hold", "Mute", "Keypad", "Stop rec", "Mask"],
      ["hold", "digits", "mask"],
      "LeaveTransfer / conference",
      "Not in a conference: hold, keypad, mask."
    ],
    [
      "consulted",
      ["Hold", "Mute", "Keypad", "Record", "Mask"],
      ["hold", "digits", "record", "mask", "consult"],
      "EndTransfer / conference",
      ""
    ],
    ["work_offered", [], [], "DeclineAccept", ""],
    ["callback_offered", [], [], "DeclineCall", ""],
    ["work_item", [], [], "Give backFinish", ""],
    ["email_parked", [], ["give_back", "finish"], "Give backFinish", "Parked until the call is over."],
    ["wrapup_saved", [], [], "Ends by itself in1:37Done", ""],
    ["wrapup_attention", [], [], "Ends by itself in1:37DoneSave again", ""],
    ["wrapup_disposition", [], ["done"], "No time limitDone", "Choose a disposition first."]
  ])("has for %s what the server says", (name, expected, disabled, words_, why) => {
    const dock = show(name);
    expect(tools(dock)).toEqual(expected);
    expect(off(dock)).toEqual(disabled);
    expect(bar(dock).replace(/ (?=\d)/, "")).toBe(words_);
    expect(reason(dock)).toBe(why);
  });

  it("does not say that wrap-up ends by itself while it cannot", () => {
    const one = { ...contact("wrapup_disposition"), wrap_up_ends: NOW + 60_000 };
    expect(bar(show("wrapup_disposition", { contact: one }))).toBe("Done");
  });

  it("gives the order that is on the button", () => {
    const dock = show("live");
    ["hold", "mute", "stop_record", "mask", "end"].forEach((name) => button(dock, name).click());
    expect(heard).toEqual(
      ["hold", "mute", "stop_record", "mask", "end"].map((name) => ["order", { name, contact: "01JD-live" }])
    );
  });

  it("gives the orders of an offer and of wrap-up", () => {
    const offer = show("offered");
    button(offer, "answer").click();
    button(offer, "decline").click();
    clean();
    heard = listen("order");
    const after = show("wrapup_attention");
    button(after, "done").click();
    button(after, "save_again").click();
    expect(heard.map(([, { name }]) => name)).toEqual(["done", "save_again"]);
  });

  it("says why, and gives no order, when what is not allowed is pressed", async () => {
    const dock = show("outbound_ringing");
    expect(button(dock, "hold").title).toBe("Wait until the call is answered.");
    expect(button(dock, "hold").getAttribute("aria-describedby")).toBe("pp-why");
    button(dock, "hold").click();
    expect(heard).toEqual([["refused", { code: "not_answered" }]]);
    dock.pressed = "not_answered";
    await drawn();
    expect(reason(dock)).toBe("Wait until the call is answered.");
  });

  it("marks what is under way, and leaves its neighbours' looks alone", () => {
    const dock = show("live_pending");
    expect(button(dock, "hold").dataset).toMatchObject({ waiting: "true" });
    expect(button(dock, "digits").getAttribute("aria-disabled")).toBe("true");
    expect(button(dock, "digits").dataset.dashed).toBeUndefined();
    button(dock, "hold").click();
    expect(heard).toEqual([["refused", { code: "pending" }]]);
  });

  it("keeps the place of a control that the server does not have", () => {
    const one = contact("live");
    delete one.controls.mask;
    delete one.controls.unmask;
    const dock = show("live", { contact: one });
    expect(dock.querySelectorAll(".pp-place")).toHaveLength(5);
    expect(tools(dock)).toEqual(["Hold", "Mute", "Keypad", "Stop rec"]);
  });

  it("leaves the place of Transfer / conference empty when the server does not have it", () => {
    const one = contact("live");
    delete one.controls.consult;
    expect(show("live", { contact: one }).querySelector(".pp-bar").children).toHaveLength(1);
  });

  it("gives the orders of a consult; Transfer is the primary one once it makes sense", () => {
    const dock = show("consult_connected");
    ["abandon", "merge", "transfer"].forEach((name) => button(dock, name).click());
    expect(heard.map(([, { name }]) => name)).toEqual(["abandon", "merge", "transfer"]);
    expect(button(dock, "transfer").className).toContain("slds-button_brand");
    clean();
    expect(button(show("consult_ringing"), "transfer").className).not.toContain("slds-button_brand");
  });

  it("lets a ringing consult be transferred where the server allows it, and says so", () => {
    const one = contact("consult_ringing");
    one.controls.transfer = null;
    const dock = show("consult_ringing", { contact: one });
    expect(off(dock)).toEqual(["digits", "record", "mask", "merge"]);
    expect(reason(dock)).toBe("Transfer now, or Merge when Jonas Weber answers.");
  });

  it("says that a consult is not recorded, and that unmasking comes before merging", () => {
    const one = contact("consult_connected");
    expect(button(show("consult_connected"), "record").title).toBe("A consult is not recorded.");
    one.controls = { ...one.controls, merge: "masked", transfer: "masked" };
    clean();
    expect(reason(show("consult_connected", { contact: one }))).toBe("Unmask first.");
  });

  it("opens and closes the list of whom to consult, also when nobody can be any more", async () => {
    const dock = show("live");
    button(dock, "consult").click();
    dock.consultOpen = true;
    dock.choosing = true;
    await drawn();
    expect(button(dock, "consult").getAttribute("aria-expanded")).toBe("true");
    expect(reason(dock)).toBe("Mia Chen goes on hold when you call.");
    const one = contact("live");
    one.controls.consult = "too_many_parties";
    dock.contact = one;
    await drawn();
    button(dock, "consult").click();
    dock.consultOpen = false;
    await drawn();
    button(dock, "consult").click();
    expect(heard).toEqual([
      ["show", { body: "consult" }],
      ["show", { body: null }],
      ["refused", { code: "too_many_parties" }]
    ]);
  });

  it("says whom the controls act on, that others talk on, and what waits", () => {
    const [held, live] = [contact("two_calls"), { ...contact("live"), key: "b" }];
    expect(reason(show("live", { contact: live, others: [held] }))).toBe("Controls act on Mia Chen.");
    clean();
    expect(reason(show("conference", { choosing: true }))).toBe("The others talk on while you call.");
    clean();
    expect(reason(show("live", { others: [contact("email_parked")] }))).toBe(
      "The e-mail comes back when the call is over."
    );
  });

  it("says what became of a consult, and that the customer still waits", () => {
    const one = { ...contact("hold"), problem: { code: "consult_busy", order: "consult", at: NOW } };
    expect(reason(show("hold", { contact: one }))).toBe("The other side is busy. Mia Chen is still on hold.");
  });

  it("saves the Task of a contact that is over again, or goes back", () => {
    heard = listen("order", "cancel");
    const [one] = state("repairs").repairs;
    const dock = show("live", { contact: one });
    button(dock, "save_again").click();
    button(dock, "cancel").click();
    expect(words(button(dock, "cancel"))).toBe("Close");
    expect(heard).toEqual([
      ["order", { name: "save_again", contact: one.key }],
      ["cancel", null]
    ]);
    clean();
    const saving = { ...one, controls: { save_again: "nothing_to_save" } };
    expect(button(show("live", { contact: saving }), "save_again").getAttribute("aria-disabled")).toBe("true");
  });

  it("offers more time for wrap-up where it is allowed", () => {
    expect(button(show("wrapup_saved"), "extend")).toBeNull();
    clean();
    heard = listen("order");
    const one = contact("wrapup_saved");
    one.controls.extend = null;
    button(show("wrapup_saved", { contact: one }), "extend").click();
    expect(heard).toEqual([["order", { name: "extend", contact: one.key }]]);
  });

  it("calls an emergency number at once, in red; a test is not red", () => {
    const dock = mount("c-call-controls", CallControls, {
      contact: null,
      connected: true,
      outboundCode: null,
      emergency: { number: "9911", kind: "local" }
    });
    expect(bar(dock)).toBe("CancelCall 9911 now");
    expect(button(dock, "emergency").className).toContain("slds-button_destructive");
    heard = listen("emergency");
    button(dock, "emergency").click();
    expect(heard).toEqual([["emergency", { number: "9911" }]]);
  });

  it("opens and closes the keypad, which closes also when digits cannot be sent", async () => {
    const dock = show("live");
    expect(button(dock, "digits").getAttribute("aria-expanded")).toBe("false");
    button(dock, "digits").click();
    dock.keypadOpen = true;
    await drawn();
    expect(button(dock, "digits").dataset.on).toBe("open");
    dock.contact = contact("hold");
    await drawn();
    button(dock, "digits").click();
    expect(heard).toEqual([
      ["show", { body: "keypad" }],
      ["show", { body: null }]
    ]);
  });

  it("turns everything off without a connection", () => {
    const dock = show("live", { connected: false });
    expect(off(dock)).toHaveLength(7);
    expect(reason(dock)).toBe("No connection: use your phone to end the call.");
    button(dock, "end").click();
    expect(heard).toEqual([["refused", { code: "no_connection" }]]);
  });

  it("has the bar of the outbound screen", async () => {
    const dock = mount("c-call-controls", CallControls, {
      contact: null,
      connected: true,
      outboundCode: "skill_needed"
    });
    expect(bar(dock)).toBe("CancelCall");
    expect(reason(dock)).toBe("Choose the skill to call with.");
    button(dock, "call").click();
    dock.outboundCode = null;
    await drawn();
    button(dock, "call").click();
    button(dock, "cancel").click();
    expect(heard.map(([name]) => name)).toEqual(["refused", "call", "cancel"]);
  });

  it("does not let a double click press twice", () => {
    const dock = show("offered");
    button(dock, "answer").dispatchEvent(new MouseEvent("click", { detail: 1 }));
    button(dock, "answer").dispatchEvent(new MouseEvent("click", { detail: 2 }));
    expect(heard).toHaveLength(1);
  });

  it("is one stop of the Tab key; arrows go from tool to tool", async () => {
    const dock = show("live");
    const stops = () => [...dock.querySelectorAll(".pp-tool")].map((tool) => tool.getAttribute("tabindex"));
    expect(stops()).toEqual(["0", "-1", "-1", "-1", "-1"]);
    button(dock, "hold").focus();
    button(dock, "hold").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
    await drawn();
    expect(document.activeElement.dataset.name).toBe("mask");
    expect(stops()).toEqual(["-1", "-1", "-1", "-1", "0"]);
    button(dock, "mask").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    expect(document.activeElement.dataset.name).toBe("hold");
  });

  it.each(["offered", "live", "hold", "masked", "conference", "consult_ringing", "wrapup_saved"])(
    "is accessible: %s",
    async (name) => {
      expect(await faults(show(name))).toEqual([]);
    }
  );
});
