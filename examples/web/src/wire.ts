// What the backend sends: the library's JSON as it is.

export type JobState = "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled";

export interface JobError {
  code: string;
  message: string;
  phase: string;
  attempt: number;
  retryable: boolean;
  detail: string;
}

export interface PhaseRecord {
  name: string;
  label: string;
  percent: number;
  state: string;
  started_at: string | null;
  ended_at: string | null;
  attempts: number;
  error: JobError | null;
}

export interface Job {
  id: string;
  state: JobState;
  phase: string;
  label: string;
  percent: number;
  revision: number;
  attempt: number;
  attempts_used: number;
  max_attempts: number;
  waiting: { reason: string; until: string | null; signal: string | null } | null;
  error: JobError | null;
  phases: PhaseRecord[];
  model: string;
  tags: string[];
  created_at: string;
  updated_at: string;
  ended_at: string | null;
  expires_at: string | null;
}

export type Change =
  | { kind: "snapshot"; job: Job }
  | { kind: "text"; id: string; phase: string; attempt: number; offset: number; text: string }
  | { kind: "reset"; id: string; phase: string; attempt: number };

export interface Posting {
  id: string;
  title: string;
  company: string;
  location: string;
  description: string;
}

/** One change that tailoring made to the CV. */
export interface CvChange {
  id: string;
  op: string;
  target: string;
  before: string;
  after: string;
  reason: string;
  keywords: string[];
  accepted: boolean;
}

/** What there is to decide about a finished preview. */
export interface Preview {
  changes: CvChange[];
  coverage: { before: { covered: number; total: number }; after: { covered: number; total: number } };
  cover_letter: string;
}

export const hasEnded = (job: Job) => job.state === "succeeded" || job.state === "failed" || job.state === "cancelled";
