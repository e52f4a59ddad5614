import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../build/core/faults.ts";
import type { AnyPlan } from "../build/plan/plan.ts";
import type { Accelerator } from "./accelerator.ts";
import { Console } from "./console.ts";
import { privateLine } from "./framing.ts";
import { guestCommandLine } from "./guests/command-line.ts";
import type { GuestImage } from "./guests/guest-image.ts";
import type { LabFirmware } from "./firmware.ts";
import type { MachineSpec } from "./machine-arguments.ts";
import { acceleratorFor } from "./machine-kinds.ts";
import { Machine } from "./machine.ts";
import { Router } from "./router.ts";
import { SocketDirectory } from "./socket-directory.ts";
import { ownStartup, type Startup } from "./startup.ts";
import { originCount, planTopology, type Topology } from "./topology.ts";

export interface LabOptions {
  readonly plan: AnyPlan;
  /** The image as it is flashed; it is only read. */
  readonly imageFile: string;
  readonly firmware: LabFirmware;
  readonly accelerator: Accelerator;
  readonly guests: GuestImage;
  /** Holds logs, captures and disks of this run; made empty first. */
  readonly runDirectory: string;
  /** The router's. */
  readonly memoryMiB: number;
  /** Of an image that isn't of our own making. */
  readonly startup?: Startup;
  /** A file that each router finds on a second disk. */
  readonly cargo?: string;
  /** How many routers to have, each with surroundings of its own; those after the first are for power cuts. */
  readonly lanes: number;
}

/** A router, switched off at first, between an ISP and a LAN that nobody else uses. */
export interface Lane {
  readonly plan: AnyPlan;
  readonly topology: Topology;
  readonly router: Router;
  /** A shell on the ISP's router. */
  readonly isp: Console;
  /** Shells on hosts behind the ISP's router and in the LAN; the first is 1. */
  readonly origin: (number: number) => Console;
  readonly client: (number: number) => Console;
  /** The captures of a side's links, for readPackets: the LAN has one for each port that it is on, the first first. */
  readonly pcaps: (side: "isp" | "lan") => readonly string[];
}

export interface Lab {
  readonly options: LabOptions;
  /** The first is for all that doesn't cut power. */
  readonly lanes: readonly [Lane, ...Lane[]];
}

const guestMemoryMiB = 256;
const guestBootTimeoutMs = 60_000;

/** Boots the guests, hands them out with routers that are switched off, and takes everything down at the end. */
export async function withLab<T>(options: LabOptions, work: (lab: Lab) => Promise<T>): Promise<T> {
  await rm(options.runDirectory, { recursive: true, force: true });
  await mkdir(options.runDirectory, { recursive: true });
  const topology = planTopology(options.plan.site);
  using run = new SocketDirectory(options.runDirectory);
  await using guests = new AsyncDisposableStack();
  const [isp, lan] = await Promise.all(
    [ispGuest(options, topology), lanGuest(options, topology)].map(async (spec) =>
      guests.use(await Machine.start(spec, run)),
    ),
  );
  const consoles = [isp, lan].flatMap((machine) => shellsOf(machine as Machine, options.runDirectory));
  await Promise.all(consoles.map((console) => console.waitForShell({ timeoutMs: guestBootTimeoutMs })));
  const shells = new Map(consoles.map((console) => [console.name, console]));
  await using routers = new AsyncDisposableStack();
  const lanes = await Promise.all(
    laneNumbers(options).map(async (lane) => {
      const router = routers.use(await createRouter(options, topology, lane, run));
      return describeLane(options, topology, router, shells, lane);
    }),
  );
  return await work({ options, lanes: lanes as [Lane, ...Lane[]] });
}

const laneNumbers = ({ lanes }: LabOptions): number[] => Array.from({ length: lanes }, (_, lane) => lane);
/** How many ports towards the LAN a router is given: a second one where it can have several. */
const lanPortsOf = ({ network }: AnyPlan): 1 | 2 => (network.join === undefined ? 1 : 2);

type Link = "isp" | "lan" | "lan2";

/** The links of a side, one for each of its ports. */
const linksOf = (side: "isp" | "lan", plan: AnyPlan): readonly Link[] =>
  side === "lan" && lanPortsOf(plan) === 2 ? ["lan", "lan2"] : [side];

const socketOf = (link: Link, lane: number): string => `link-${link}-${lane}`;
const pcapOf = (link: Link, lane: number): string => `${link}-${lane}.pcap`;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

function ispGuest(options: LabOptions, topology: Topology): MachineSpec {
  const mac = topology.ispRouter.mac;
  return guest(
    "isp",
    mac,
    ["isp", ...numbers(originCount).map((number) => `origin${number}-`)],
    options,
    topology,
  );
}

function lanGuest(options: LabOptions, topology: Topology): MachineSpec {
  const mac = "52:54:00:c1:00:00"; // the switch's, which sends nothing
  return guest(
    "lan",
    mac,
    numbers(topology.clients.length).map((number) => `client${number}-`),
    options,
    topology,
  );
}

function guest(
  side: "isp" | "lan",
  mac: string,
  shells: readonly string[],
  options: LabOptions,
  topology: Topology,
): MachineSpec {
  const { accelerator, guests, lanes, plan } = options;
  const links = linksOf(side, plan);
  return {
    name: side,
    cpu: "amd64",
    memoryMiB: guestMemoryMiB,
    accelerator,
    boot: { ...guests, commandLine: guestCommandLine(side, topology, lanes, links.length) },
    // the guests are the servers: a router comes and goes
    ports: links.flatMap((link) =>
      laneNumbers(options).map((lane) => ({
        mac,
        socket: socketOf(link, lane),
        role: "server" as const,
        pcap: pcapOf(link, lane),
      })),
    ),
    shells: laneNumbers(options).flatMap((lane) => shells.map((shell) => `${shell}${lane}`)),
  };
}

function shellsOf(machine: Machine, runDirectory: string): Console[] {
  const log = join(runDirectory, machine.serialLog);
  return [...machine.shells].map(([name, socket]) => new Console(socket, privateLine, name, log));
}

function createRouter(
  options: LabOptions,
  { router }: Topology,
  lane: number,
  run: SocketDirectory,
): Promise<Router> {
  const { imageFile, firmware, memoryMiB, plan, cargo, startup = ownStartup } = options;
  const cpu = plan.board.arch;
  const accelerator = acceleratorFor(cpu, options.accelerator);
  return Router.create(
    {
      ...{ name: `router-${lane}`, cpu, imageFile, firmware, accelerator, memoryMiB, startup },
      ...(cargo === undefined ? {} : { cargo }),
      ports: [
        { mac: router.ispMac, socket: socketOf("isp", lane), role: "client" },
        { mac: router.lanMac, socket: socketOf("lan", lane), role: "client" },
        ...(lanPortsOf(plan) === 1
          ? []
          : [{ mac: router.lanMac2, socket: socketOf("lan2", lane), role: "client" } as const]),
      ],
    },
    run,
  );
}

function describeLane(
  { plan, runDirectory }: LabOptions,
  topology: Topology,
  router: Router,
  shells: ReadonlyMap<string, Console>,
  lane: number,
): Lane {
  const shell = (name: string): Console => {
    const found = shells.get(name);
    if (found === undefined) throw new ToolError(`the lab has no host ${name}`);
    return found;
  };
  return {
    plan,
    topology,
    router,
    isp: shell(`isp${lane}`),
    origin: (number) => shell(`origin${number}-${lane}`),
    client: (number) => shell(`client${number}-${lane}`),
    pcaps: (side) => linksOf(side, plan).map((link) => join(runDirectory, pcapOf(link, lane))),
  };
}
