/**
 * A program that asks a policy, run with the flags under test. Each argument is a question, each line
 * of output its answer: the result, and what was missed if it is a refusal.
 *
 * - `USE ADDRESS`: {@linkcode Policy.checkAddress}; `name NAME`: {@linkcode Policy.checkName};
 * - `learn NAME ADDRESS`, `nameFor ADDRESS`;
 * - `open PATH`: {@linkcode Policy.openUnixTarget};
 * - `revoke DESCRIPTOR`, in JSON; `hostile COUNT`: that many addresses of random bytes.
 *
 * @module
 */
import { ADDRESS_USES, type AddressUse } from "../../../lib/kernel/policy/address_use.ts";
import { revokePermissions } from "../../../lib/kernel/policy/permissions.ts";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import { Random } from "../../linux/random.ts";
import { sockaddrOf } from "../sockaddr_text.ts";

const policy = new Policy();

function ask(question: string): string {
  const [verb = "", ...rest] = question.split(" ");
  const operand = rest.join(" ");
  switch (verb) {
    case "name":
      return told(policy.checkName(operand));
    case "learn":
      policy.learn(rest[0] ?? "", [sockaddrOf(rest[1] ?? "")]);
      return "";
    case "nameFor": {
      const bytes = sockaddrOf(operand);
      return String(policy.nameFor(bytes, bytes.length));
    }
    case "open": {
      const bytes = sockaddrOf(`unix:${operand}`);
      const target = policy.openUnixTarget("connect", bytes, bytes.length);
      if (typeof target === "number") return told(target);
      target.close();
      return "opened";
    }
    case "hostile":
      return tryRandomAddresses(Number(operand));
    case "revoke":
      return revokePermissions(JSON.parse(operand));
    default: {
      const bytes = sockaddrOf(operand);
      return told(policy.checkAddress(verb as AddressUse, bytes, bytes.length));
    }
  }
}

function tryRandomAddresses(count: number): string {
  const random = new Random(1);
  for (let i = 0; i < count; i++) {
    const bytes = random.bytes(2 + random.integer(127));
    bytes.set(random.pick([[0, 0], [1, 0], [2, 0], [10, 0], []]));
    const length = random.integer(130);
    for (const use of ADDRESS_USES) policy.checkAddress(use, bytes, length);
    policy.admitsPeer("receive", bytes, length);
    policy.nameFor(bytes, length);
    policy.learn("example.com", [bytes]);
    const target = policy.openUnixTarget("send", bytes, length);
    if (typeof target !== "number") target.close();
  }
  return "nothing thrown";
}

function told(result: number): string {
  const denial = policy.takeDenial();
  return denial === null ? String(result) : `${result} ${denial}`;
}

for (const question of Deno.args) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${ask(question)}\n`));
}
