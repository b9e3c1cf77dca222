/** A random UUID (RFC 9562, version 4); `crypto.randomUUID` is missing on older phones and without https. */
export function uuid(): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(16)));
  const bytes = random.map((byte, at) => (at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte));
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
