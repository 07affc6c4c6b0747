import { LightningElement, api } from "lwc";
import { everySecond, now } from "c/clock";
import { currentOf, stageOf } from "c/contactShown";
import { connectHost, pageConfig } from "c/hostBridge";
import { PhoneStore } from "c/phoneStore";
import { duration, fill, labels, language } from "c/words";
import { keepCaret, takeCaret } from "./caret";
import { newsOf } from "./news";
import { NO_CALL, OutboundCall, outboundSkills, previewOf, skillNamed, whyNotCall } from "./outbound";
import { Session } from "./session";
import { buttonFor, shortcutOf } from "./shortcuts";
import { bodyOf, cardsOf, dockOf, liveOf, notesOf } from "./shown";

const REMINDER = 60_000;
const LISTS = { idle: ["queues", "today"], today: ["today"] };

/**
 * The phone panel: the only component with state. Everything shown comes from the store's view; what it keeps itself is
 * which part of the body the agent has opened, and the outbound call in the making.
 */
export default class PhonePanel extends LightningElement {
  static renderMode = "light";

  /** The page's settings; without them they are read from the page. */
  @api config;

  labels = labels;
  language = language;
  reminder = duration(REMINDER);

  view = { ...new PhoneStore().view, gate: null };
  opened = null;
  detailsOpen = false;
  pressed = null;
  question = null;
  outbound = NO_CALL;
  dismissed = new Set();
  assertive = "";
  polite = "";

  connectedCallback() {
    this.off = [
      this.listen("keydown", (event) => this.keys(event)),
      this.listen("pagehide", () => keepCaret(this, this.current)),
      this.listen("focus", () => this.session?.focused()),
      this.listen("pointerdown", () => this.session?.focused()),
      everySecond(() => this.remind())
    ];
    this.begin();
  }

  disconnectedCallback() {
    this.off.forEach((off) => off());
    this.session?.stop();
  }

  listen(name, handler) {
    window.addEventListener(name, handler);
    return () => window.removeEventListener(name, handler);
  }

  async begin() {
    let gate = { code: "no_host" };
    try {
      const config = this.config ?? pageConfig();
      const host = await connectHost(config);
      if (host) {
        gate = null;
        this.session = new Session({ host, config, dial: (wanted) => this.dial(wanted) });
        this.session.store.subscribe((view, before) => this.follow(view, before));
        this.calling = new OutboundCall(this.session, (values) => {
          this.outbound = values;
        });
        this.session.start();
      }
    } catch (error) {
      console.error("The panel could not be connected to Salesforce.", error);
      gate = { code: "host_failed", message: error.message };
    }
    this.view = { ...this.view, gate };
  }

  follow(view, before) {
    const [live, was] = [liveOf(view.contacts)?.key, liveOf(before.contacts)?.key];
    if (live !== was) {
      this.opened = live && this.opened !== "shortcuts" ? null : this.opened === "keypad" ? null : this.opened;
      this.detailsOpen = false;
    }
    if (view.contacts !== before.contacts) {
      this.pressed = null;
    }
    if (view.contacts.every(({ key }) => key !== this.question?.contact)) {
      this.question = null;
    }
    const shown = new Set(this.notes.map(({ id }) => id));
    this.view = { ...view, gate: null };
    const fresh = this.notes.filter(({ id }) => !shown.has(id));
    this.say(newsOf(view, before, fresh));
    if (view.agent && !before.agent) {
      this.goBackToComments(takeCaret());
    }
  }

  /** Says it aloud; the same words once more are another text, or they would not be heard. */
  say({ assertive, polite }) {
    const again = (text, was) => (text === was ? `${text}\u00a0` : text);
    this.assertive = assertive ? again(assertive, this.assertive) : this.assertive;
    this.polite = polite ? again(polite, this.polite) : this.polite;
  }

  goBackToComments(caret) {
    if (caret && caret.contact === this.current?.key) {
      this.writeComments(caret.start, caret.end);
    }
  }

  renderedCallback() {
    this.session?.watch(LISTS[this.body] ?? []);
    const go = this.afterRender;
    this.afterRender = null;
    go?.();
  }

  // What is shown

  get connected() {
    return this.view.link.state === "open";
  }

  get body() {
    return bodyOf(this.view, this.opened);
  }

  /** What fills the body, as `is.offered` and so on. */
  get is() {
    const { body } = this;
    return {
      [body]: true,
      dialPad: body === "keypad" || body === "outbound",
      lists: body === "idle" || body === "today"
    };
  }

  /** The list of shortcuts has nothing else that the keyboard could scroll it by. */
  get bodyTab() {
    return this.is.shortcuts ? "0" : null;
  }

  get current() {
    return currentOf(this.view.contacts);
  }

  get cards() {
    return cardsOf(this.view, this.body);
  }

  get notes() {
    return notesOf(this.view, this.dismissed);
  }

  get masked() {
    return this.view.contacts.find((contact) => contact.mask === "on");
  }

  get save() {
    const save = this.current?.phase === "WRAP_UP" ? this.current.save : null;
    return save && save.state !== "none" ? save : null;
  }

  get dock() {
    return dockOf(this.view, this.body);
  }

  get hasDock() {
    return this.dock !== undefined;
  }

  get dialPadCloses() {
    return this.body === "outbound" && this.dock !== null;
  }

  get digitsContact() {
    return this.is.keypad ? this.current : null;
  }

  get mainClass() {
    const split = this.is.work || (this.is.dialPad && this.current) ? " pp_split" : "";
    const opened = this.opened || (this.is.work && (this.detailsOpen || !this.folds)) ? " pp_opened" : "";
    return `pp${split}${opened}${this.masked ? " pp_masked" : ""}`;
  }

  get cardsClass() {
    return this.cards.length || this.notes.length || this.masked ? "pp-cards" : "pp-cards slds-hide";
  }

  get folds() {
    return this.current.phase !== "WRAP_UP";
  }

  get detailsClass() {
    return !this.folds || this.detailsOpen ? "pp-fill pp-col" : "";
  }

  get asksWho() {
    const { phase, draft, match } = this.current;
    return phase === "ACTIVE" && !draft.who.value && match.state !== "searching" && !this.detailsOpen;
  }

  get reasons() {
    return this.view.setup?.reasons ?? [];
  }

  get locale() {
    return this.view.setup?.language;
  }

  get skills() {
    return outboundSkills(this.view.setup);
  }

  get preview() {
    return previewOf(this.view, this.outbound);
  }

  get outboundCode() {
    return this.body === "outbound" ? whyNotCall(this.view, this.outbound) : null;
  }

  // What the agent does

  order(event) {
    const { name, ...values } = event.detail;
    this.pressed = null;
    this.session.order(name, values);
  }

  refused(event) {
    this.pressed = event.detail.code;
  }

  show(event) {
    const { body } = event.detail;
    if (body === "outbound") {
      this.newCall();
    } else {
      this.opened = this.opened === body ? null : body;
    }
  }

  write(event) {
    const { contact, field, value } = event.detail;
    const what = this.view.contacts.find(({ key }) => key === contact)?.draft.what.value;
    if (field === "who" && value?.type === "Lead" && what) {
      this.question = { ...event.detail, text: fill(labels.leadClears, value.name, what.name) };
      this.afterRender = () => this.querySelector('[data-answer="no"]')?.focus();
    } else {
      this.session.write(event.detail);
    }
  }

  /** A Lead was chosen while Related To is filled: the agent has decided. */
  decide(event) {
    const { contact, value } = this.question;
    this.question = null;
    if (event.currentTarget.dataset.answer === "yes") {
      this.session.write({ contact, field: "what", value: null });
      this.session.write({ contact, field: "who", value });
    }
  }

  flush() {
    this.session.flush();
  }

  fold(event) {
    this.detailsOpen = event.detail.open;
  }

  find(event) {
    this.session.find(event.detail);
  }

  open(event) {
    const { record } = event.detail;
    this.session.ask(fill(labels.openRecord, record.name), (host) => host.popRecord(record.id));
  }

  create(event) {
    const { type, number } = event.detail;
    const title = type === "Lead" ? labels.newLead : labels.newContact;
    this.session.ask(title, (host) => host.newRecord(type, number ? { Phone: number } : {}));
  }

  callBack(event) {
    const { number, record, skill } = event.detail;
    this.dial({ number, record, skill: skillNamed(this.view.setup, skill) });
  }

  newCall(wanted) {
    this.calling.start(wanted);
    this.opened = "outbound";
    this.pressed = null;
    if (!wanted) {
      this.afterRender = () => this.querySelector("c-dial-pad")?.goToNumber();
    }
  }

  /** A click on a number: dials at once when nothing is missing, else the screen says what is. */
  dial({ number, record, skill = null }) {
    this.session.host.show().catch((error) => console.error("Opening the panel did not work.", error));
    this.newCall({ number, record, skill });
    if ((skill || this.skills.length === 1) && !this.outboundCode) {
      this.call();
    } else {
      this.pressed = this.outboundCode;
    }
  }

  editOutbound(event) {
    this.pressed = null;
    this.calling.edit(event.detail);
  }

  async call() {
    this.pressed = this.outboundCode;
    if (!this.pressed && (await this.calling.call()) && this.opened === "outbound") {
      this.opened = null;
    }
  }

  cancel() {
    this.opened = null;
    this.pressed = null;
  }

  act(event) {
    const { id, name } = event.detail;
    if (name === "now") {
      this.session.client.tryNow();
    } else if (name === "reload") {
      window.location.reload();
    } else {
      this.session.order(name, { contact: this.notes.find((note) => note.id === id).contact });
    }
  }

  dismiss(event) {
    const { id } = event.detail;
    if (id === "notice") {
      this.session.store.notice(null);
    } else {
      this.dismissed = new Set([...this.dismissed, id]);
    }
  }

  writeComments(start, end) {
    this.opened = null;
    this.detailsOpen = true;
    this.afterRender = () => this.querySelector("c-contact-details")?.goToComments(start, end);
  }

  /** A mask reminds of itself each minute. */
  remind() {
    const since = this.masked && Math.floor((now() - this.masked.masked_since) / 1000);
    if (since && since % (REMINDER / 1000) === 0) {
      this.say({ polite: fill(labels.sayStillMasked, duration(since * 1000)) });
    }
  }

  keys(event) {
    const button = buttonFor(event, this, this.is.keypad);
    const key = shortcutOf(event);
    if (button) {
      button.click();
    } else if (event.key === "Escape" && (this.opened || this.question)) {
      this.question = null;
      this.cancel();
    } else if (key === "KeyN" && this.view.agent) {
      this.newCall();
    } else if (key === "KeyC" && this.current && stageOf(this.current) !== "offered") {
      this.writeComments();
    } else {
      return;
    }
    event.preventDefault();
  }
}
