/** Field values as people read them, in the signed-in user's locale and time zone. */

import { el } from "./dom.js";

let locale = "en-US";
let timeZone = "UTC";
let ahead = 0;

/** Sets the user's locale and time zone, and how far the server's clock is ahead of ours (ms). */
export function setFormat(user, serverNow) {
  locale = user.locale;
  timeZone = user.timeZone;
  ahead = serverNow - Date.now();
}

export function now() {
  return Date.now() + ahead;
}

/** The org's date-times write the zone as +0000, which Date does not read everywhere. */
export function parseMoment(text) {
  return new Date(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
}

export function dateTime(text) {
  return parseMoment(text).toLocaleString(locale, {
    timeZone,
    dateStyle: "medium",
    timeStyle: "short"
  });
}

export function clock(text) {
  return parseMoment(text).toLocaleTimeString(locale, {
    timeZone,
    hour: "numeric",
    minute: "2-digit"
  });
}

function dayKey(moment) {
  return moment.toLocaleDateString("en-CA", { timeZone });
}

/** A date without a time of day: it is the same day in every zone. */
export function date(text) {
  return new Date(`${text}T00:00:00Z`).toLocaleDateString(locale, {
    timeZone: "UTC",
    dateStyle: "medium"
  });
}

/** Today 14:31, Yesterday, or the date. */
export function when(text) {
  const moment = parseMoment(text);
  const day = dayKey(moment);
  if (day === dayKey(new Date(now()))) return `Today ${clock(text)}`;
  if (day === dayKey(new Date(now() - 86_400_000))) return `Yesterday ${clock(text)}`;
  return date(day);
}

function shortDay(moment) {
  return moment.toLocaleDateString(locale, {
    timeZone,
    day: "numeric",
    month: "short"
  });
}

/** due 14:45, or overdue 2 h. */
export function due(text) {
  if (!text) return { text: "no due time", overdue: false };
  const late = now() - parseMoment(text).getTime();
  if (late <= 0) {
    const today = dayKey(parseMoment(text)) === dayKey(new Date(now()));
    return {
      text: `due ${today ? clock(text) : shortDay(parseMoment(text))}`,
      overdue: false
    };
  }
  const minutes = Math.max(1, Math.floor(late / 60_000));
  const words =
    minutes < 60
      ? `${minutes} min`
      : minutes < 1440
        ? `${Math.floor(minutes / 60)} h`
        : `${Math.floor(minutes / 1440)} d`;
  return { text: `overdue ${words}`, overdue: true };
}

/** 5 min 48 s. */
export function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** The text of a plain cell; null when it is empty. */
export function plain({ kind, value }) {
  if (value === null || value === "") return null;
  if (kind === "datetime") return dateTime(value);
  if (kind === "date") return date(value);
  if (kind === "boolean") return value ? "Yes" : "No";
  if (kind === "currency") {
    return Number(value).toLocaleString(locale, {
      style: "currency",
      currency: "USD",
      maximumFractionDigits: 0
    });
  }
  if (kind === "percent") return `${value} %`;
  return String(value);
}

/** A text that keeps its line breaks. */
export function lines(text) {
  return el("span", { class: "lx-text" }, text);
}
