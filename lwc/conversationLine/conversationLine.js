import { LightningElement, api } from "lwc";
import { numbersIn } from "c/spokenNumbers";
import { tell } from "c/tell";
import { duration, fill, labels } from "c/words";

const MARKS = {
  hold: { icon: "utility:pause", goesOn: labels.holdSince, over: labels.onHold },
  mask: { icon: "utility:hide", goesOn: labels.maskSince, over: labels.masked }
};

/** The pieces of a text, each with whether it is what was searched for. */
function pieces(text, search) {
  const found = search ? text.split(new RegExp(`(${search.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "gi")) : [text];
  return found.map((piece, n) => ({ id: n, text: piece, found: n % 2 === 1 })).filter((piece) => piece.text);
}

/** One line of a conversation: what somebody said, or the mark of a pause. Sends `copytext` {text, id}. */
export default class ConversationLine extends LightningElement {
  static renderMode = "light";

  /** {id, kind, side, who, text, final, at, why, began, ended}; `at` is ms since the call was answered. */
  @api line;
  @api search = "";
  /** "0" for the line at which the keyboard is, so that its buttons can be reached. */
  @api tab = "-1";
  /** What was copied last, as {id, text}. */
  @api copied;

  labels = labels;

  get isPause() {
    return this.line.kind === "pause";
  }

  get mark() {
    const { why, at, began, ended } = this.line;
    const { icon, goesOn, over } = MARKS[why] ?? MARKS.hold;
    const text = ended ? `${over} · ${duration(ended - began)}` : fill(goesOn, duration(at));
    return { icon, text };
  }

  get lineClass() {
    return { agent: "cv-line cv-line_mine", party: "cv-line cv-line_party" }[this.line.side] ?? "cv-line";
  }

  get textClass() {
    return this.line.final ? "cv-text" : "cv-text cv-text_open";
  }

  get pieces() {
    const { text, final } = this.line;
    return pieces(final ? text : `${text}…`, this.search);
  }

  get meta() {
    const { at, final } = this.line;
    return ` · ${duration(at)}${final ? "" : ` · ${labels.speaking}`}`;
  }

  get numbers() {
    const found = this.line.final ? numbersIn(this.line.text) : [];
    return found.map((digits) => ({ digits, ...this.button(digits), title: fill(labels.copyNumber, digits) }));
  }

  get whole() {
    return { ...this.button(this.line.text), title: labels.copyLine };
  }

  button(text) {
    const done = this.copied?.id === this.line.id && this.copied.text === text;
    return { text, icon: done ? "utility:check" : "utility:copy" };
  }

  copy(event) {
    tell(this, "copytext", { id: this.line.id, text: event.currentTarget.dataset.text });
  }
}
