/** What axe-core finds in what a component draws. What hangs on size and colour is looked at in a browser (tests/e2e). */
const axe = require("axe-core");

const OPTIONS = {
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  // Without layout nothing has a colour or a size; and a part of a page need not have what a page must.
  rules: Object.fromEntries(
    ["color-contrast", "target-size", "region", "page-has-heading-one", "landmark-one-main"].map((rule) => [
      rule,
      { enabled: false }
    ])
  )
};

/** The faults, each with the element; [] when there are none. Something must have been drawn. */
async function faults(element) {
  // axe-core waits by timers of its own.
  jest.useRealTimers();
  expect(element.isConnected).toBe(true);
  const { violations, passes } = await axe.run(element, OPTIONS);
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  // A component that draws nothing would pass anything.
  return passes.length === 0 && found.length === 0 ? ["nothing was looked at"] : found;
}

module.exports = { faults };
