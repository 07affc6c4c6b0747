/**
 * The softphone in the utility bar: the panel's frame, its size, label, icon and visibility.
 * Minimised, the frame lives on: a call goes on when nobody looks.
 */

import { el, utilityIcon } from "./dom.js";

const SEEN = "console.phone.minimised";

export const HEIGHT_RANGE = [240, 2560];
export const WIDTH_RANGE = [200, 1920];

export class Softphone {
  #box = document.getElementById("phone");
  #item = document.getElementById("phone-item");

  /** `panel` is that of the boot data: url, nonce, height, width. */
  constructor(panel) {
    this.origin = new URL(panel.url).origin;
    this.frame = el("iframe", {
      title: "Phone",
      allow: "microphone; autoplay",
      src: frameAddress(panel.url, panel.nonce)
    });
    this.height = panel.height;
    this.width = panel.width;
    this.setPanelIcon("call");
    this.setItemIcon("call");
    this.#item.addEventListener("click", () => {
      this.visible = !this.visible;
    });
    document.getElementById("phone-minimize").addEventListener("click", () => {
      this.visible = false;
      this.#item.focus();
    });
    this.visible = window.sessionStorage.getItem(SEEN) === null;
    this.#box.append(this.frame);
  }

  get visible() {
    return this.#item.getAttribute("aria-expanded") === "true";
  }

  set visible(visible) {
    this.#item.setAttribute("aria-expanded", String(visible));
    this.#box.classList.toggle("lx-phone_minimised", !visible);
    this.#box.inert = !visible;
    document.body.classList.toggle("lx-phone-open", visible);
    if (visible) window.sessionStorage.removeItem(SEEN);
    else window.sessionStorage.setItem(SEEN, "yes");
  }

  /** Pixels of the panel's own page; the header comes on top, and the window is the limit. */
  set height(pixels) {
    this.#box.style.setProperty("--lx-phone-height", `${pixels}px`);
  }

  set width(pixels) {
    this.#box.style.setProperty("--lx-phone-width", `${pixels}px`);
  }

  setPanelLabel(label) {
    document.getElementById("phone-label").textContent = label;
  }

  setItemLabel(label) {
    document.getElementById("phone-item-label").textContent = label;
  }

  setPanelIcon(name) {
    document.getElementById("phone-icon").replaceChildren(utilityIcon(name, ""));
  }

  setItemIcon(name) {
    document.getElementById("phone-item-icon").replaceChildren(utilityIcon(name, ""));
  }

  /** Loads the panel's page again, as a fresh frame with the same parameters. */
  reload() {
    const { src } = this.frame;
    this.frame.src = src;
  }

  /** Shows the standby page in the place of a panel that did not report itself ready. */
  showStandby(url) {
    this.origin = new URL(url).origin;
    this.frame.src = frameAddress(url, "standby");
    document.getElementById("phone-standby").hidden = false;
  }
}

/** The panel's address with the parameters that Lightning appends. Source: reference notes on Open CTI, section 1. */
function frameAddress(address, nonce) {
  const url = new URL(address);
  const given = {
    mode: "Lightning",
    sfdcIframeOrigin: window.location.origin,
    ltn_app_id: "06m000000000001AAA",
    isdtp: "vw",
    clc: "1",
    nonce
  };
  for (const [name, value] of Object.entries(given)) url.searchParams.set(name, value);
  return url.href;
}
