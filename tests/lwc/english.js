/**
 * The English labels of the label file, in place of Jest's "c.Name": import this before any component.
 */
const fs = require("fs");
const path = require("path");

const file = path.join(__dirname, "../../force-app/main/default/labels/CustomLabels.labels-meta.xml");
const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

for (const [, name, text] of fs
  .readFileSync(file, "utf8")
  .matchAll(/<fullName>([^<]*)<\/fullName>[\s\S]*?<value>([^<]*)<\/value>/g)) {
  jest.doMock(`@salesforce/label/c.${name}`, () => ({ __esModule: true, default: plain(text) }), { virtual: true });
}
