import { join } from "node:path";
import { mendTapReporter } from "./scripts/mend-tap-reporter.js";

await mendTapReporter();

/** Those that take longest, most of it waiting: nothing is to wait for them at the end. */
const first = [
  "proxy/captured",
  "base",
  "fuzz",
  "scripts/bench",
  "proxy/transparent",
  "proxy",
  "cli",
  "docs",
];

export default {
  extensions: ["ts"],
  files: ["test/**/*.test.ts"],
  timeout: "2m",
  // a program's start takes CPU by its parent's memory: 0.7 ms from a small process, 17 from one of 800 MB
  workerThreads: false,
  // many wait, for what is to happen or not to happen after a while
  concurrency: 3,
  sortTestFiles: (one, other) => rank(one) - rank(other) || one.localeCompare(other),
  // what one file's process has compiled the next needn't, nor what tests start
  environmentVariables: { NODE_COMPILE_CACHE: join(import.meta.dirname, "out", ".cache", "node") },
};

function rank(file) {
  const at = first.findIndex((name) => file.includes(`/test/${name}`));
  return at < 0 ? first.length : at;
}
