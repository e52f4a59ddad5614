#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { projectRoot } from "../core/paths.ts";

// what the command before has compiled this one needn't: half of a small one's time
enableCompileCache(join(projectRoot, "out", ".cache", "node"));
await import("./program.ts");
