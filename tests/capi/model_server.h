/* A model server on loopback for tests in C, in a process of its own that ends with its parent: it streams the same
 * short answer to every request, as OpenAI's chat completions do. */
#ifndef BESPOKE_TESTS_CAPI_MODEL_SERVER_H
#define BESPOKE_TESTS_CAPI_MODEL_SERVER_H

#include <arpa/inet.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

static const char model_answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: the-request-of-this-test\r\n"
    "Connection: close\r\n\r\n"
    "data: {\"id\":\"1\",\"model\":\"small\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Dear Sir or Madam, "
    "\"}}]}\n\n"
    "data: {\"id\":\"1\",\"model\":\"small\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"I know "
    "PostgreSQL.\"}}]}\n\n"
    "data: {\"id\":\"1\",\"model\":\"small\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":7}}\n\n"
    "data: [DONE]\n\n";

/* Reads one request, headers and body. 0 when the client has gone. */
static inline int read_request(int client) {
  char bytes[65536];
  size_t size = 0;
  for (;;) {
    const char* end;
    const char* length;
    const ssize_t got = read(client, bytes + size, sizeof bytes - 1 - size);
    if (got <= 0) return 0;
    size += (size_t)got;
    bytes[size] = '\0';
    end = strstr(bytes, "\r\n\r\n");
    length = strstr(bytes, "Content-Length: ");
    if (end != NULL && length != NULL && size >= (size_t)(end + 4 - bytes) + strtoul(length + 16, NULL, 10)) return 1;
  }
}

static inline void serve_models(int server) {
  for (;;) {
    const int client = accept(server, NULL, NULL);
    const char* left = model_answer;
    if (client < 0) continue;
    if (read_request(client)) {
      while (*left != '\0') {
        const ssize_t sent = send(client, left, strlen(left), MSG_NOSIGNAL);
        if (sent <= 0) break;
        left += sent;
      }
    }
    close(client);
  }
}

/* The port of a server that has been started. */
static inline int start_model_server(void) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  pid_t child;
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(server >= 0 && bind(server, (struct sockaddr*)&address, sizeof address) == 0 && listen(server, 64) == 0);
  REQUIRE(getsockname(server, (struct sockaddr*)&address, &size) == 0);
  child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve_models(server);
  }
  close(server);
  return ntohs(address.sin_port);
}

#endif
