// Check every *-meta.xml of the package directories against the Metadata API's types, offline: well-formed, right
// namespace, only known elements, all required ones, enumerations, booleans, numbers. (@salesforce/types is generated
// from Salesforce's own WSDL.) Component bundles must have their js-meta.xml, since a conversion does not ask for it.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { filesBelow } from "./panel/sources.mjs";

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, ".."));
const NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
// Inherited by every type; the file's name or neighbour gives them.
const IMPLIED = ["fullName", "content"];
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, ignoreDeclaration: true });

/** The types as `{types: {Name: {base, fields: {element: {optional, list, type}}}}, enums: {Name: Set}}`. */
function readTypes() {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve("@salesforce/types/metadata"));
  const text = fs.readFileSync(path.join(folder, "metadata.d.ts"), "utf8");
  const types = {};
  const enums = {};
  for (const [, name, base, body] of text.matchAll(/^export type (\w+) = (?:(\w+) & )?\{\n([\s\S]*?)^\};/gm)) {
    const fields = [...body.matchAll(/^\s+(\w+)(\??): (.+);$/gm)].map(([, field, mark, type]) => [
      field,
      { optional: mark === "?", list: type.endsWith("[]"), type: type.replace("[]", "") }
    ]);
    types[name] = { base, fields: Object.fromEntries(fields) };
  }
  for (const [, name, base] of text.matchAll(/^export type (\w+) = (\w+);/gm)) {
    types[name] = { base, fields: {} };
  }
  for (const [, name, values] of text.matchAll(/^export type (\w+) = ((?:'[^']*'(?: \| )?)+);/gm)) {
    enums[name] = new Set([...values.matchAll(/'([^']*)'/g)].map((value) => value[1]));
  }
  if (Object.keys(types).length < 500) {
    throw new Error("@salesforce/types has another form than this check reads: mend readTypes");
  }
  return { types, enums };
}

const { types, enums } = readTypes();
const fieldsOf = (type) => (types[type] ? { ...fieldsOf(types[type].base), ...types[type].fields } : {});

function* faults(value, type, place) {
  if (enums[type]) {
    if (!enums[type].has(String(value))) {
      yield `${place}: '${value}' is not one of ${type}`;
    }
  } else if (type === "boolean") {
    if (!/^(true|false)$/.test(value)) {
      yield `${place}: '${value}' is not true or false`;
    }
  } else if (type === "number") {
    if (value === "" || Number.isNaN(Number(value))) {
      yield `${place}: '${value}' is not a number`;
    }
  } else if (types[type]) {
    yield* faultsOfType(typeof value === "object" ? value : {}, type, place);
  }
}

function* faultsOfType(elements, type, place) {
  const fields = fieldsOf(type);
  for (const [name, content] of Object.entries(elements)) {
    const field = fields[name];
    const contents = [content].flat();
    if (!field) {
      yield `${place}: ${type} has no element <${name}>`;
      continue;
    }
    if (contents.length > 1 && !field.list) {
      yield `${place}: <${name}> may occur once`;
    }
    for (const one of contents) {
      yield* faults(one, field.type, `${place}/${name}`);
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    if (!field.optional && !field.list && !(name in elements) && !IMPLIED.includes(name)) {
      yield `${place}: <${name}> is missing`;
    }
  }
}

function* faultsOfFile(file) {
  const text = fs.readFileSync(file, "utf8");
  const form = XMLValidator.validate(text);
  if (form !== true) {
    yield `line ${form.err.line}: not well-formed: ${form.err.msg}`;
    return;
  }
  if (!text.includes(NAMESPACE)) {
    yield `the root element lacks ${NAMESPACE}`;
  }
  const [[type, content]] = Object.entries(parser.parse(text));
  if (!types[type]) {
    yield `<${type}> is no metadata type`;
    return;
  }
  yield* faults(content, type, type);
}

function* faultsOfBundles(folder) {
  for (const item of fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : []) {
    if (item.isDirectory() && !fs.existsSync(path.join(folder, item.name, `${item.name}.js-meta.xml`))) {
      yield `lwc/${item.name}: ${item.name}.js-meta.xml is missing`;
    }
  }
}

const project = JSON.parse(fs.readFileSync(path.join(root, "sfdx-project.json"), "utf8"));
const files = project.packageDirectories.flatMap((entry) => filesBelow(path.join(root, entry.path), ["-meta.xml"]));
const found = [
  ...files.flatMap((file) => [...faultsOfFile(file)].map((fault) => `${path.relative(root, file)}: ${fault}`)),
  ...faultsOfBundles(path.join(root, "lwc"))
];
found.forEach((fault) => console.log(fault));
console.log(`${files.length} metadata files, ${found.length} faults`);
process.exit(found.length ? 1 : 0);
