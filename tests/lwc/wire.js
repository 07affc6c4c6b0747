/** The examples of the wire that the Python tests read, too, and what tests of components do again and again. */
const fs = require("fs");
const path = require("path");
const { createElement } = require("lwc");

const folder = path.join(__dirname, "../fixtures/wire");

/** A message to the panel (`live` is state_live) as a new value each time. */
function message(name, direction = "to_panel") {
  return JSON.parse(fs.readFileSync(path.join(folder, direction, `${name}.json`), "utf8"));
}

/** The `state` message of that name. */
const state = (name) => message(`state_${name}`);

/** The one contact of a state. */
const contact = (name) => state(name).contacts[0];

/** The time at which all examples were made. */
const NOW = state("idle").now;

/** Puts a component into the page with these properties. */
function mount(tag, is, props = {}) {
  const element = createElement(tag, { is });
  Object.assign(element, props);
  document.body.append(element);
  return element;
}

/** Gathers the details of the events of these names that reach the page. */
function listen(...names) {
  const heard = [];
  for (const name of names) {
    document.body.addEventListener(name, (event) => heard.push([name, event.detail]));
  }
  return heard;
}

/** Waits until what has changed is drawn, and promises that were fulfilled have been followed. */
async function drawn(times = 8) {
  for (let n = 0; n < times; n += 1) {
    // eslint-disable-next-line no-await-in-loop
    await Promise.resolve();
  }
}

/** The text of an element as a reader sees it. */
const words = (element) => element.textContent.replace(/\s+/g, " ").trim();

/** The page without the components of the test before. */
function clean() {
  document.body.replaceWith(document.createElement("body"));
}

module.exports = { NOW, clean, contact, drawn, listen, message, mount, state, words };
