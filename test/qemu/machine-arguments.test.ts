import test from "ava";
import { guestCommandLine } from "../../qemu/guests/command-line.ts";
import { machineArguments, type MachineSpec } from "../../qemu/machine-arguments.ts";
import { planTopology } from "../../qemu/topology.ts";
import { assertGolden } from "../golden.ts";

const topology = planTopology({
  lan: "10.1.2.0/24",
  router: "10.1.2.2",
  ispRouter: "10.1.2.1",
  ipv6: { handling: "block" },
});

/** One option a line, as a person would write it. */
const print = (spec: MachineSpec): string =>
  `${machineArguments(spec).join(" ").replaceAll(" -", " \\\n  -")}\n`;

test("a guest boots its kernel directly, serves its links and has a shell a port", async (t) => {
  const spec: MachineSpec = {
    name: "isp",
    cpu: "amd64",
    memoryMiB: 256,
    accelerator: "tcg",
    boot: {
      kernel: "/cache/kernel",
      initramfs: "/cache/initramfs",
      commandLine: guestCommandLine("isp", topology, 2),
    },
    ports: [0, 1].map((lane) => ({
      mac: topology.ispRouter.mac,
      socket: `link-isp-${lane}`,
      role: "server",
      pcap: `isp-${lane}.pcap`,
    })),
    shells: ["isp0", "origin1-0"],
  };
  await assertGolden(t, "qemu/guest-arguments.txt", print(spec));
});

test("a router is started by its firmware from its disk, and is a client on its links", async (t) => {
  const { ispMac, lanMac } = topology.router;
  const spec: MachineSpec = {
    name: "router-0",
    cpu: "amd64",
    memoryMiB: 256,
    accelerator: "kvm",
    boot: {
      firmware: {
        kind: "uefi",
        code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
        variables: "/out/a,b/router-0-uefi.fd",
      },
      disk: { file: "/out/a,b/router-0.qcow2", format: "qcow2", cache: "writethrough" },
      cargo: "/out/a,b/image.img.gz",
    },
    ports: [
      { mac: ispMac, socket: "link-isp-0", role: "client" },
      { mac: lanMac, socket: "link-lan-0", role: "client" },
    ],
    shells: [],
  };
  await assertGolden(t, "qemu/router-arguments.txt", print(spec));
});
