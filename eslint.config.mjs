import lwc from "@salesforce/eslint-config-lwc/recommended.js";
import slds from "@salesforce-ux/eslint-plugin-slds";
import jest from "eslint-plugin-jest";

const components = ["lwc/**/*.js"];
const browserPages = ["connector/sandbox/console/static/**/*.js", "tools/panel/main.js"];
const console_ = { console: "readonly" };
const page = Object.fromEntries(
  (
    "AbortController AbortSignal CSS CustomEvent DOMParser Element Event EventTarget FormData HTMLElement Intl " +
    "MessageChannel MessageEvent MutationObserver Node ResizeObserver URL URLSearchParams WebSocket atob btoa " +
    "cancelAnimationFrame clearInterval clearTimeout crypto customElements document fetch globalThis history " +
    "localStorage location navigator performance queueMicrotask requestAnimationFrame sessionStorage setInterval " +
    "setTimeout structuredClone window"
  )
    .split(" ")
    .map((name) => [name, "readonly"])
);

export default [
  {
    ignores: [
      "node_modules/**",
      ".venv/**",
      "dist/**",
      "coverage/**",
      "connector/panel/static/**",
      "connector/sandbox/console/static/vendor/**",
      "force-app/**/staticresources/**"
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  ...lwc.map((config) => ({ ...config, files: components })),
  {
    files: ["lwc/**/__tests__/**/*.js"],
    plugins: { jest },
    languageOptions: {
      globals: { ...jest.environments.globals.globals, require: "readonly", __dirname: "readonly", process: "readonly" }
    },
    rules: { ...jest.configs["flat/recommended"].rules }
  },
  {
    files: ["tests/lwc/**/*.js"],
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "module",
      globals: {
        ...page,
        ...console_,
        ...jest.environments.globals.globals,
        require: "readonly",
        module: "writable",
        __dirname: "readonly",
        process: "readonly",
        global: "readonly"
      }
    },
    rules: {
      "no-undef": "error",
      "no-unused-vars": "error",
      "prefer-const": "error",
      "no-await-in-loop": "error",
      eqeqeq: "error"
    }
  },
  ...slds.configs["flat/recommended-html"].map((config) => ({ ...config, files: ["lwc/**/*.html"] })),
  ...slds.configs["flat/recommended-css"].map((config) => ({ ...config, files: ["lwc/**/*.css"] })),
  {
    files: ["lwc/**/*.css"],
    rules: {
      // The panel's grid is measured in pixels by the mock-ups, for which SLDS has no hooks.
      "@salesforce-ux/slds/no-hardcoded-values-slds1": "off",
      "@salesforce-ux/slds/no-hardcoded-values-slds2": "off",
      // The dock's buttons are SLDS buttons of another size, within the panel's own classes.
      "@salesforce-ux/slds/no-slds-class-overrides": "off"
    }
  },
  {
    files: browserPages,
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: { ...page, ...console_ } },
    rules: {
      "no-undef": "error",
      "no-unused-vars": "error",
      "prefer-const": "error",
      eqeqeq: "error",
      "no-eval": "error"
    }
  },
  {
    files: ["tools/**/*.mjs", "*.mjs", "*.config.cjs"],
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "module",
      globals: { ...console_, process: "readonly", require: "readonly", module: "writable", Buffer: "readonly" }
    },
    rules: { "no-undef": "error", "no-unused-vars": "error", "prefer-const": "error", eqeqeq: "error" }
  }
];
