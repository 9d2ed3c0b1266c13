// Names: which are none, the texts of addresses, and localhost.
#include "guest.h"

static void look_up(const char *name) {
  r_u32 made;
  resolve_addresses(net, name, strlen(name), &made);
  printf("%s:", *name ? name : "(nothing)");
  if (made.err) {
    printf(" %s\n", code(made.code));
    return;
  }
  for (;;) {
    r_ipopt next;
    resolve_next_address(made.val, &next);
    if (next.err && next.code == E_WOULD_BLOCK) {
      block_on(resolve_subscribe(made.val));
      continue;
    }
    if (next.err) {
      printf(" %s", code(next.code));
      break;
    }
    if (!next.some) break;
    if (next.ip.tag == 0) {
      printf(" %d.%d.%d.%d", next.ip.v4[0], next.ip.v4[1], next.ip.v4[2], next.ip.v4[3]);
    } else {
      printf(" ");
      for (int part = 0; part < 8; part++) printf(part ? ":%x" : "%x", next.ip.v6[part]);
    }
  }
  printf("\n");
  drop_resolve(made.val);
}

int main(int argc, char **argv) {
  net = instance_network();
  if (argc > 1) {
    for (int at = 1; at < argc; at++) look_up(argv[at]);
    return 0;
  }
  const char *names[] = {"", " ", "a.b<&>", "a b", "127.0.0.1:80", "[::]:80", "[::", "::1]",
                         "[127.0.0.1]", "http://example.com/", "user@host", "host/path", "host?q",
                         "host#f", "a:b", "127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1",
                         "[::]", "[::1]", "2001:DB8::FF", "[2001:0DB8:0:0:0:0:0:FF]",
                         "::ffff:1.2.3.4", "fe80::1%lo"};
  for (size_t at = 0; at < sizeof names / sizeof *names; at++) look_up(names[at]);
  // Which of its addresses there are is the machine's.
  r_u32 made;
  resolve_addresses(net, "LocalHost", 9, &made);
  r_ipopt next = {0};
  for (;;) {
    resolve_next_address(made.val, &next);
    if (!next.err || next.code != E_WOULD_BLOCK) break;
    block_on(resolve_subscribe(made.val));
  }
  printf("LocalHost: %s\n",
         next.err ? code(next.code) : next.some && next.ip.tag == 0 && next.ip.v4[0] == 127 ? "loopback"
         : next.some && next.ip.tag == 1 && next.ip.v6[7] == 1 ? "loopback"
                                                              : "none");
  return 0;
}
