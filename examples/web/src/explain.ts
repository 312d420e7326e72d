// The backend's words in words for the person who waits: what went wrong and what to do about it, and what is going on.
import type { Job } from "./wire";

export interface Explanation {
  title: string;
  advice: string;
  /** The button that helps: goes on with the job, starts another, or none. */
  action: "retry" | "anew" | "none";
}

export function explain(code: string, phase = ""): Explanation {
  if (phase === "load_profile" && (code === "invalid_argument" || code === "not_found" || code === "payload_too_large")) {
    return { title: "Your profile can't be used as it is", advice: "Correct your profile, then try again.", action: "retry" };
  }
  switch (code) {
    case "rate_limited":
      return { title: "The AI service is busy", advice: "What is done is kept. Try again in a few minutes.", action: "retry" };
    case "llm_unavailable":
      return { title: "The AI service doesn't answer", advice: "What is done is kept. Try again in a few minutes.", action: "retry" };
    case "llm_rejected":
      return { title: "The AI service refused the request", advice: "This needs a look at the server's settings: its key, quota or model.", action: "retry" };
    case "llm_bad_output":
      return { title: "The AI's answer couldn't be used", advice: "Try again: it usually answers differently.", action: "retry" };
    case "budget_exceeded":
      return { title: "This application has used up its budget", advice: "Ask the operator for more.", action: "none" };
    case "stale":
    case "timeout":
      return { title: "It took too long without getting anywhere", advice: "What is done is kept. Try again.", action: "retry" };
    case "interrupted_too_often":
      return { title: "The server was interrupted too often", advice: "What is done is kept. Go on from there.", action: "retry" };
    case "store_unavailable":
      return { title: "The server can't reach its database", advice: "Nothing is lost. It goes on by itself once the database is back.", action: "retry" };
    case "unreachable":
      return { title: "The server can't be reached", advice: "Your application goes on there. Check your connection, then try again.", action: "retry" };
    case "unauthenticated":
      return { title: "You are signed out", advice: "Sign in again; your application is kept.", action: "none" };
    case "not_found":
      return { title: "This application is no longer kept", advice: "Start it anew.", action: "anew" };
    case "conflict":
      return { title: "That doesn't fit the application's state", advice: "Start it anew.", action: "anew" };
    case "cancelled":
      return { title: "You cancelled this application", advice: "What is done is kept; you can go on from there.", action: "retry" };
    default:
      return { title: "Something went wrong", advice: "What is done is kept. Try again.", action: "retry" };
  }
}

/** How a job stands, in two or three words. */
export function nameOfState(job: Job): string {
  switch (job.state) {
    case "succeeded":
      return "Preview ready";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Cancelled";
    default:
      return `In progress, ${Math.floor(job.percent)} %`;
  }
}

/** What can be done to a CV. */
export const operationNames: Record<string, string> = {
  set_summary: "New summary",
  rewrite: "Reworded",
  hide: "Left out",
  reorder: "New order",
};

/** Why a job waits, in words. */
export function explainWait(reason: string): string {
  switch (reason) {
    case "limit":
      return "The AI service asks to slow down";
    case "signal":
      return "Waiting for approval";
    case "scheduled":
      return "Scheduled";
    default:
      return "That didn't work; it is tried again by itself";
  }
}
