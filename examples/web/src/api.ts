// The calls of the backend.
import type { Job, Posting, Preview } from "./wire";

/** The backend's refusal, or its silence (code "unreachable"). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
  /** Whether the same call may go through later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const requestTimeoutMs = 15_000;

async function call<Result>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Result> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
  } catch {
    throw new ApiError("unreachable", "The server can't be reached.", 0);
  }
  const answer = await response.json().catch(() => undefined);
  if (!response.ok) {
    const wait = Number(response.headers.get("retry-after"));
    throw new ApiError(
      answer?.code ?? "unreachable",
      answer?.message ?? `The server answered ${response.status}.`,
      response.status,
      wait > 0 ? wait * 1000 : undefined,
    );
  }
  return answer as Result;
}

const job = (id: string) => `/api/jobs/${encodeURIComponent(id)}`;

export const api = {
  session: () => call<{ user: string | null; users: string[] }>("GET", "/api/session"),
  signIn: (user: string) => call<{ user: string }>("POST", "/api/session", { user }),
  matches: () => call<Posting[]>("GET", "/api/matches"),
  submit: (posting: string, key: string) => call<Job>("POST", "/api/jobs", { posting }, { "idempotency-key": key }),
  history: () => call<Job[]>("GET", "/api/jobs"),
  status: (id: string) => call<Job>("GET", job(id)),
  cancel: (id: string) => call<Job>("POST", `${job(id)}/cancel`),
  resume: (id: string) => call<Job>("POST", `${job(id)}/resume`),
  changes: (id: string) => call<Preview>("GET", `${job(id)}/changes`),
  decide: (id: string, accepted: string[]) => call<Preview>("POST", `${job(id)}/changes`, { accepted }),
  eventsUrl: (id: string) => `${job(id)}/events`,
  /** `version` makes the frame load anew after a decision. */
  previewUrl: (id: string, version: number) => `${job(id)}/preview?v=${version}`,
};

export type Api = typeof api;
