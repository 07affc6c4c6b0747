// sfdx-lwc-jest looks for bundles below its package directories, not for a top-level lwc/: modules are mapped here.
const { jestConfig } = require("@salesforce/sfdx-lwc-jest/config");

module.exports = {
  ...jestConfig,
  roots: ["<rootDir>/lwc"],
  // axe looks at a whole panel for seconds where the other checks have the processors, too: that is slow, not broken.
  testTimeout: 60000,
  moduleNameMapper: {
    ...(jestConfig.moduleNameMapper || {}),
    "^c/(\\w+)$": "<rootDir>/lwc/$1/$1",
    // jsdom cannot read @container, and no test in it looks at styles.
    "\\.css(\\?.*)?$": "<rootDir>/tests/lwc/noStyle.js"
  }
};
