/** Tells whoever listens above this component: presentational components have no other way out. */
export function tell(component, name, detail) {
  component.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
}
