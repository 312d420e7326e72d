import { useEffect, useState } from "react";
import { api, ApiError } from "./api";
import { MatchedJobs } from "./pages/MatchedJobs";

/** Who is here. A real backend has its own way to sign in. */
export function App() {
  const [session, setSession] = useState<{ user: string | null; users: string[] } | null>(null);
  const [problem, setProblem] = useState("");
  const [tries, setTries] = useState(0);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    api.session().then(
      (found) => {
        setSession(found);
        setProblem("");
      },
      (failure: ApiError) => {
        setProblem(failure.message);
        timer = setTimeout(() => setTries((n) => n + 1), 2000);
      },
    );
    return () => clearTimeout(timer);
  }, [tries]);

  async function signIn(user: string) {
    await api.signIn(user);
    setTries((n) => n + 1);
  }

  if (!session) {
    return <main className="page">{problem && <p className="note warning" role="status">{problem} Trying again...</p>}</main>;
  }
  if (!session.user) {
    return (
      <main className="page narrow">
        <h1>Who are you?</h1>
        <p>This example signs you in as the owner of one of its sample profiles.</p>
        <ul className="people">
          {session.users.map((user) => (
            <li key={user}>
              <button type="button" className="button" onClick={() => void signIn(user)}>
                {user}
              </button>
            </li>
          ))}
        </ul>
      </main>
    );
  }
  return <MatchedJobs key={session.user} user={session.user} users={session.users} onSignIn={(user) => void signIn(user)} />;
}
