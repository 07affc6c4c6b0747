/** What the panel shows, worked out from its state: view, opened, outbound, question and so on. Nothing here changes it. */
import { LightningElement } from "lwc";
import { currentOf, isCall, linesOf, stageOf } from "c/contactShown";
import { duration, labels, timeOfDay } from "c/words";
import { conversationOf } from "./conversation";
import { notesOf } from "./notes";
import { emergencyOf, outboundSkills, previewOf, whyNotCall, whyNotEmergency } from "./outbound";
import { bodyOf, cardsOf, dockOf } from "./shown";

const LISTS = { idle: ["queues", "today"], today: ["today"], supervisor: ["tasks", "skills", "staff"] };
const CONSULT_LISTS = { agents: ["agents"], skills: ["skills"] };
const SIDES = [
  { name: "phone", label: labels.phone },
  { name: "supervisor", label: labels.supervisor }
];

export class PanelView extends LightningElement {
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

  /** The lists that the connector shall tell of. */
  get lists() {
    return (this.is.consult ? CONSULT_LISTS[this.consultTab] : LISTS[this.body]) ?? [];
  }

  /** The list of shortcuts, or an empty list, has nothing else that the keyboard could scroll it by. */
  get bodyTab() {
    const empty = this.is.idle && !this.view.today?.rows.length;
    return this.is.shortcuts || this.is.supervisor || empty ? "0" : null;
  }

  /** The tabs of who is a supervisor; nobody else has any. */
  get sides() {
    return this.view.setup?.supervisor && this.view.agent ? SIDES : null;
  }

  get side() {
    return this.is.supervisor ? "supervisor" : "phone";
  }

  get bodyRole() {
    return this.sides ? "tabpanel" : null;
  }

  get bodyWord() {
    return this.sides?.find(({ name }) => name === this.side).label ?? null;
  }

  /** The same for the card of an emergency call, which has a long address. */
  get cardsTab() {
    return this.current?.emergency ? "0" : null;
  }

  get current() {
    return currentOf(this.view.contacts);
  }

  /** The closed contact whose Task the agent mends, while it can be. */
  get mended() {
    return this.is.repair ? this.view.repairs.find(({ key }) => key === this.mending) : null;
  }

  /** Whose form is shown, when one is. */
  get written() {
    return this.mended ?? (this.is.work ? this.current : null);
  }

  /** Whether a question stands over the form that it is about. */
  get asksFirst() {
    return this.question && this.written;
  }

  get mendedLines() {
    const { name, second } = linesOf(this.mended);
    return { name, second: [second, timeOfDay(this.mended.started, this.locale)].filter(Boolean).join(" · ") };
  }

  get described() {
    return this.view.described[this.written?.key];
  }

  get repairKeys() {
    return this.view.repairs.map(({ key }) => key);
  }

  get others() {
    return this.view.contacts.filter((contact) => contact !== this.current);
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

  get maskReminder() {
    return this.view.setup?.mask_reminder ?? 60_000;
  }

  get reminder() {
    return duration(this.maskReminder);
  }

  get save() {
    const shown = this.mended ?? (this.current?.phase === "WRAP_UP" ? this.current : null);
    const save = shown?.save;
    return save && save.state !== "none" ? save : null;
  }

  get dock() {
    return dockOf(this.view, this.body, this.mended);
  }

  get hasDock() {
    return this.dock !== undefined;
  }

  /** Whether the outbound screen has its own way out and Call button, as the dock belongs to a live call. */
  get dialPadBeside() {
    return this.body === "outbound" && this.dock !== null;
  }

  get digitsContact() {
    return this.is.keypad ? this.current : null;
  }

  get mainClass() {
    const beside = (this.is.dialPad || this.is.consult || this.is.offer || this.is.supervisor) && this.current;
    const split = this.is.work || this.mended || beside ? " pp_split" : "";
    const opened = this.opened || (this.is.work && (this.detailsOpen || !this.folds)) ? " pp_opened" : "";
    return `pp${split}${opened}${this.masked ? " pp_masked" : ""}`;
  }

  get cardsClass() {
    return this.cards.length || this.notes.length || this.masked || this.mended ? "pp-cards" : "pp-cards slds-hide";
  }

  get folds() {
    return this.current.phase !== "WRAP_UP";
  }

  get detailsClass() {
    return !this.folds || this.detailsOpen ? "pp-fill pp-col" : "";
  }

  /** What is said, of the call that is worked on; while its form is open, only the way there. */
  get conversation() {
    return this.is.work ? conversationOf(this.view, this.current) : null;
  }

  get talkShown() {
    return this.talkOpen && !this.detailsOpen;
  }

  get talkClass() {
    return this.talkShown ? "pp-talk pp-col" : "";
  }

  get conference() {
    const { current } = this;
    return this.is.work && current.conference && current.phase === "ACTIVE" ? current : null;
  }

  get work() {
    return this.is.work && !isCall(this.current) ? this.current : null;
  }

  /** What goes along to whom the agent consults, unless the administrator forbids it. */
  get goesAlong() {
    const goes = this.view.setup?.transfer_notes ?? true;
    return goes && this.is.work && this.current.consult && !this.detailsOpen ? this.current : null;
  }

  get asksWho() {
    const { phase, draft, match } = this.current;
    const { consult, emergency, conference, direction } = this.current;
    const asks = isCall(this.current) && !consult && !emergency && !conference && direction !== "internal";
    return asks && phase === "ACTIVE" && !draft.who.value && match.state !== "searching" && !this.detailsOpen;
  }

  get created() {
    return this.creating?.contact === this.current?.key ? this.creating : null;
  }

  get me() {
    return this.view.agent?.name;
  }

  get favourites() {
    return this.view.agent?.favourites ?? [];
  }

  get reasons() {
    return this.view.setup?.reasons ?? [];
  }

  get locale() {
    return this.view.setup?.locale;
  }

  get skills() {
    return outboundSkills(this.view.setup);
  }

  /** Whether whom to consult is chosen from a list: the keypad needs the room of the line that says what a call does. */
  get choosing() {
    return Boolean(this.is.consult) && this.consultTab !== "keypad";
  }

  get consultCode() {
    return this.connected ? (this.current.controls.consult ?? null) : "no_connection";
  }

  get preview() {
    return previewOf(this.view, this.outbound);
  }

  get emergency() {
    return this.body === "outbound" ? emergencyOf(this.preview) : null;
  }

  get outboundCode() {
    if (this.body !== "outbound" && this.body !== "offer") {
      return null;
    }
    return this.emergency ? whyNotEmergency(this.view) : whyNotCall(this.view, this.outbound);
  }

  /** Whom the offer to hold and call is about. */
  get wanted() {
    const { number, record, skill } = this.outbound;
    const several = this.skills.length > 1;
    const skillName = several ? this.skills.find(({ id }) => id === skill)?.name : null;
    return { number, record, shown: this.preview?.shown || number, skillName };
  }

  get offerProblem() {
    const { error, message } = this.outbound;
    return error ? (message ?? labels.codeNotNow) : "";
  }

  get liveName() {
    return this.current ? linesOf(this.current).name : "";
  }

  get canWrite() {
    return Boolean(this.current) && stageOf(this.current) !== "offered";
  }
}
