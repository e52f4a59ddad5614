/** Debian's release that all is from: the debian base's system, the payload's libraries, and the tools that shape bytes. */
export const suite = "trixie";
