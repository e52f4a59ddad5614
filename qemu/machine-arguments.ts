import type { Accelerator } from "./accelerator.ts";
import { machineKinds, type Cpu } from "./machine-kinds.ts";

/** A virtual machine as data: what it boots, its disk, its ports and its shells. Paths are absolute or below the run directory. */
export interface MachineSpec {
  /** Unique in a lab; names its logs and sockets. */
  readonly name: string;
  readonly cpu: Cpu;
  readonly memoryMiB: number;
  readonly accelerator: Accelerator;
  readonly boot: KernelBoot | DiskBoot;
  /** Network ports; the first becomes eth0. */
  readonly ports: readonly Port[];
  /** Names of virtio serial ports, beside the serial console (guests run a shell on each). */
  readonly shells: readonly string[];
  /** A file that Machine.save wrote, below the run directory: it goes on from there instead of starting. */
  readonly resumeFrom?: string;
}

/** QEMU loads the kernel itself, without firmware's or bootloader's help. */
export interface KernelBoot {
  readonly kernel: string;
  readonly initramfs: string;
  readonly commandLine: string;
}

/** Firmware finds a bootloader on the disk, as on hardware. */
export interface DiskBoot {
  readonly firmware: Firmware;
  readonly disk: Disk;
  /** A file that the machine finds on a second disk, whose serial number is `cargo`; it is only read. */
  readonly cargo?: string;
}

/**
 * SeaBIOS comes with QEMU; UEFI is two flash chips: code, read-only, and this machine's own variables; U-Boot is
 * read-only, too.
 */
export type Firmware =
  | { readonly kind: "bios" }
  | { readonly kind: "uefi"; readonly code: string; readonly variables: string }
  | { readonly kind: "u-boot"; readonly file: string };

export interface Disk {
  readonly file: string;
  readonly format: "raw" | "qcow2";
  /** `writethrough`: what the machine was told is written survives a power cut; `unsafe` is faster. */
  readonly cache: "writethrough" | "unsafe";
}

/** One end of a cable. The server's end outlives the client's, and takes a new client after each. */
export interface Port {
  readonly mac: string;
  /** Unix socket, relative to the run directory. */
  readonly socket: string;
  readonly role: "server" | "client";
  /** File that gets every frame on the cable, relative to the run directory. */
  readonly pcap?: string;
}

/** The sockets that QEMU connects to when it starts, by what is on the other end. */
export const socketsOf = ({ name, shells }: MachineSpec) => ({
  qmp: `${name}.qmp`,
  serial: `${name}.serial`,
  shells: Object.fromEntries(shells.map((shell) => [shell, `${name}.${shell}`])),
});

export const serialLogOf = (name: string): string => `${name}-serial.log`;

/** QEMU's arguments, without the program. Source: qemu(1). */
export function machineArguments(spec: MachineSpec): string[] {
  const sockets = socketsOf(spec);
  return [
    ...["-name", spec.name],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-vga", "none"],
    ...["-machine", "kernel" in spec.boot ? "pc" : machineKinds[spec.cpu].machine],
    ...cpuArguments(spec),
    ...["-m", `${spec.memoryMiB}`],
    ...["-chardev", `socket,id=qmp,path=${sockets.qmp}`, "-mon", "chardev=qmp,mode=control"],
    ...["-chardev", `socket,id=serial,path=${sockets.serial},logfile=${serialLogOf(spec.name)},logappend=on`],
    ...["-serial", "chardev:serial"],
    ...bootArguments(spec.boot),
    ...spec.ports.flatMap(portArguments),
    ...shellArguments(sockets.shells),
    ...(spec.resumeFrom === undefined ? [] : ["-incoming", `exec:cat ${spec.resumeFrom}`]),
  ];
}

/** One virtual CPU each: in software a second one makes a machine slower. */
function cpuArguments({ cpu, accelerator }: MachineSpec): string[] {
  const model = accelerator === "kvm" ? "host" : machineKinds[cpu].emulatedCpu;
  return ["-accel", accelerator, "-cpu", model, "-smp", "1"];
}

function bootArguments(boot: KernelBoot | DiskBoot): string[] {
  if ("kernel" in boot) {
    return ["-kernel", boot.kernel, "-initrd", boot.initramfs, "-append", boot.commandLine];
  }
  const { disk, firmware, cargo } = boot;
  return [
    ...firmwareArguments(firmware),
    ...["-drive", `if=none,id=disk,format=${disk.format},cache=${disk.cache},file=${escaped(disk.file)}`],
    ...["-device", "virtio-blk-pci,drive=disk,bootindex=0,addr=0x2"],
    ...(cargo === undefined ? [] : cargoArguments(cargo)),
  ];
}

/** Behind all other slots: the kernel names disks in their order. */
function cargoArguments(file: string): string[] {
  return [
    ...["-drive", `if=none,id=cargo,format=raw,readonly=on,file=${escaped(file)}`],
    ...["-device", "virtio-blk-pci,drive=cargo,serial=cargo,addr=0x1d"],
  ];
}

function firmwareArguments(firmware: Firmware): string[] {
  if (firmware.kind === "bios") return [];
  if (firmware.kind === "u-boot") return ["-bios", firmware.file];
  return [
    ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${escaped(firmware.code)}`],
    ...["-drive", `if=pflash,unit=1,format=raw,file=${escaped(firmware.variables)}`],
  ];
}

/** Ports sit in PCI slots in their order, which is the order in which the kernel names them. */
function portArguments({ mac, socket, role, pcap }: Port, index: number): string[] {
  const id = `port${index}`;
  return [
    ...[
      "-netdev",
      `stream,id=${id},server=${role === "server" ? "on" : "off"},addr.type=unix,addr.path=${socket}`,
    ],
    // no romfile: the firmware has nothing to boot from the network with
    ...["-device", `virtio-net-pci,netdev=${id},mac=${mac},romfile=,addr=0x${(index + 4).toString(16)}`],
    ...(pcap === undefined
      ? []
      : ["-object", `filter-dump,id=dump${index},netdev=${id},file=${escaped(pcap)}`]),
  ];
}

/** A virtio-serial device's 16th port is mute (QEMU 7.2): whoever has more shells gets a second device. */
const shellsOfDevice = 15;
const shellDeviceSlots = ["0x3", "0x1e"];

function shellArguments(shells: Readonly<Record<string, string>>): string[] {
  return shellDeviceSlots.flatMap((slot, device) => {
    const first = device * shellsOfDevice;
    const own = Object.entries(shells).slice(first, first + shellsOfDevice);
    if (own.length === 0) return [];
    return [
      ...["-device", `virtio-serial-pci,id=shells${device},addr=${slot}`],
      ...own.flatMap(([name, socket], index) => [
        ...["-chardev", `socket,id=shell${first + index},path=${socket}`],
        ...["-device", `virtserialport,bus=shells${device}.0,chardev=shell${first + index},name=${name}`],
      ]),
    ];
  });
}

/** In QEMU's option lists a comma inside a value is written twice. */
const escaped = (value: string): string => value.replaceAll(",", ",,");
