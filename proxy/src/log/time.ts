let lastSecond = -1;
let lastText = "";

/**
 * A time in milliseconds since 1970 as ISO 8601, UTC. The second is printed once for all lines of it: that is most
 * of what a line of a log costs.
 */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString().slice(0, 20);
  }
  return `${lastText}${String(Math.floor(ms) - second * 1000).padStart(3, "0")}Z`;
}
