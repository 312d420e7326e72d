// Apply with AI in a Fastify backend: jobs that outlive it, over HTTP, server-sent events and WebSocket.
//
//     npm ci && node server.js
//
// Settings from the environment: PORT, STORE, LLM and LLM_BASE_URL, DATA (what this backend keeps), PROFILES and POSTINGS (folders
// with JSON), WEB (the built page), SESSION_KEY (signs sessions: the same for all processes, and after a restart), PACE (seconds that
// short phases are held, to be watched). The session is a demonstration: whoever names a profile is signed in as its owner.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import cookies from "@fastify/cookie";
import files from "@fastify/static";
import websockets from "@fastify/websocket";
import { Apply, BespokeError, InvalidArgument, NotFound, Runner, rerender } from "bespoke";
import Fastify from "fastify";

const env = process.env;
const examples = fileURLToPath(new URL("..", import.meta.url));
const data = env.DATA ?? "preview_jobs_data";
const profiles = env.PROFILES ?? join(examples, "data/profiles");
const postings = env.POSTINGS ?? join(examples, "data/postings");
const key = env.SESSION_KEY ?? randomBytes(32).toString("hex");
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const previewPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";
const refusals = { unauthenticated: 401, not_found: 404, conflict: 409, invalid_argument: 400, payload_too_large: 413 };
const statusOf = { ...refusals, store_unavailable: 503, closed: 503 };

const names = async (folder) => (await readdir(folder)).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)).sort();
const read = async (folder, name) => JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));

async function profileSource(id, owner) {
  if (id !== owner || !(await names(profiles)).includes(id)) throw new NotFound(`there is no profile ${id}`);
  return read(profiles, id).catch((problem) => {
    throw new InvalidArgument(`the profile ${id} isn't JSON: ${problem.message}. Correct it and try again`);
  });
}

await mkdir(data, { recursive: true });
const model = env.LLM ?? "extractive";
const runner = await Runner.open(env.STORE ?? `sqlite:${join(data, "jobs.db")}`, {
  llm: env.LLM_BASE_URL ? { model, baseUrl: env.LLM_BASE_URL, apiKey: env.OPENAI_API_KEY ?? "none" } : model,
  pipelines: [new Apply({ profileSource, leastPhaseTimeMs: Math.round(1000 * (env.PACE ?? 0)) })],
});
const app = Fastify({ forceCloseConnections: true });
app.addHook("onClose", () => runner.close());
await app.register(cookies);
await app.register(websockets);
await app.register(files, {
  root: env.WEB ?? join(examples, "web/dist"),
  setHeaders: (response) => {
    response.setHeader("content-security-policy", pagePolicy);
    response.setHeader("x-content-type-options", "nosniff");
  },
});

app.setErrorHandler((error, _, reply) => {
  const code = error instanceof BespokeError ? error.code : error.statusCode < 500 ? "invalid_argument" : "internal";
  if (code === "internal") console.error(error);
  const status = statusOf[code] ?? 500;
  if (status === 503) reply.header("retry-after", "2");
  reply.status(status).send({ code, message: code === "internal" ? "The server has failed." : error.message });
});

// ---- Who is asking

class SignedOut extends BespokeError {}
SignedOut.prototype.code = "unauthenticated";

const sign = (user) => `${user}.${createHmac("sha256", key).update(user).digest("hex")}`;

function signedIn(request) {
  const cookie = request.cookies.session ?? "";
  const user = cookie.slice(0, Math.max(0, cookie.lastIndexOf(".")));
  const [given, right] = [Buffer.from(cookie), Buffer.from(sign(user))];
  return user && given.length === right.length && timingSafeEqual(given, right) ? user : null;
}

function ownerOf(request) {
  const owner = signedIn(request);
  if (!owner) throw new SignedOut("Sign in first.");
  return owner;
}

app.get("/api/session", async (request) => ({ user: signedIn(request), users: await names(profiles) }));

app.post("/api/session", async (request, reply) => {
  const user = request.body?.user;
  if (!(await names(profiles)).includes(user)) throw new NotFound("There is no such user.");
  reply.setCookie("session", sign(user), { httpOnly: true, sameSite: "strict", path: "/" });
  return { user };
});

// ---- Jobs

app.get("/api/matches", async (request) => {
  ownerOf(request);
  return Promise.all((await names(postings)).map(async (id) => ({ id, ...(await read(postings, id)) })));
});

app.post("/api/jobs", async (request, reply) => {
  const owner = ownerOf(request);
  const id = request.body?.posting;
  if (!(await names(postings)).includes(id)) throw new NotFound("There is no such posting.");
  const input = { profile_id: owner, posting: await read(postings, id) };
  reply.status(202);
  return runner.submit("apply", input, { owner, key: request.headers["idempotency-key"] ?? "", tags: [id] });
});

app.get("/api/jobs", (request) => runner.list({ owner: ownerOf(request), limit: 50 }));

// A job whose process has died is taken over without being asked for; one that was given up for that goes on now.
app.get("/api/jobs/:id", async (request) => {
  const owner = ownerOf(request);
  const job = await runner.get(request.params.id, { owner });
  return job.error?.code === "interrupted_too_often" && job.state === "failed" ? runner.resume(job.id, { owner }) : job;
});

app.post("/api/jobs/:id/cancel", (request) => runner.cancel(request.params.id, { owner: ownerOf(request) }));

app.post("/api/jobs/:id/resume", (request) => runner.resume(request.params.id, { owner: ownerOf(request) }));

app.get("/api/jobs/:id/events", async (request, reply) => {
  const owner = ownerOf(request);
  await runner.get(request.params.id, { owner }); // refused here, before the stream begins
  const lastEventId = request.headers["last-event-id"] ?? request.query.last_event_id;
  const events = runner.sse(request.params.id, { owner, lastEventId });
  request.raw.on("close", () => void events.return());
  reply.headers({ "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
  return reply.send(Readable.from(events));
});

app.get("/api/jobs/:id/socket", { websocket: true }, async (socket, request) => {
  const owner = signedIn(request);
  if (!owner) return socket.close(4401, "unauthenticated");
  const events = runner.sse(request.params.id, { owner, lastEventId: request.query.last_event_id });
  socket.on("close", () => void events.return());
  try {
    for await (const frame of events) {
      const [, change] = frame.split(/^data: /m); // what server-sent events carry, without their envelope
      if (change) socket.send(change.trim());
    }
    socket.close();
  } catch (problem) {
    socket.close(problem.code === "not_found" ? 4404 : 1011, problem.code);
  }
});

// ---- Previews

const decisions = (id) => join(data, `accepted-${id}.json`);
const summary = ({ changes, coverage, cover_letter }) => ({ changes, coverage, cover_letter });

// What was decided about a job goes soon after it, which the runner purges by itself.
async function forgetPurged() {
  for (const name of await readdir(data)) {
    const id = /^accepted-([^.]+)/.exec(name)?.[1];
    const gone = id && (await runner.get(id).then(() => false, (problem) => problem.code === "not_found"));
    if (gone) await rm(join(data, name), { force: true });
  }
}
await forgetPurged();
setInterval(() => void forgetPurged().catch(console.error), 3_600_000).unref();

async function decided(request) {
  const result = await runner.result(request.params.id, { owner: ownerOf(request) });
  const accepted = await readFile(decisions(request.params.id), "utf8").catch(() => null);
  return accepted ? rerender(result, JSON.parse(accepted)) : result;
}

app.get("/api/jobs/:id/preview", async (request, reply) => {
  const { previews } = await decided(request);
  return reply.headers({ "content-security-policy": previewPolicy, "content-type": "text/html; charset=utf-8" }).send(previews.html);
});

app.get("/api/jobs/:id/changes", async (request) => summary(await decided(request)));

// Accepts these changes and reverts all others.
app.post("/api/jobs/:id/changes", async (request) => {
  const { id } = request.params;
  const accepted = request.body?.accepted;
  if (!Array.isArray(accepted)) throw new InvalidArgument("accepted must be a list of ids");
  const result = await rerender(await runner.result(id, { owner: ownerOf(request) }), accepted);
  const fresh = `${decisions(id)}.${randomBytes(4).toString("hex")}`;
  await writeFile(fresh, JSON.stringify(accepted));
  await rename(fresh, decisions(id));
  return summary(result);
});

await app.listen({ port: Number(env.PORT ?? 8000), host: "127.0.0.1" });
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void app.close());
