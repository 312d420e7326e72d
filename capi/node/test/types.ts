// Compiled, not run: what the types allow and what they refuse.
import { Apply, AskAgain, Conflict, LlmClient, LlmFailure, Pipeline, Runner, hasEnded, rerender, throwIfFailed } from "bespoke";

const client: LlmClient = {
  name: "mine",
  async *complete(request, { signal }) {
    if (signal.aborted) throw new LlmFailure("gone", { advice: "retry", httpStatus: 503 });
    yield request.messages[0]!.content;
    return { usage: { inputTokens: 1, outputTokens: 2 } };
  },
};

const invoice = new Pipeline("invoice", { version: 2, doneLabel: "Sent!" })
  .phase<{ customer: string }>("fetch", { label: "Fetching...", percent: 10, retry: { maxAttempts: 5 } }, async (context) => {
    context.progress(0.5);
    return { orders: [context.input.customer] };
  })
  .llmPhase("draft", { parse: (_, response) => (response.text ? response.text : new AskAgain("again")) }, () => "Write.")
  .waitForSignal("approved", { timeoutMs: 1000 })
  // @ts-expect-error there is no such option
  .phase("send", { percentage: 5 }, () => 1);

export async function main(abort: AbortController): Promise<void> {
  await using runner = await Runner.open("memory:", {
    llm: [client, "openai:gpt-5-mini", { model: "anthropic:m", baseUrl: "http://127.0.0.1" }],
    pipelines: [invoice, new Apply({ profileSource: async (id, owner) => ({ id, owner }), leastPhaseTimeMs: 500 })],
  });
  const job = await runner.submit("invoice", { customer: "c" }, { owner: "ada", key: "k", runAt: new Date() });
  for await (const change of runner.watch(job.id, { signal: abort.signal })) {
    if (change.kind === "text") console.log(change.text, change.job.percent);
    // @ts-expect-error snapshots have no text
    if (change.kind === "snapshot") console.log(change.text);
    if (hasEnded(change.job)) throwIfFailed(change.job);
  }
  for await (const frame of runner.sse(job.id, { lastEventId: "5" })) frame.toUpperCase();
  // @ts-expect-error an id is a string
  await runner.get(5);
  const problem: unknown = new Conflict("no");
  if (problem instanceof Conflict) console.log(problem.code, problem.retryable);
  await rerender(await runner.result(job.id), ["c1"]);
}
