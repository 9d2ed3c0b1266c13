// The streams of a TCP connection: reading, writing, shutting down, ends and resets. Argument: 4 or 6.
#include "guest.h"

static connection client, server;
static h32 listener;

static void connect_both(void) {
  client = connect_to(local_of(listener));
  server = accept_from(listener);
}

static void drop_both(void) {
  drop_connection(client);
  drop_connection(server);
}

static const char *read_from(h32 in, uint64_t length) {
  static char text[96];
  rs_bytes result;
  in_read(in, length, &result);
  if (result.err) return stream_error(result.e);
  snprintf(text, sizeof text, "%u bytes \"%.*s\"", result.len, (int)result.len, result.ptr);
  free(result.ptr);
  return text;
}

static const char *blocking_read_from(h32 in, uint64_t length) {
  static char text[96];
  rs_bytes result;
  in_blocking_read(in, length, &result);
  if (result.err) return stream_error(result.e);
  snprintf(text, sizeof text, "%u bytes \"%.*s\"", result.len, (int)result.len, result.ptr);
  free(result.ptr);
  return text;
}

static const char *check(h32 out) {
  rs_u64 result;
  out_check_write(out, &result);
  return result.err ? stream_error(result.e) : result.val ? "room" : "no room";
}

static const char *write_to(h32 out, const char *text) {
  rs_unit result;
  out_write(out, text, strlen(text), &result);
  return result.err ? stream_error(result.e) : "ok";
}

static const char *flush(h32 out) {
  rs_unit result;
  out_flush(out, &result);
  return result.err ? stream_error(result.e) : "ok";
}

static const char *blocking_flush(h32 out) {
  rs_unit result;
  out_blocking_flush(out, &result);
  return result.err ? stream_error(result.e) : "ok";
}

static const char *blocking_write(h32 out, const char *text) {
  rs_unit result;
  out_blocking_write_and_flush(out, text, strlen(text), &result);
  return result.err ? stream_error(result.e) : "ok";
}

static const char *count(rs_u64 result) {
  static char text[32];
  if (result.err) return stream_error(result.e);
  snprintf(text, sizeof text, "%llu", (unsigned long long)result.val);
  return text;
}

static const char *shut(h32 socket, int how) {
  r_unit result;
  tcp_shutdown(socket, how, &result);
  return unit(result);
}

static int in_ready(h32 in) {
  h32 pollable = in_subscribe(in);
  int is = pollable_ready(pollable);
  drop_pollable(pollable);
  return is;
}

static int out_ready(h32 out) {
  h32 pollable = out_subscribe(out);
  int is = pollable_ready(pollable);
  drop_pollable(pollable);
  return is;
}

static void reading(void) {
  connect_both();
  printf("nothing there: read %s, ready %d\n", read_from(server.in, 10), in_ready(server.in));
  printf("read of nothing: %s\n", read_from(server.in, 0));
  printf("write: %s %s %s\n", check(client.out), write_to(client.out, "hello"),
         blocking_flush(client.out));
  block_on(in_subscribe(server.in));
  printf("there: ready %d, read of nothing %s\n", in_ready(server.in), read_from(server.in, 0));
  printf("read: %s\n", read_from(server.in, 2));
  printf("blocking-read: %s\n", blocking_read_from(server.in, UINT64_MAX));
  printf("blocking-write-and-flush: %s\n", blocking_write(client.out, "0123456789"));
  block_on(in_subscribe(server.in));
  rs_u64 skipped;
  in_skip(server.in, 3, &skipped);
  printf("skip: %s\n", count(skipped));
  in_blocking_skip(server.in, 3, &skipped);
  printf("blocking-skip: %s\n", count(skipped));
  printf("read the rest: %s\n", read_from(server.in, 100));
  in_skip(server.in, 3, &skipped);
  printf("skip of nothing there: %s\n", count(skipped));
  drop_both();
}

static void zeroes_and_splice(void) {
  connect_both();
  rs_unit result;
  out_blocking_write_zeroes_and_flush(client.out, 5, &result);
  printf("blocking-write-zeroes-and-flush: %s\n", result.err ? stream_error(result.e) : "ok");
  printf("check-write: %s\n", check(client.out));
  out_write_zeroes(client.out, 3, &result);
  printf("write-zeroes: %s\n", result.err ? stream_error(result.e) : "ok");
  blocking_flush(client.out);
  char zeroes[8];
  memset(zeroes, 1, sizeof zeroes);
  printf("received %zu, zeroes %d\n", receive_all(server.in, zeroes, 8),
         !memcmp(zeroes, "\0\0\0\0\0\0\0\0", 8));
  blocking_write(client.out, "spliced");
  block_on(in_subscribe(server.in));
  rs_u64 moved;
  out_splice(server.out, server.in, 100, &moved);
  printf("splice: %s\n", count(moved));
  printf("comes back: %s\n", blocking_read_from(client.in, 100));
  blocking_write(client.out, "again");
  out_blocking_splice(server.out, server.in, 100, &moved);
  printf("blocking-splice: %s\n", count(moved));
  printf("comes back: %s\n", blocking_read_from(client.in, 100));
  drop_both();
}

static void remote_end(void) {
  connect_both();
  printf("shutdown send: %s\n", shut(client.socket, SHUT_SEND_));
  block_on(in_subscribe(server.in));
  printf("after the peer's end: read %s, of nothing %s, blocking %s, ready %d\n",
         read_from(server.in, 10), read_from(server.in, 0), blocking_read_from(server.in, 1),
         in_ready(server.in));
  printf("the other way: %s, %s\n", blocking_write(server.out, "still here"),
         blocking_read_from(client.in, 100));
  drop_both();
}

static void local_end(void) {
  connect_both();
  printf("before: %s %s\n", check(client.out), write_to(client.out, "left over"));
  printf("shutdown send: %s, again %s\n", shut(client.socket, SHUT_SEND_),
         shut(client.socket, SHUT_SEND_));
  printf("then check-write %s, flush %s, blocking-flush %s, blocking-write %s, ready %d\n",
         check(client.out), flush(client.out), blocking_flush(client.out),
         blocking_write(client.out, "x"), out_ready(client.out));
  printf("the peer reads %s, then %s\n", blocking_read_from(server.in, 100),
         blocking_read_from(server.in, 100));
  drop_both();
  connect_both();
  blocking_write(client.out, "queued");
  block_on(in_subscribe(server.in));
  printf("shutdown receive: %s\n", shut(server.socket, SHUT_RECV_));
  printf("then read %s, of nothing %s, blocking %s, ready %d\n", read_from(server.in, 10),
         read_from(server.in, 0), blocking_read_from(server.in, 10), in_ready(server.in));
  printf("the other way: %s, %s\n", blocking_write(server.out, "reply"),
         blocking_read_from(client.in, 100));
  printf("shutdown both: %s, %s\n", shut(server.socket, SHUT_BOTH_), check(server.out));
  drop_both();
}

static void big_write(void) {
  connect_both();
  r_unit set;
  tcp_set_send_buffer_size(client.socket, 1024, &set);
  static char block[65536];
  for (size_t at = 0; at < sizeof block; at++) block[at] = (char)(at * 7);
  size_t written = 0;
  for (int round = 0; round < 100; round++) {
    rs_u64 room;
    out_check_write(client.out, &room);
    if (room.err) die("check-write");
    if (room.val == 0) break;
    size_t part = room.val < sizeof block ? room.val : sizeof block;
    rs_unit result;
    out_write(client.out, block, part, &result);
    if (result.err) die("write");
    written += part;
    if (round == 20) break;
  }
  shut(client.socket, SHUT_SEND_);
  size_t read = 0;
  int same = 1;
  for (;;) {
    rs_bytes result;
    in_blocking_read(server.in, 4096, &result);
    if (result.err) {
      stream_error(result.e);
      break;
    }
    read += result.len;
    free(result.ptr);
  }
  printf("a big write before shutdown: %s\n", read == written ? "all of it came" : "some is lost");
  drop_both();
}

static void drops(void) {
  connect_both();
  blocking_write(client.out, "last words");
  drop_connection(client);
  printf("of a peer that is gone: %s, then %s\n", blocking_read_from(server.in, 100),
         blocking_read_from(server.in, 100));
  drop_connection(server);

  connect_both();
  drop_out(client.out);
  printf("after output-stream is dropped the peer reads ");
  h32 poll[2] = {in_subscribe(server.in), mono_subscribe_duration(100000000)};
  list_u32 ready;
  wasi_poll(poll, 2, &ready);
  if (ready.ptr[0] == 0) printf("%s\n", read_from(server.in, 10));
  else printf("nothing\n");
  free(ready.ptr);
  drop_pollable(poll[0]);
  drop_pollable(poll[1]);
  drop_in(client.in);
  drop_tcp(client.socket);
  drop_connection(server);
}

static void reset(void) {
  connect_both();
  blocking_write(client.out, "never read");
  block_on(in_subscribe(server.in));
  // With bytes unread, closing resets the connection.
  drop_connection(server);
  block_on(in_subscribe(client.in));
  rs_bytes result;
  in_blocking_read(client.in, 10, &result);
  printf("after a reset reading ends: %d\n", result.err);
  if (result.err) stream_error(result.e);
  printf("then %s\n", read_from(client.in, 10));
  rs_unit written;
  for (int round = 0; round < 10; round++) {
    out_blocking_write_and_flush(client.out, "x", 1, &written);
    if (written.err) break;
  }
  printf("and writing ends: %d\n", written.err);
  if (written.err) stream_error(written.e);
  printf("then %s\n", check(client.out));
  drop_connection(client);
}

static void sample_application(void) {
  for (int round = 0; round < 2; round++) {
    connection c = connect_to(local_of(listener));
    send_all(c.out, "Hello, world!", 13);
    drop_connection(c);
    connection s = accept_from(listener);
    printf("empty read: %s\n", read_from(s.in, 0));
    printf("accepted: %s\n", blocking_read_from(s.in, 100));
    drop_connection(s);
  }
}

static void busy_poll(void) {
  connect_both();
  h32 pollables[2] = {0, in_subscribe(server.in)};
  int seen = 0;
  for (int round = 0; round < 100; round++) {
    blocking_write(client.out, "x");
    for (int try = 0; try < 1000000; try++) {
      pollables[0] = mono_subscribe_duration(0);
      list_u32 ready;
      wasi_poll(pollables, 2, &ready);
      int has = ready.len == 2 || ready.ptr[0] == 1;
      free(ready.ptr);
      drop_pollable(pollables[0]);
      if (has) {
        seen++;
        break;
      }
    }
    read_from(server.in, 1);
  }
  printf("a stream is seen beside a timer that is always ready: %d of 100\n", seen);
  drop_pollable(pollables[1]);
  drop_both();
}

int main(int argc, char **argv) {
  six = argc > 1 && argv[1][0] == '6';
  net = instance_network();
  listener = new_listener();
  reading();
  zeroes_and_splice();
  remote_end();
  local_end();
  big_write();
  drops();
  reset();
  sample_application();
  busy_poll();
  drop_tcp(listener);
  return 0;
}
