// The page of matched jobs, each with its "Apply with AI".
import { useCallback, useEffect, useState } from "react";
import { api, ApiError } from "../api";
import { ApplicationPreviewDialog } from "../components/matched-jobs/ApplicationPreviewDialog";
import { History } from "../components/matched-jobs/History";
import { nameOfState } from "../explain";
import type { Job, Posting } from "../wire";

// The dialog that is open comes back after a reload of this tab.
const slot = "open-application";

interface Opened {
  posting: Posting;
  /** A job of before; else the one of this posting, or a new one. */
  jobId?: string;
}

export function MatchedJobs({ user, users, onSignIn }: { user: string; users: string[]; onSignIn(user: string): void }) {
  const [postings, setPostings] = useState<Posting[]>([]);
  const [history, setHistory] = useState<Job[]>([]);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [problem, setProblem] = useState("");

  const open = useCallback((next: Opened | null) => {
    setOpened(next);
    if (next) sessionStorage.setItem(slot, JSON.stringify({ user, posting: next.posting.id, jobId: next.jobId }));
    else sessionStorage.removeItem(slot);
  }, [user]);

  const load = useCallback(async () => {
    try {
      const [found, jobs] = await Promise.all([api.matches(), api.history()]);
      setPostings(found);
      setHistory(jobs);
      setProblem("");
    } catch (failure) {
      setProblem(failure instanceof ApiError ? failure.message : String(failure));
    }
  }, []);
  useEffect(() => void load(), [load]);

  useEffect(() => {
    const kept = JSON.parse(sessionStorage.getItem(slot) ?? "null") as { user: string; posting: string; jobId?: string } | null;
    const posting = kept?.user === user && postings.find((one) => one.id === kept.posting);
    if (posting) setOpened((now) => now ?? { posting, jobId: kept.jobId });
  }, [postings, user]);

  useEffect(() => {
    if (!problem) return;
    const timer = setInterval(() => void load(), 2000);
    return () => clearInterval(timer);
  }, [problem, load]);

  return (
    <main className="page">
      <header className="masthead">
        <div>
          <h1>Matched jobs</h1>
          <p className="quiet">{postings.length} openings that fit your profile</p>
        </div>
        <label className="who">
          <span>Signed in as</span>
          <select value={user} onChange={(event) => onSignIn(event.target.value)}>
            {users.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </header>
      {problem && (
        <p className="note warning" role="status">
          {problem} Trying again...
        </p>
      )}
      <ul className="cards">
        {postings.map((posting) => {
          const last = history.find((job) => job.tags.includes(posting.id));
          return (
            <li key={posting.id} className="card">
              <h2>{posting.title}</h2>
              <p className="company">
                {posting.company}
                {posting.location && <span className="quiet"> · {posting.location}</span>}
              </p>
              <p className="excerpt">{posting.description}</p>
              <div className="row">
                <button
                  type="button"
                  className="button primary"
                  aria-label={`Apply with AI: ${posting.title}`}
                  onClick={() => open({ posting })}
                >
                  Apply with AI
                </button>
                {last && <span className={`badge ${last.state}`}>{nameOfState(last)}</span>}
              </div>
            </li>
          );
        })}
      </ul>
      <History jobs={history} postings={postings} onOpen={(jobId, posting) => open({ jobId, posting })} />
      {opened && (
        <ApplicationPreviewDialog
          key={`${opened.posting.id} ${opened.jobId ?? ""}`}
          user={user}
          posting={opened.posting}
          jobId={opened.jobId}
          onClose={() => {
            open(null);
            void load();
          }}
        />
      )}
    </main>
  );
}
