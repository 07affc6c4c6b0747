/** The errors of Open CTI, and the checks of arguments. Codes: Open CTI guide, "Error Messages". */

export class CtiError extends Error {
  constructor(code, description, details) {
    super(description);
    this.code = code;
    this.details = details;
  }
}

function bad(description) {
  return new CtiError("INVALID_PARAM", description);
}

function shown(value) {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

export function text(args, name, { least = 1 } = {}) {
  const value = args[name];
  if (typeof value !== "string" || value.trim().length < least) {
    const rule = least > 1 ? `a text of at least ${least} characters` : "a text that is not empty";
    throw bad(`${name} must be ${rule}, not ${shown(value)}`);
  }
  return value;
}

export function flag(args, name) {
  if (typeof args[name] !== "boolean") throw bad(`${name} must be true or false, not ${shown(args[name])}`);
  return args[name];
}

export function whole(args, name, [least, most]) {
  const value = args[name];
  if (!Number.isInteger(value) || value < least || value > most)
    throw bad(`${name} must be a whole number from ${least} to ${most}, not ${shown(value)}`);
  return value;
}

export function oneOf(args, name, choices) {
  const value = String(args[name] ?? "").toUpperCase();
  if (!choices.includes(value)) throw bad(`${name} must be one of ${choices.join(", ")}, not ${shown(args[name])}`);
  return value;
}

export function object(args, name, { optional = false } = {}) {
  const value = args[name];
  if (optional && (value === undefined || value === null)) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad(`${name} must be an object, not ${shown(value)}`);
  return value;
}

export function recordId(args, name) {
  const value = args[name];
  if (typeof value !== "string" || !/^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$/.test(value))
    throw bad(`${name} must be a record id of 15 or 18 letters and digits, not ${shown(value)}`);
  return value;
}

export function rejected(description) {
  return bad(description);
}

/** What an exception is called in a reply: refusals of the org keep their text, and their list under `details`. */
export function asCtiError(error) {
  if (error instanceof CtiError) return error;
  if (error.name === "ApiError") {
    const code =
      error.errors[0]?.code === "INVALID_PARAM"
        ? "INVALID_PARAM"
        : error.status === 0 || error.status >= 500
          ? "SERVER_ERROR"
          : "GENERIC_ERROR";
    if (code === "INVALID_PARAM") return new CtiError(code, error.message);
    return new CtiError(
      code,
      error.message,
      error.errors.map(({ code: errorCode, message, fields }) => ({
        errorCode,
        message,
        fieldErrors: (fields ?? []).map((field) => ({ field, message }))
      }))
    );
  }
  return new CtiError("GENERIC_ERROR", error.message);
}
