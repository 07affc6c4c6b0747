// Convert the package directories to the Metadata API's format, as a deployment does, offline, and compare what came out
// with what is there: every bundle and every metadata file must have become a component. What sfdx-project.json puts in
// while it deploys is tried as well.
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { filesBelow } from "./panel/sources.mjs";

const require = createRequire(import.meta.url);
const { ComponentSet, MetadataConverter } = require("@salesforce/source-deploy-retrieve");

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, ".."));
const project = JSON.parse(fs.readFileSync(path.join(root, "sfdx-project.json"), "utf8"));
// path.resolve drops a trailing slash; with one, all of lwc/ would be taken for one bundle.
const folders = project.packageDirectories.map((entry) => path.resolve(root, entry.path));
const components = ComponentSet.fromSource(folders.filter((folder) => fs.existsSync(folder)));
components.projectDirectory = root;
components.sourceApiVersion = project.sourceApiVersion;

// What sfdx-project.json puts in while it deploys: the connector's host, and what an org allows for the contact key.
const HOST = "phone.test";
const KEYS = { unique: [true, true, true], shared: [true, false, false], plain: [false, false, false] };
const replaces = Boolean(project.replacements);
process.env.SF_APPLY_REPLACEMENTS_ON_CONVERT = String(replaces);
process.env.PHONE_PANEL_HOST = HOST;
process.chdir(root);

const faults = [];
let count = 0;
for (const key of replaces ? Object.keys(KEYS) : ["unique"]) {
  process.env.PHONE_PANEL_KEY = key;
  await convert((out, converted) => {
    count = converted.length;
    faults.push(...missingBundles(converted), ...missingFiles());
    if (!fs.existsSync(path.join(out, "package.xml"))) {
      faults.push("the conversion wrote no package.xml");
    }
    if (replaces) {
      faults.push(...notReplaced(out, key));
    }
  });
}
[...new Set(faults)].forEach((fault) => console.log(fault));
console.log(`${count} components converted, ${new Set(faults).size} faults`);
process.exitCode = faults.length ? 1 : 0;

async function convert(look) {
  const out = fs.mkdtempSync(path.join(os.tmpdir(), "phone-panel-convert-"));
  try {
    const options = { type: "directory", outputDirectory: out, genUniqueDir: false };
    const { converted } = await new MetadataConverter().convert(components, "metadata", options);
    look(out, converted);
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
}

function missingBundles(converted) {
  const names = new Set(converted.map((component) => `${component.type.name}:${component.fullName}`));
  return fs
    .readdirSync(path.join(root, "lwc"), { withFileTypes: true })
    .filter((item) => item.isDirectory() && !names.has(`LightningComponentBundle:${item.name}`))
    .map((item) => `lwc/${item.name} was not converted`);
}

/** Metadata files that belong to no component: a wrong folder or a wrong ending. */
function missingFiles() {
  const sources = components.getSourceComponents().toArray();
  const taken = new Set(sources.flatMap((component) => [component, ...component.getChildren()]).map(({ xml }) => xml));
  return folders
    .flatMap((folder) => filesBelow(folder, ["-meta.xml"]))
    .filter((file) => !taken.has(file))
    .map((file) => `${path.relative(root, file)} was not converted`);
}

function* notReplaced(out, key) {
  const texts = filesBelow(out, [""]).filter((file) => fs.statSync(file).isFile());
  for (const file of texts.filter((one) => fs.readFileSync(one, "utf8").includes("phone-panel.example.com"))) {
    yield `${path.relative(out, file)} still has the made-up host`;
  }
  if (!texts.some((file) => fs.readFileSync(file, "utf8").includes(HOST))) {
    yield "the connector's host is nowhere";
  }
  const fields = fs.readFileSync(path.join(out, "objects", "Activity.object"), "utf8").split("<fields>");
  const field = fields.find((one) => one.includes("<fullName>Phone_Contact_Key__c<"));
  const found = ["externalId", "unique", "caseSensitive"].map((name) => field.includes(`<${name}>true</${name}>`));
  if (String(found) !== String(KEYS[key])) {
    yield `the contact key, ${key}: externalId, unique, caseSensitive are ${found}`;
  }
}
