import test from "ava";
import { parse } from "yaml";
import { formatMatrix } from "../../build/cli/ci-matrix.ts";
import { board } from "../setups.ts";

const boards = [board, { ...board, name: "other", arch: "arm64" } as const];

test("GitHub gets a job for each board, as JSON on one line", (t) => {
  const text = formatMatrix(boards, "github");
  t.is(text.trim().split("\n").length, 1, "it is written into $GITHUB_OUTPUT");
  t.deepEqual(JSON.parse(text), {
    include: [
      { board: "x86-64", arch: "amd64" },
      { board: "other", arch: "arm64" },
    ],
  });
});

test("GitLab gets a child pipeline with a job for each board, and a cache for each architecture", (t) => {
  const { board: job } = parse(formatMatrix(boards, "gitlab")) as {
    board: { parallel: unknown; script: string[]; cache: { key: string } };
  };
  t.deepEqual(job.parallel, {
    matrix: [
      { BOARD: "x86-64", ARCH: "amd64" },
      { BOARD: "other", ARCH: "arm64" },
    ],
  });
  t.deepEqual(job.script, ['scripts/build "$BOARD"']);
  t.is(job.cache.key, "halfbridge-$ARCH");
});
