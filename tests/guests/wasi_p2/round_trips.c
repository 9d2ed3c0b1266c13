// Round trips to an echo server on 127.0.0.1, timed. Arguments: port, bytes of a message, count, and
// "blocking" or "poll". Prints the median, in microseconds, and round trips a second.
#include "guest.h"

static int compare(const void *a, const void *b) {
  uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
  return one < other ? -1 : one > other;
}

static void send_polling(connection c, h32 ready, const uint8_t *message, size_t size) {
  for (size_t done = 0; done < size;) {
    rs_u64 room;
    out_check_write(c.out, &room);
    if (room.err) die("check-write");
    if (room.val == 0) {
      pollable_block(ready);
      continue;
    }
    size_t part = room.val < size - done ? room.val : size - done;
    rs_unit result;
    out_write(c.out, message + done, part, &result);
    if (result.err) die("write");
    done += part;
  }
}

static void receive(connection c, h32 ready, size_t size, int poll) {
  for (size_t got = 0; got < size;) {
    rs_bytes bytes;
    if (poll) in_read(c.in, size - got, &bytes);
    else in_blocking_read(c.in, size - got, &bytes);
    if (bytes.err) die("read");
    if (bytes.len == 0) pollable_block(ready);
    got += bytes.len;
    free(bytes.ptr);
  }
}

int main(int argc, char **argv) {
  if (argc < 5) die("round_trips PORT BYTES COUNT blocking|poll");
  size_t size = atoi(argv[2]);
  int count = atoi(argv[3]), poll = !strcmp(argv[4], "poll"), warm_up = count / 10 + 100;
  net = instance_network();
  connection c = connect_to(loopback(atoi(argv[1])));
  uint8_t *message = malloc(size);
  memset(message, 'x', size);
  uint64_t *times = malloc(count * sizeof *times), start = 0;
  h32 in = in_subscribe(c.in), out = out_subscribe(c.out);
  for (int round = -warm_up; round < count; round++) {
    uint64_t before = mono_now();
    if (round == 0) start = before;
    if (poll) send_polling(c, out, message, size);
    else send_all(c.out, message, size);
    receive(c, in, size, poll);
    if (round >= 0) times[round] = mono_now() - before;
  }
  double seconds = (mono_now() - start) / 1e9;
  qsort(times, count, sizeof *times, compare);
  printf("%.3f %.1f\n", times[count / 2] / 1e3, count / seconds);
  drop_pollable(in);
  drop_pollable(out);
  drop_connection(c);
  return 0;
}
