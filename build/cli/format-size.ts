import { estimateError } from "../image/estimate.ts";
import type { Budget, Room } from "../image/budget.ts";
import { formatTable } from "../report/text-table.ts";

/** How many parts are shown one by one. */
const shown = 20;

/** What weighs, and what is left of flash and RAM, as tables. */
export function formatSize({ parts, partitions, storage, memory }: Budget): string {
  const rest = parts.slice(shown);
  const weights = parts
    .slice(0, shown)
    .map(({ from, on, bytes, packedBytes }) => [from, on, megabytes(bytes), megabytes(packedBytes)]);
  const others = [
    `${rest.length} more`,
    "",
    megabytes(rest.reduce((sum, { bytes }) => sum + bytes, 0)),
    megabytes(rest.reduce((sum, { packedBytes }) => sum + packedBytes, 0)),
  ];
  return [
    `What weighs (once packed; estimates, ± ${estimateError * 100} %):`,
    ...formatTable([["", "on", "as files", "packed"], ...weights, ...(rest.length === 0 ? [] : [others])]),
    "",
    "What is left of flash:",
    ...formatTable([["", "size", "taken", "left"], ...[...partitions, storage].map(roomRow)]),
    "",
    "What is left of RAM:",
    ...formatTable([
      ...memory.needs.map(({ what, MiB }) => [what, `${MiB.toFixed(0)} MiB`]),
      ["left", `${memory.leftMiB.toFixed(0)} of ${memory.totalMiB} MiB`],
    ]),
    `The proxy has room for ${memory.connections} idle connections there; what the kernel keeps for sockets isn't counted.`,
    "",
  ].join("\n");
}

const roomRow = ({ name, sizeBytes, takenBytes }: Room): string[] => [
  name,
  mebibytes(sizeBytes),
  mebibytes(takenBytes),
  mebibytes(sizeBytes - takenBytes),
];

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
