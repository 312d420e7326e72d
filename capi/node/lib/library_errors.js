// From what the library answers to exceptions.
import * as errors from "./errors.js";

const byStatus = new Map(Object.values(errors).map((kind) => [kind.status, kind]));

/** The error of a status and the JSON that came with it. */
export function fromLibrary(status, json) {
  const info = json ? JSON.parse(json) : {};
  const Kind = byStatus.get(status) ?? errors.BespokeError;
  const error = new Kind(info.message || "the library gave no message", info);
  error.causes = info.causes ?? [error.message];
  return error;
}
