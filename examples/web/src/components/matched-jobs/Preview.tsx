import { useEffect, useState } from "react";
import { api, ApiError } from "../../api";
import { operationNames } from "../../explain";
import type { CvChange, Preview as Decisions } from "../../wire";

/** The finished preview, and every change that was made to the CV, to keep or to revert. */
export function Preview({ id, title }: { id: string; title: string }) {
  const [decisions, setDecisions] = useState<Decisions | null>(null);
  const [version, setVersion] = useState(0);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState("");

  useEffect(() => {
    let over = false;
    api.changes(id).then(
      (found) => !over && setDecisions(found),
      (failure: ApiError) => !over && setProblem(failure.message),
    );
    return () => void (over = true);
  }, [id]);

  async function decide(change: CvChange, accept: boolean) {
    const before = decisions!;
    const changes = before.changes.map((one) => (one.id === change.id ? { ...one, accepted: accept } : one));
    setDecisions({ ...before, changes }); // shown at once, taken back if the server refuses
    setSaving(true);
    try {
      setDecisions(await api.decide(id, changes.filter((one) => one.accepted).map((one) => one.id)));
      setVersion((n) => n + 1);
      setProblem("");
    } catch (failure) {
      setDecisions(before);
      setProblem(failure instanceof ApiError ? `Not saved. ${failure.message}` : String(failure));
    } finally {
      setSaving(false);
    }
  }

  const coverage = decisions?.coverage;
  return (
    <div className="preview">
      <section className="sheet" aria-label="Preview">
        {/* No scripts, no forms, an origin of its own: whatever a CV holds, it is only shown. */}
        <iframe sandbox="" src={api.previewUrl(id, version)} title={`Preview of your application: ${title}`} />
        <a href={api.previewUrl(id, version)} target="_blank" rel="noreferrer">
          Open the preview in a new tab
        </a>
      </section>
      <section className="changes" aria-labelledby="changes">
        <h3 id="changes">What was changed</h3>
        {coverage && (
          <p className="quiet">
            Your CV covers {coverage.after.covered} of {coverage.after.total} keywords of the posting
            {coverage.after.covered !== coverage.before.covered && ` (${coverage.before.covered} before)`}.
          </p>
        )}
        {problem && (
          <p className="note error" role="alert">
            {problem}
          </p>
        )}
        {decisions?.changes.length === 0 && <p>Nothing: your CV fits as it is.</p>}
        <ul>
          {decisions?.changes.map((change) => (
            <li key={change.id} className={change.accepted ? "change" : "change reverted"}>
              <label>
                <input
                  type="checkbox"
                  checked={change.accepted}
                  disabled={saving}
                  onChange={(event) => void decide(change, event.target.checked)}
                />
                <span>{nameOf(change)}</span>
              </label>
              <p className="excerpt-line" dir="auto">
                {(change.after || change.before).split("\n", 1)[0]}
              </p>
              <p className="quiet" dir="auto">
                {change.reason}
              </p>
              <details>
                <summary>Before and after</summary>
                {change.before && <del dir="auto">{change.before}</del>}
                {change.after && <ins dir="auto">{change.after}</ins>}
              </details>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function nameOf(change: CvChange): string {
  const section = change.target.split(".")[0]!;
  const name = operationNames[change.op] ?? change.op;
  return section === "basics" ? name : `${name}: ${section}`;
}
