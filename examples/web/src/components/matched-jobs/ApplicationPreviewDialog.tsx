// From "Apply with AI" to the preview: always says what is happening, and what can be done.
import { useEffect, useId, useRef } from "react";
import { explain } from "../../explain";
import { useJobApplication, type JobApplication } from "../../hooks/useJobApplication";
import { hasEnded, type Posting } from "../../wire";
import { Preview } from "./Preview";
import { ProgressMilestones } from "./ProgressMilestones";
import { Standing } from "./Standing";

export function ApplicationPreviewDialog(props: { user: string; posting: Posting; jobId?: string; onClose(): void }) {
  const { posting, jobId, onClose } = props;
  const application = useJobApplication(props.user, posting.id);
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const { job } = application;

  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    if (jobId) application.open(jobId);
    else application.apply();
  }, [application, jobId]);

  const done = job?.state === "succeeded";
  return (
    <dialog ref={dialog} className={done ? "dialog wide" : "dialog"} aria-labelledby={title} onClose={onClose}>
      <header className="dialog-head">
        <div>
          <h2 id={title}>{done ? "Your application" : "Apply with AI"}</h2>
          <p className="quiet">
            {posting.title} · {posting.company}
          </p>
        </div>
        <button type="button" className="icon" aria-label="Close" onClick={() => dialog.current?.close()}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </header>
      <div className="dialog-body" tabIndex={-1}>
        <ProgressMilestones application={application} />
        <Standing application={application} />
        {application.streamedText && !(job && hasEnded(job)) && <StreamedText text={application.streamedText} />}
        {done && <Preview id={job.id} title={posting.title} />}
      </div>
      <Actions application={application} onClose={() => dialog.current?.close()} />
    </dialog>
  );
}

/** What the model writes, as it comes; its style keeps the end in view, unless somebody scrolls up. */
function StreamedText({ text }: { text: string }) {
  return (
    <section aria-label="What the AI is writing" className="stream" tabIndex={0}>
      <p dir="auto">{text}</p>
    </section>
  );
}

function Actions({ application, onClose }: { application: JobApplication; onClose(): void }) {
  const { job, problem, busy, connection } = application;
  const failure = job?.state === "failed" || job?.state === "cancelled" ? (job.error ?? { code: "cancelled", phase: "" }) : null;
  const stuck = connection === "lost" || (problem && !busy && connection === "idle") ? problem : null;
  const action = stuck ? explain(stuck.code).action : failure ? explain(failure.code, failure.phase).action : null;
  const goesOn = job && !hasEnded(job);
  return (
    <footer className="dialog-foot">
      {goesOn && <p className="quiet hint">You can close this: it goes on by itself.</p>}
      {job?.state === "succeeded" && (
        <button type="button" className="button" onClick={application.applyAnew} disabled={busy !== null}>
          Make a new one
        </button>
      )}
      {goesOn && (
        <button type="button" className="button" onClick={application.cancel} disabled={busy !== null}>
          {busy === "cancelling" ? "Cancelling..." : "Cancel application"}
        </button>
      )}
      {action === "retry" && (
        <button type="button" className="button primary" onClick={application.retry} disabled={busy !== null}>
          {busy === "resuming" ? "Going on..." : failure?.code === "cancelled" ? "Go on" : "Try again"}
        </button>
      )}
      {action === "anew" && (
        <button type="button" className="button primary" onClick={application.applyAnew} disabled={busy !== null}>
          Start anew
        </button>
      )}
      <button type="button" className="button" onClick={onClose}>
        Close
      </button>
    </footer>
  );
}
