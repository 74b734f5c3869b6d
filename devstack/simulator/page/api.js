// The simulator's /sim API.

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function ask(path, options) {
  const answer = await fetch(`sim/${path}`, options);
  const body = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, body.detail ?? answer.statusText);
  return body;
}

export const get = (path) => ask(path, { cache: "no-store" });

export const remove = (path) => ask(path, { method: "DELETE" });

export function post(path, body) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

// Hands over a file; returns what /sim/inbound calls it.
export function upload(file) {
  const headers = { "Content-Type": file.type || "application/octet-stream" };
  return ask(`files?name=${encodeURIComponent(file.name.slice(-255))}`, { method: "POST", headers, body: file });
}
