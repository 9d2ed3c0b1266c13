/**
 * Host names in the form in which they are compared.
 *
 * @module
 */

// RFC 1035, section 2.3.4: 255 octets on the wire are 253 characters and a final dot.
const MAX_LENGTH = 253;

/**
 * Puts a host name into the form in which Deno compares them: ASCII letters in lower case, without
 * the dot after it.
 *
 * Deno takes no other than ASCII names, so those of other scripts have to come as they go over the
 * wire (`xn--…`, RFC 5891). What else `--allow-net` can name (a port, a block, a path) is not a name:
 * a guest that resolves `localhost:80` must not be taken for one that asks about port 80.
 *
 * @param name The name.
 * @returns The name, or null if it is not made of labels of letters, digits, `-` and `_`, or longer
 * than 253 characters.
 */
export function normalizeHostName(name: string): string | null {
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  if (bare.length > MAX_LENGTH || !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(bare)) return null;
  return bare.toLowerCase();
}
