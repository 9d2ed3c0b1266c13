import { assertEquals, assertMatch } from "@std/assert";
import { runGuest, testEachStack } from "./component_guest.ts";

/** What a guest does that it must not, and what it traps with. */
const MISUSES: readonly (readonly [misuse: string, message: RegExp])[] = [
  ["poll_empty", /empty list/],
  ["poll_bad_pointer", /not inside the memory/],
  ["poll_misaligned", /not aligned/],
  ["poll_too_many", /not inside the memory/],
  ["poll_forged", /no handle 4711/],
  ["no_handle", /no handle 0/],
  ["wrong_type", /of type network, not pollable/],
  ["drop_twice", /no handle/],
  ["use_after_drop", /no handle/],
  ["drop_socket_before_pollable", /TcpSocket was dropped before/],
  ["result_outside", /not inside the memory/],
  ["result_misaligned", /not aligned/],
  ["name_not_utf8", /not utf-8/],
  ["name_outside", /not inside the memory/],
  ["bad_enum", /no case 7/],
  ["udp_restream", /streams of the last call/],
  ["udp_too_much", /check-send permits/],
  ["udp_unchecked", /check-send permits 0/],
  ["udp_drop_socket_first", /UdpSocket was dropped before/],
  ["udp_drop_stream_first", /IncomingDatagramStream was dropped before/],
  ["udp_bad_data", /not inside the memory/],
  ["drop_socket_first", /TcpSocket was dropped before/],
  ["drop_input_first", /TcpInputStream was dropped before/],
  ["drop_output_first", /TcpOutputStream was dropped before/],
  ["write_unchecked", /check-write permits 0/],
  ["write_too_much", /check-write permits/],
  ["write_zeroes_too_much", /check-write permits/],
  ["blocking_write_too_much", /more than 4096/],
  ["blocking_zeroes_too_much", /more than 4096/],
  ["write_outside", /not inside the memory/],
  ["use_stream_after_drop", /no handle/],
];

for (const [misuse, message] of MISUSES) {
  testEachStack(`a component that does ${misuse} traps`, async (stack) => {
    const { status, trap, stdout } = await runGuest(stack, "misuse", [misuse, "4"]);
    assertEquals(stdout, "before\n");
    assertMatch(trap, message);
    assertEquals(status, null);
  });
}
