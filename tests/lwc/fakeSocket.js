/** A WebSocket without a network: the test is the connector. `FakeSocket.made` has each that was opened, in order. */
class FakeSocket {
  static made = [];

  static get last() {
    return FakeSocket.made.at(-1);
  }

  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    FakeSocket.made.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  /** The network lets it through. */
  open() {
    this.readyState = 1;
    this.onopen({});
  }

  /** The connector says something. */
  say(...messages) {
    messages.forEach((message) => this.onmessage({ data: JSON.stringify(message) }));
  }

  /** The network, or the connector, cuts it. */
  cut() {
    this.readyState = 3;
    this.onclose({ code: 1006 });
  }

  /** What was sent, without pings and without the types named. */
  orders(...without) {
    return this.sent.filter(({ type }) => !["ping", ...without].includes(type));
  }
}

module.exports = { FakeSocket };
