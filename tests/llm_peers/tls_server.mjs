// A chat completions server over TLS, HTTP/2 where the client speaks it: tls_server.mjs KEY_FILE CERTIFICATE_FILE.
// Prints what happens, one line each: "port N", "connection", "request PROTOCOL", "closed". A user message "hold" gets one
// delta and then nothing; anything else a whole answer.
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";

const [key, cert] = process.argv.slice(2).map((file) => readFileSync(file));
const say = (line) => process.stdout.write(line + "\n");
const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (content) => event({ choices: [{ index: 0, delta: { content } }] });

const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
  let body = "";
  request.on("data", (bytes) => (body += bytes));
  request.on("end", () => {
    say(`request ${request.httpVersion}`);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(delta("first"));
    if (JSON.parse(body).messages.at(-1).content === "hold") return;
    response.end(delta(" second") + event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) + "data: [DONE]\n\n");
  });
  response.on("close", () => !response.writableEnded && say("closed"));
});
server.on("secureConnection", () => say("connection"));
server.on("tlsClientError", () => {});
server.listen(0, "127.0.0.1", () => say(`port ${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
