import { join } from "node:path";

export default {
  extensions: ["ts"],
  files: ["test/**/*.test.ts"],
  timeout: "2m",
  // many wait, for what is to happen or not to happen after a while
  concurrency: 3,
  // each file is a process, and tests start many more: what one has compiled the next needn't
  environmentVariables: { NODE_COMPILE_CACHE: join(import.meta.dirname, "out", ".cache", "node") },
};
