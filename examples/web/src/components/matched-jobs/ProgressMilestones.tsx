import type { JobApplication } from "../../hooks/useJobApplication";
import { hasEnded, type Job, type PhaseRecord } from "../../wire";

// What is shown before the first snapshot has come.
const expected: Pick<PhaseRecord, "name" | "label" | "percent">[] = [
  { name: "load_profile", label: "Loading user profile...", percent: 10 },
  { name: "init_tailoring", label: "Initializing CV tailoring engine...", percent: 25 },
  { name: "generate_cv", label: "Generating tailored CV with AI...", percent: 50 },
  { name: "generate_cover_letter", label: "Generating cover letter...", percent: 75 },
  { name: "render_preview", label: "Rendering preview...", percent: 95 },
];

/** The bar with its milestones, and every phase with what has become of it. */
export function ProgressMilestones({ application }: { application: JobApplication }) {
  const { job, percent, previewPhase } = application;
  const phases = job?.phases.length ? job.phases : expected;
  const done = job?.state === "succeeded";
  const shown = Math.floor(percent);
  const tone = job && hasEnded(job) ? job.state : "going";
  return (
    <section className="progress" aria-label="Progress">
      <p className="now">
        <strong className="phase">{previewPhase || "Connecting..."}</strong>
        <span className="percent">{shown} %</span>
      </p>
      <div
        className={`bar ${tone}`}
        role="progressbar"
        aria-label="Application"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={shown}
        aria-valuetext={`${shown} %, ${previewPhase}`}
      >
        <div className="fill" style={{ width: `${percent}%` }} />
        {[...phases.map((phase) => phase.percent), 100].map((mark) => (
          <span key={mark} className={percent >= mark ? "mark reached" : "mark"} style={{ left: `${mark}%` }} />
        ))}
      </div>
      {/* Said aloud once for each phase, not for each percent. */}
      <p className="visually-hidden" role="status" aria-live="polite">
        {previewPhase}
      </p>
      {!done && (
        <ol className="phases">
          {phases.map((phase) => {
            const record = "state" in phase ? (phase as PhaseRecord) : undefined;
            const current = job?.phase === phase.name;
            const state = record?.state === "succeeded" ? "finished" : current ? `current ${tone}` : "to-come";
            return (
              <li key={phase.name} className={state} aria-current={current ? "step" : undefined}>
                <span className="dot" aria-hidden="true" />
                <span>{phase.label}</span>
                <span className="quiet">{record && (current ? tryOf(job!) : took(record))}</span>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

function tryOf(job: Job): string {
  const tries = hasEnded(job) ? job.attempts_used : Math.min(job.attempts_used + 1, job.max_attempts);
  if (job.attempts_used > 0) return `try ${tries} of ${job.max_attempts}`;
  return job.attempt > 1 ? "picked up again" : ""; // after a restart of the server
}

function took(phase: PhaseRecord): string {
  if (phase.state !== "succeeded" || !phase.started_at || !phase.ended_at) return "";
  const seconds = (Date.parse(phase.ended_at) - Date.parse(phase.started_at)) / 1000;
  return `${seconds.toFixed(1)} s`;
}
