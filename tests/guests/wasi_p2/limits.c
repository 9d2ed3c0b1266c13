// Asks for more than there is. Argument: what of.
#include "guest.h"

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  net = instance_network();
  if (!strcmp(what, "sockets")) {
    int made = 0;
    for (;; made++) {
      r_u32 result;
      create_tcp_socket(0, &result);
      if (result.err) {
        printf("%s sockets, then %s\n", made > 10 ? "some" : "few", code(result.code));
        break;
      }
    }
  } else if (!strcmp(what, "pollables")) {
    for (int made = 0; made < 2000000; made++) mono_subscribe_duration(0);
  } else if (!strcmp(what, "poll")) {
    // More entries than descriptors that may be open, all of one.
    h32 listener = new_listener();
    static h32 pollables[5000];
    for (int at = 0; at < 5000; at++) pollables[at] = tcp_subscribe(listener);
    connection c = connect_to(local_of(listener));
    list_u32 ready;
    wasi_poll(pollables, 5000, &ready);
    printf("%u of 5000 ready\n", ready.len);
  } else if (!strcmp(what, "time")) {
    h32 pollables[2] = {mono_subscribe_duration(UINT64_MAX), mono_subscribe_duration(1000)};
    list_u32 ready;
    wasi_poll(pollables, 2, &ready);
    printf("%u ready: %u\n", ready.len, ready.ptr[0]);
  } else if (!strcmp(what, "read")) {
    h32 listener = new_listener();
    connection c = connect_to(local_of(listener));
    connection s = accept_from(listener);
    send_all(c.out, "abc", 3);
    rs_bytes bytes;
    in_blocking_read(s.in, UINT64_MAX, &bytes);
    printf("%u bytes\n", bytes.err ? 0 : bytes.len);
    rs_u64 skipped;
    in_skip(s.in, UINT64_MAX, &skipped);
    printf("%llu skipped\n", skipped.err ? 99ull : (unsigned long long)skipped.val);
  }
  return 0;
}
