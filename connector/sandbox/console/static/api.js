/** The console's own narrow API; it acts in the org as the signed-in user. */

/** A refusal; `errors` are [{code, message, fields}] in the org's own words. */
export class ApiError extends Error {
  constructor(status, errors) {
    super(errors.map((error) => error.message).join("; "));
    this.name = "ApiError";
    this.status = status;
    this.errors = errors;
  }
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(`/api/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body)
    });
  } catch (error) {
    throw new ApiError(0, [
      {
        code: "SERVER_ERROR",
        message: `The console does not answer: ${error.message}`,
        fields: []
      }
    ]);
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  let errors;
  try {
    ({ errors } = JSON.parse(text));
  } catch {
    errors = [
      {
        code: "SERVER_ERROR",
        message: `The console answered ${response.status}`,
        fields: []
      }
    ];
  }
  throw new ApiError(response.status, errors);
}

const part = encodeURIComponent;

export const api = {
  record: (id) => call("GET", `records/${part(id)}`),
  activity: (id) => call("GET", `records/${part(id)}/activity`),
  list: (type, view) => call("GET", `objects/${part(type)}?view=${part(view)}`),
  form: (type, extra) => call("GET", `objects/${part(type)}/form?extra=${part(extra.join(","))}`),
  create: (type, fields) => call("POST", `objects/${part(type)}`, { fields }),
  update: (id, fields) => call("PATCH", `records/${part(id)}`, { fields }),
  search: (text) => call("GET", `search?q=${part(text)}`),
  matches: (text) => call("GET", `matches?q=${part(text)}`),
  workQueue: () => call("GET", "work-queue"),
  completeStep: (id, done) => call("POST", `work-queue/${part(id)}`, done),
  apex: (body) => call("POST", "apex", body),
  icon: (name) => call("GET", `icons/${part(name)}`),
  callers: () => call("GET", "callers"),
  simulate: (body) => call("POST", "simulate", body),
  deliver: (what) => call("POST", "deliveries", { what }),
  askColleague: (body) => call("POST", "colleagues", body)
};
