import { useEffect, useState } from "react";
import { explain, explainWait } from "../../explain";
import type { JobApplication } from "../../hooks/useJobApplication";
import { hasEnded } from "../../wire";

interface Note {
  tone: "info" | "warning" | "error";
  title: string;
  text: string;
  detail?: string;
}

/** How things stand beyond the percent: the connection, waits and retries, failures and what to do. */
export function Standing({ application }: { application: JobApplication }) {
  const { job, connection, nextTryAt } = application;
  const nextAt = nextTryAt ?? (job?.state === "waiting" && job.waiting?.until ? Date.parse(job.waiting.until) : null);
  return (
    <div className="standing" role="status" aria-live="polite">
      {[...aboutConnection(application), ...aboutJob(application)].map((note) => (
        <div key={note.title} className={`note ${note.tone}`}>
          <strong>{note.title}</strong>
          <p>{note.text}</p>
          {note.detail && <p className="detail">{note.detail}</p>}
        </div>
      ))}
      {nextAt !== null && <Countdown until={nextAt} />}
      {connection === "polling" && nextTryAt === null && (
        <p className="quiet">Live updates don't come through; asking every second instead.</p>
      )}
    </div>
  );
}

function aboutConnection({ connection, problem, nextTryAt, consecutiveErrors }: JobApplication): Note[] {
  if (connection === "offline") {
    return [{ tone: "warning", title: "You are offline", text: "Your application goes on; this page catches up when you are back." }];
  }
  const { title, advice } = explain(problem?.code ?? "unreachable");
  if (connection === "lost") return [{ tone: "error", title, text: `${advice} Tried ${consecutiveErrors} times.` }];
  if (nextTryAt !== null) {
    const text = problem?.code === "store_unavailable" ? advice : "Your application is kept; this page reconnects by itself.";
    return [{ tone: "warning", title, text }];
  }
  return problem ? [{ tone: "error", title, text: advice, detail: `${problem.code}: ${problem.message}` }] : [];
}

function aboutJob({ job, busy, stale, timedOut }: JobApplication): Note[] {
  if (!job || busy === "resuming") return [];
  if (job.state === "failed") {
    const failure = job.error ?? { code: "internal", message: "", phase: "" };
    const { title, advice } = explain(failure.code, failure.phase);
    const tries = job.attempts_used > 1 ? ` Tried ${job.attempts_used} times.` : "";
    return [{ tone: "error", title, text: advice + tries, detail: `${failure.code}: ${failure.message}` }];
  }
  if (job.state === "cancelled") return [{ tone: "info", title: "Cancelled", text: "What is done is kept; you can go on from there." }];
  if (job.state === "waiting" && job.waiting) {
    const last = job.error ?? job.phases.find((phase) => phase.name === job.phase)?.error;
    const wait = explainWait(job.waiting.reason);
    return [
      {
        tone: "warning",
        title: last ? explain(last.code, last.phase).title : wait,
        text: `${wait}. ${job.attempts_used} of ${job.max_attempts} tries used.`,
        detail: last ? `${last.code}: ${last.message}` : undefined,
      },
    ];
  }
  if (hasEnded(job)) return [];
  const notes: Note[] = [];
  if (job.state === "queued") notes.push({ tone: "info", title: "In line", text: "It begins as soon as a worker is free." });
  if (timedOut) {
    notes.push({ tone: "warning", title: "This takes much longer than usual", text: "You can close this and look later, or cancel." });
  } else if (stale) {
    notes.push({ tone: "warning", title: "No news for a while", text: "If it doesn't move on, the server ends this try and makes another." });
  }
  return notes;
}

/** Not read aloud each second. */
function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((until - now) / 1000);
  return (
    <p className="quiet countdown" aria-live="off">
      {seconds > 0 ? `Next try in ${seconds} s` : "Trying now..."}
    </p>
  );
}
