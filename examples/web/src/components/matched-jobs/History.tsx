import { nameOfState } from "../../explain";
import type { Job, Posting } from "../../wire";

/** What this person has asked for before, newest first. */
export function History(props: { jobs: Job[]; postings: Posting[]; onOpen(jobId: string, posting: Posting): void }) {
  const known = props.jobs.flatMap((job) => {
    const posting = props.postings.find((one) => job.tags.includes(one.id));
    return posting ? [{ job, posting }] : [];
  });
  if (known.length === 0) return null;
  return (
    <section aria-labelledby="history">
      <h2 id="history" className="section">
        History
      </h2>
      <ul className="history">
        {known.map(({ job, posting }) => (
          <li key={job.id}>
            <button type="button" onClick={() => props.onOpen(job.id, posting)}>
              <span className="what">
                {posting.title} <span className="quiet">· {posting.company}</span>
              </span>
              <time className="quiet" dateTime={job.created_at}>
                {new Date(job.created_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}
              </time>
              <span className={`badge ${job.state}`}>{nameOfState(job)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
