// Does what a guest must not do, one thing a run, named by the first argument; each has to trap.
// Second argument: 4 or 6.
#include "guest.h"

static const char *what;

static int is(const char *name) { return !strcmp(what, name); }

static h32 udp_bound(void) {
  h32 socket = new_udp();
  bind_udp(socket, loopback(0));
  return socket;
}

static r_pair udp_streams(h32 socket) {
  sockaddr_c peer = local_of_udp(socket);
  r_pair made;
  udp_stream(socket, &peer, &made);
  if (made.err) die("stream");
  return made;
}

int main(int argc, char **argv) {
  what = argc > 1 ? argv[1] : "";
  six = argc > 2 && argv[2][0] == '6';
  net = instance_network();
  static char big[70000];
  static outdgram many[2000];
  rs_unit unit_result;
  rs_u64 number;
  r_u64 count;
  list_u32 ready;
  printf("before\n");
  if (is("poll_empty")) {
    wasi_poll(NULL, 0, &ready);
  } else if (is("poll_bad_pointer")) {
    wasi_poll((const h32 *)0xfffffff0, 1, &ready);
  } else if (is("poll_misaligned")) {
    wasi_poll((const h32 *)(big + 1), 1, &ready);
  } else if (is("poll_too_many")) {
    wasi_poll((const h32 *)0, 0x10000000, &ready);
  } else if (is("poll_forged")) {
    h32 forged = 4711;
    wasi_poll(&forged, 1, &ready);
  } else if (is("no_handle")) {
    pollable_block(0);
  } else if (is("wrong_type")) {
    pollable_block(net);
  } else if (is("drop_twice")) {
    drop_network(net);
    drop_network(net);
  } else if (is("use_after_drop")) {
    h32 socket = new_tcp();
    drop_tcp(socket);
    tcp_is_listening(socket);
  } else if (is("drop_socket_before_pollable")) {
    h32 socket = new_tcp();
    tcp_subscribe(socket);
    drop_tcp(socket);
  } else if (is("result_outside")) {
    tcp_local_address(new_tcp(), (r_addr *)0xfffffffc);
  } else if (is("result_misaligned")) {
    tcp_local_address(new_tcp(), (r_addr *)(big + 1));
  } else if (is("name_not_utf8")) {
    r_u32 made;
    resolve_addresses(net, "\xff\xfe", 2, &made);
  } else if (is("name_outside")) {
    r_u32 made;
    resolve_addresses(net, (const char *)0xffffff00, 0xfffffff, &made);
  } else if (is("bad_enum")) {
    r_u32 made;
    create_tcp_socket(7, &made);
  } else if (!strncmp(what, "udp_", 4)) {
    h32 socket = udp_bound();
    r_pair s = udp_streams(socket);
    if (is("udp_restream")) {
      udp_stream(socket, NULL, &s);
    } else if (is("udp_too_much")) {
      outdg_check_send(s.out, &count);
      if (count.err || count.val + 1 > sizeof many / sizeof *many) die("check-send");
      outdg_send(s.out, many, count.val + 1, &count);
    } else if (is("udp_unchecked")) {
      outdg_send(s.out, many, 1, &count);
    } else if (is("udp_drop_socket_first")) {
      drop_udp(socket);
    } else if (is("udp_drop_stream_first")) {
      indg_subscribe(s.in);
      drop_indg(s.in);
    } else if (is("udp_bad_data")) {
      outdg_check_send(s.out, &count);
      many[0].ptr = (const uint8_t *)0xfffffff0;
      many[0].len = 0xffffffff;
      outdg_send(s.out, many, 1, &count);
    } else {
      die("no such misuse");
    }
  } else {
    h32 listener = new_listener();
    connection c = connect_to(local_of(listener));
    if (is("drop_socket_first")) {
      drop_tcp(c.socket);
    } else if (is("drop_input_first")) {
      in_subscribe(c.in);
      drop_in(c.in);
    } else if (is("drop_output_first")) {
      out_subscribe(c.out);
      drop_out(c.out);
    } else if (is("write_unchecked")) {
      out_write(c.out, "x", 1, &unit_result);
    } else if (is("write_too_much")) {
      out_check_write(c.out, &number);
      out_write(c.out, (const void *)big, number.val > sizeof big ? 0x7fffffff : number.val + 1,
                &unit_result);
    } else if (is("write_zeroes_too_much")) {
      out_check_write(c.out, &number);
      out_write_zeroes(c.out, number.val + 1, &unit_result);
    } else if (is("blocking_write_too_much")) {
      out_blocking_write_and_flush(c.out, big, 4097, &unit_result);
    } else if (is("blocking_zeroes_too_much")) {
      out_blocking_write_zeroes_and_flush(c.out, 4097, &unit_result);
    } else if (is("write_outside")) {
      out_blocking_write_and_flush(c.out, (const void *)0xfffffff0, 4096, &unit_result);
    } else if (is("use_stream_after_drop")) {
      drop_in(c.in);
      rs_bytes bytes;
      in_read(c.in, 1, &bytes);
    } else {
      die("no such misuse");
    }
  }
  printf("it did not trap\n");
  return 3;
}
