import type { Fault } from "../core/faults.ts";
import { findDevice, formatBytes, type BlockDevice, type Target } from "./target.ts";

/** Sectors that the image's partition table counts in, in bytes. */
const sectorBytes = 512;

/** Where the running system's own parts are mounted. */
const systemMounts = ["/", "/boot", "/boot/efi", "/boot/firmware", "/efi", "/usr", "/var"];

/**
 * Why a path may not be written to: every reason, or none. `path` is the target as the user named it;
 * sizes are in bytes. Looks at nothing but its arguments.
 */
export function judgeTarget(path: string, target: Target, imageBytes: number): Fault[] {
  const fault = (fact: string, hint: string): Fault => ({ file: path, path: "", fact, hint });
  if (target.kind === "missing") return [fault("does not exist", "lsblk lists the disks of this machine")];
  if (target.kind === "other")
    return [fault(`is ${target.what}, neither a block device nor a regular file`, "name a whole disk")];
  if (target.kind === "file") return judgeFile(target, imageBytes, fault);
  return judgeDevice(target, imageBytes, fault);
}

type Say = (fact: string, hint: string) => Fault;

function judgeFile(target: Target & { kind: "file" }, imageBytes: number, fault: Say): Fault[] {
  if (target.isImage) return [fault("is the image itself", "name the disk that it is to be written to")];
  if (target.amongDevices) {
    const hint = "it is left of a write to a disk that was not there: remove it, and plug the disk in";
    return [fault("is a regular file among the device nodes, in RAM", hint)];
  }
  const small = tooSmall(target.bytes, imageBytes);
  return [
    ...(small === undefined
      ? []
      : [fault(small, `truncate --size ${imageBytes} FILE makes it large enough`)]),
    ...(target.writable ? [] : [fault("may not be read and written by this user", "chmod u+rw")]),
  ];
}

function judgeDevice(target: Target & { kind: "device" }, imageBytes: number, fault: Say): Fault[] {
  const found = findDevice(target.number, target.disks);
  if (found === undefined)
    return [fault("is a block device that lsblk does not list", "lsblk lists the disks of this machine")];
  const { device, below } = found;
  const [disk] = below.slice(-1);
  if (disk !== undefined && device.type === "part")
    return [fault(`is a partition of ${disk.name}`, `name the whole disk: ${disk.path}`)];
  if (!["disk", "loop"].includes(device.type) || disk !== undefined)
    return [
      fault(`is not a whole disk, but of type ${device.type}`, "lsblk lists the disks of this machine"),
    ];
  if (device.size === 0) return [fault("has no medium in it", "insert the card or disk")];
  const small = tooSmall(device.size, imageBytes);
  return [
    ...judgeUse(device, target.imageMount, fault),
    ...(device.ro ? [fault("is read-only", "an SD card's lock slides; blockdev --getro tells")] : []),
    ...(small === undefined ? [] : [fault(small, "take a larger medium")]),
    ...(device["log-sec"] === sectorBytes
      ? []
      : [
          fault(
            `has sectors of ${device["log-sec"]} bytes, but the image's partition table counts in ${sectorBytes}`,
            "take another medium",
          ),
        ]),
    ...(target.writable || device.ro
      ? []
      : [fault("may not be read and written by this user", permissionHint(device.group))]),
  ];
}

/** What a disk is in use for. That it holds the running system says all, so nothing else is said then. */
function judgeUse(disk: BlockDevice, imageMount: string, fault: Say): Fault[] {
  const parts = withDescendants(disk);
  const mounts = new Set(parts.flatMap(({ mountpoints }) => mountpoints));
  const system = systemMounts.find((mount) => mounts.has(mount));
  if (system !== undefined)
    return [
      fault(`is this machine's own disk: it holds ${system}`, "name the medium that the router starts from"),
    ];
  if (mounts.has(imageMount))
    return [fault(`holds the image that is to be written (on ${imageMount})`, "name another disk")];
  return [
    ...parts.flatMap(({ name, path, mountpoints }) =>
      mountpoints
        .filter((mount) => mount !== null)
        .map((mount) =>
          mount === "[SWAP]"
            ? fault(`is in use: ${name} is swapped to`, `stop that first: sudo swapoff ${path}`)
            : fault(`is in use: ${name} is mounted on ${mount}`, `unmount it first: sudo umount ${path}`),
        ),
    ),
    ...parts.flatMap(({ name, children = [] }) =>
      children
        .filter(({ type }) => type !== "part")
        .map((holder) =>
          fault(`is in use: ${name} belongs to ${holder.name} (${holder.type})`, stopHint(holder)),
        ),
    ),
  ];
}

const permissionHint = (group: string | null): string =>
  group === null || group === "root"
    ? "run it with sudo"
    : `run it with sudo, or join the group that may: sudo adduser "$USER" ${group}`;

function stopHint({ type, path }: BlockDevice): string {
  if (type === "lvm") return `stop that first: sudo lvchange --activate n ${path}`;
  if (type === "crypt") return `stop that first: sudo cryptsetup close ${path}`;
  if (type.startsWith("raid") || type === "md") return `stop that first: sudo mdadm --stop ${path}`;
  return `stop ${path} first`;
}

const withDescendants = (device: BlockDevice): BlockDevice[] => [
  device,
  ...(device.children ?? []).flatMap(withDescendants),
];

function tooSmall(bytes: number, imageBytes: number): string | undefined {
  if (bytes >= imageBytes) return undefined;
  return `holds ${formatBytes(bytes)}, ${formatBytes(imageBytes - bytes)} less than the image's ${formatBytes(imageBytes)}`;
}
