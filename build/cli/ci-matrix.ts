import { stringify } from "yaml";
import type { Board } from "../config/board.ts";

export const matrixFormats = ["github", "gitlab"] as const;

type Format = (typeof matrixFormats)[number];

/**
 * Spreads boards over a CI's machines, a job each; the architecture goes with it, since boards of one share most
 * steps, and so a cache. `github`: JSON for `strategy.matrix` by way of `fromJSON`; `gitlab`: a child pipeline.
 */
export function formatMatrix(boards: readonly Board[], format: Format): string {
  return format === "github" ? githubMatrix(boards) : gitlabPipeline(boards);
}

function githubMatrix(boards: readonly Board[]): string {
  return `${JSON.stringify({ include: boards.map(({ name, arch }) => ({ board: name, arch })) })}\n`;
}

/** https://docs.gitlab.com/ci/yaml/#parallelmatrix, downstream pipelines: #triggerinclude. */
function gitlabPipeline(boards: readonly Board[]): string {
  return stringify({
    board: {
      image: "debian:13",
      parallel: { matrix: boards.map(({ name, arch }) => ({ BOARD: name, ARCH: arch })) },
      script: ['scripts/build "$BOARD"'],
      // a disk image is of no use to another board
      after_script: ["rm -rf out/.cache/steps/image"],
      cache: { key: "halfbridge-$ARCH", paths: ["out/.cache/"] },
      artifacts: {
        when: "always",
        paths: ["out/$BOARD/"],
        exclude: ["out/$BOARD/*.img"],
        reports: { junit: "out/$BOARD/junit.xml" },
      },
    },
  });
}
