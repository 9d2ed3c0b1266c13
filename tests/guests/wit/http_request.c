// GETs a URL: http_request http://HOST[:PORT]/PATH. Prints the whole response.
#include "core_libs.h"

// Splits a URL; returns what is wrong with it, or NULL.
static const char *parse_url(char *url, char **host, int *port, char **path) {
  if (strncmp(url, "http://", 7)) return "no http URL";
  *host = url + 7;
  char *slash = strchr(*host, '/');
  static char root[] = "/";
  *path = slash ? strdup(slash) : root;
  if (slash) *slash = 0;
  char *bracket = strchr(*host, ']');
  char *colon = strchr(bracket ? bracket : *host, ':');
  *port = colon ? atoi(colon + 1) : 80;
  if (colon) *colon = 0;
  return **host ? NULL : "no host";
}

static void http_request(char *url) {
  char *host, *path;
  int port;
  const char *wrong = parse_url(url, &host, &port, &path);
  if (wrong) fail("parse-url", wrong);
  r_u32 made;
  create_socket(family_of(host), TCP, &made);
  MUST("create-socket", made);
  uint32_t socket = made.value;
  r_unit done;
  set_read_timeout(socket, 1, 30000, &done);
  MUST("set-read-timeout", done);
  connect_(socket, host, strlen(host), port, &done);
  MUST("connect", done);
  static char request[4096];
  int length = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host);
  r_u64 sent;
  send_(socket, request, length, &sent);
  MUST("send", sent);
  for (;;) {
    r_bytes part;
    receive_(socket, 4096, &part);
    if (part.failed && part.error == WOULD_BLOCK) break;
    MUST("receive", part);
    if (part.value.length == 0) break;
    fwrite(part.value.at, 1, part.value.length, stdout);
    free(part.value.at);
  }
  close_(socket, &done);
}

int main(int argc, char **argv) {
  http_request(argv[1]);
  return 0;
}
