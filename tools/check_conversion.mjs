// Convert force-app/ and lwc/ to the Metadata API's format, as a deployment does, offline, and compare what came out
// with what is there: every bundle and every metadata file must have become a component.
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const require = createRequire(import.meta.url);
const { ComponentSet, MetadataConverter } = require("@salesforce/source-deploy-retrieve");

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, ".."));
const project = JSON.parse(fs.readFileSync(path.join(root, "sfdx-project.json"), "utf8"));
// path.resolve drops a trailing slash; with one, all of lwc/ would be taken for one bundle.
const folders = project.packageDirectories.map((entry) => path.resolve(root, entry.path));
const components = ComponentSet.fromSource(folders.filter((folder) => fs.existsSync(folder)));
components.projectDirectory = root;
components.sourceApiVersion = project.sourceApiVersion;

const out = fs.mkdtempSync(path.join(os.tmpdir(), "phone-panel-convert-"));
try {
  const { converted } = await new MetadataConverter().convert(components, "metadata", {
    type: "directory",
    outputDirectory: out,
    genUniqueDir: false
  });
  const missing = missingBundles(new Set(converted.map((component) => `${component.type.name}:${component.fullName}`)));
  missing.forEach((name) => console.log(`lwc/${name} was not converted`));
  if (!fs.existsSync(path.join(out, "package.xml"))) {
    throw new Error("the conversion wrote no package.xml");
  }
  console.log(`${converted.length} components converted, ${missing.length} missing`);
  process.exitCode = missing.length ? 1 : 0;
} finally {
  fs.rmSync(out, { recursive: true, force: true });
}

function missingBundles(names) {
  return fs
    .readdirSync(path.join(root, "lwc"), { withFileTypes: true })
    .filter((item) => item.isDirectory() && !names.has(`LightningComponentBundle:${item.name}`))
    .map((item) => item.name);
}
