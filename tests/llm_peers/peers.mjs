// Two well-known mock servers as peers for the LLM clients' tests:
//   node peers.mjs
// prints "ready {json}" with their addresses, answers "requests" on standard input with all requests seen so far as one
// line of JSON, and ends with its input. aimock plays the two APIs; what happens is chosen by the user's message.
// mockttp plays what goes wrong beneath the API; what happens is chosen by the first part of the path.

import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { LLMock } from '@copilotkit/aimock';
import mockttp from 'mockttp';

const text = 'Grüße, Ada – 你好 🙂. This is an answer of some length, so that it comes in many pieces.';

// ---- aimock
const aimock = new LLMock({ port: 0, chunkSize: 7 });
aimock.onMessage('hello', { content: text });
aimock.onMessage('paced', { content: text }, { streamingProfile: { ttft: 30, tps: 200 } });
aimock.onMessage('cut', { content: text }, { truncateAfterChunks: 4 });
aimock.onMessage('malformed', { content: text }, { chaos: { malformedRate: 1 } });
aimock.onMessage('disconnect', { content: text }, { chaos: { disconnectRate: 1 } });
aimock.onMessage('dropped', { content: text }, { chaos: { dropRate: 1 } });
aimock.onMessage('limited', { content: text }, { chaos: { rateLimitRate: 1 } });
aimock.onMessage('wait seconds', {
  error: { message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' }, status: 429, retryAfter: 7 });
aimock.onMessage('wrong key', {
  error: { message: 'Incorrect API key provided: sk-te***ret', type: 'invalid_request_error', code: 'invalid_api_key' },
  status: 401 });
aimock.onMessage('no quota', {
  error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' },
  status: 429 });
aimock.onMessage('overloaded', { error: { message: 'Overloaded', type: 'overloaded_error' }, status: 529 });
aimock.on({ userMessage: 'flaky', sequenceIndex: 0 },
          { error: { message: 'The server had an error', type: 'server_error' }, status: 500 });
aimock.on({ userMessage: 'flaky', sequenceIndex: 1 }, { content: text });
aimock.onMessage('structured', { content: JSON.stringify({ name: 'Ada', year: 1843 }) });
await aimock.start();

// ---- mockttp
const chunk = (content, finish = null) => `data: ${JSON.stringify({
  id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm',
  choices: [{ index: 0, delta: content === null ? {} : { content }, finish_reason: finish }] })}\n\n`;
const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 7 } })}\n\n`;
const stream_type = { 'content-type': 'text/event-stream' };
// Each call a stream of its own: `make` gives the pieces, with a pause of `pause` ms before each.
const pieces = (make, pause = 0) => Readable.from((async function* () {
  for (const piece of make()) {
    if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
    yield piece;
  }
})());
const whole = () => [chunk('Hello, '), chunk('Ada'), chunk(null, 'stop'), usage, 'data: [DONE]\n\n'];
function* every_byte() {
  for (const byte of Buffer.from([chunk('Grüße 你好 🙂'), chunk(null, 'stop'), 'data: [DONE]\n\n'].join(''))) yield Buffer.of(byte);
}
function* megabytes(count) {
  const block = 'x'.repeat(1024);
  for (let i = 0; i < count * 1024; ++i) yield chunk(block);
  yield chunk(null, 'stop');
  yield 'data: [DONE]\n\n';
}
function* for_ever(piece) {
  for (;;) yield piece;
}

const streams = {
  'whole': () => pieces(whole),
  'done-only': () => pieces(() => [chunk('Hello'), 'data: [DONE]\n\n']),
  'finish-only': () => pieces(() => [chunk('Hello'), chunk(null, 'stop')]),
  'cut': () => pieces(() => [chunk('Hello, '), chunk('A')]),
  'error-inside': () => pieces(() => [chunk('Hello, '), 'data: {"error":{"message":"boom","type":"server_error","code":"server_error"}}\n\n']),
  'broken-json': () => pieces(() => [chunk('Hello, '), 'data: {"choices":[{"delta":\n\n', chunk('Ada'), chunk(null, 'stop')]),
  'every-byte': () => pieces(every_byte),
  'pings': () => pieces(() => for_ever(': ping\n\n'), 20),
  'one-byte-a-second': () => pieces(() => for_ever(' '), 1000),
  'twenty-megabytes': () => pieces(() => megabytes(20)),
};

const seen = [];
const server = mockttp.getLocal({ recordTraffic: false });
await server.start();
await server.on('request-initiated', (request) => seen.push({
  path: request.path, authorization: request.headers.authorization ?? null }));
for (const [name, make] of Object.entries(streams)) {
  // A stream can be read once: a rule for each of the calls that a test may make.
  for (let i = 0; i < 3; ++i)
    await server.forPost(`/${name}/v1/chat/completions`).once().thenStream(200, make(), stream_type);
}
const post = (name) => server.forPost(`/${name}/v1/chat/completions`).always();
const limited = JSON.stringify({ error: { message: 'slow down', code: 'rate_limit_exceeded' } });
await post('retry-after-ms').thenReply(429, limited, { 'retry-after-ms': '1500', 'retry-after': '90' });
await post('retry-after-seconds').thenReply(429, limited, { 'retry-after': '3' });
await post('retry-after-date').thenCallback(() => ({ statusCode: 429, body: limited, headers: {
  'date': new Date().toUTCString(), 'retry-after': new Date(Date.now() + 40_000).toUTCString() } }));
await post('headers-never').thenTimeout();
await post('closes').thenCloseConnection();
await post('resets').thenResetConnection();
await post('web-page').thenReply(200, '<html><body>Welcome</body></html>', { 'content-type': 'text/html' });
await post('elsewhere').thenReply(307, '', { location: `${aimock.url}/v1/chat/completions` });
await server.forPost('/flaky/v1/chat/completions').once().thenReply(500, '{"error":{"message":"sorry"}}');
await server.forPost('/flaky/v1/chat/completions').once().thenStream(200, pieces(whole), stream_type);

const authority = await mockttp.generateCACertificate();
const secure = mockttp.getLocal({ https: { cert: authority.cert, key: authority.key }, recordTraffic: false });
await secure.start();
await secure.forPost('/whole/v1/chat/completions').thenStream(200, pieces(whole), stream_type);

console.log('ready ' + JSON.stringify({
  aimock: aimock.url, mockttp: server.url, secure: secure.url.replace('http:', 'https:'), authority: authority.cert, text }));
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'requests') continue;
  console.log('requests ' + JSON.stringify({
    mockttp: seen,
    aimock: aimock.getRequests().map((entry) => ({ path: entry.path, authorization: entry.headers.authorization ?? null })) }));
}
process.exit(0);
