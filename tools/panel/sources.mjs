// The component sources that a build reads: where each bundle is, and the text of every file that names a class or icon.
import fs from "node:fs";
import path from "node:path";

/** Every bundle `lwc/<name>/<name>.js` as module c/<name>. */
export function bundles(root) {
  const folder = path.join(root, "lwc");
  return fs
    .readdirSync(folder)
    .sort()
    .map((name) => ({ name: `c/${name}`, path: path.join(folder, name, `${name}.js`) }))
    .filter((bundle) => fs.existsSync(bundle.path));
}

/** The files below `folder` whose name ends in one of `suffixes`, in a stable order; the tests beside them are left out. */
export function filesBelow(folder, suffixes) {
  if (!fs.existsSync(folder)) {
    return [];
  }
  return fs
    .readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => suffixes.some((suffix) => name.endsWith(suffix)) && !name.split(path.sep).includes("__tests__"))
    .sort()
    .map((name) => path.join(folder, name));
}
