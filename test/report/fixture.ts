import type { Claim, Report } from "../../build/report/report.ts";

/** A report with all that a report can hold: claims that pass, fail and are skipped, and each kind of control. */
export const report: Report = {
  board: "x86-64",
  site: "example",
  mode: "half-bridge",
  dialect: "legacy",
  facts: [],
  planHash: "5f0c4c0e4a7d8d5a3f3ad1f9a7b3a3b8f3f1c7a0d5e0b4f2a9c8e7d6b5a49382",
  image: {
    file: "halfbridge-x86-64-example.img",
    sha256: "9b1f9bb0c1a6d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f809102",
  },
  proven: [
    "The image file itself was booted under SeaBIOS and under OVMF: firmware, GRUB, kernel, squashfs, proxy.",
    "No test code was in it; it was judged from its links and its serial console.",
  ],
  notProven: [
    "The network cards and storage of real hardware: QEMU's virtio devices stood in for them.",
    "Throughput: the lab ran under software emulation.",
  ],
  topology: {
    ispRouter: "10.1.2.1",
    router: "10.1.2.2",
    lanPrefix: "10.1.2.0/24",
    ports: { isp: "eth0", lan: "eth1" },
    clients: [
      { name: "Client A", address: "10.1.2.10" },
      { name: "Client B", address: "10.1.2.11" },
    ],
    origins: [
      { name: "Origin 1", address: "203.0.113.10" },
      { name: "Origin 2", address: "198.51.100.20" },
    ],
  },
  claims: [...claimsUnder("bios"), ...claimsUnder("uefi")],
  figures: [
    { id: "image-compressed", title: "Image, compressed", value: 43.26, unit: "MB", atMost: 60 },
    { id: "ready-bios", title: "Firmware to proxy listening, BIOS", value: 14.21, unit: "s", atMost: 15 },
    { id: "ready-uefi", title: "Firmware to proxy listening, UEFI", value: 18.04, unit: "s", atMost: 15 },
    { id: "idle-ram", title: "Router's memory in use when idle", value: 71, unit: "MiB", atMost: 96 },
    { id: "packages", title: "Packages in the image", value: 94, unit: "count" },
  ],
  evidence: [
    { title: "ISP link under BIOS", file: "lab/bios/isp.pcap" },
    { title: "LAN link under BIOS", file: "lab/bios/lan.pcap" },
    { title: "Router's serial console under BIOS", file: "lab/bios/router.log" },
    { title: "Router's serial console under UEFI", file: "lab/uefi/router.log" },
  ],
};

function claimsUnder(firmware: Claim["firmware"]): Claim[] {
  return [
    {
      id: `${firmware}/arp-reply`,
      title:
        "ARP from the ISP side for a client's address is answered with the router's MAC, and nothing else is",
      firmware,
      status: "passed",
      observed:
        "10.1.2.10 is at 52:54:00:00:00:02; no answer for 10.1.9.9, for 10.1.2.1, nor to a duplicate-address probe",
      control: {
        title: "without the arpreply rule nobody answers",
        status: "passed",
        observed: "no answer for 10.1.2.10 within 3 s",
      },
      ms: firmware === "bios" ? 3412 : 3550,
    },
    {
      id: `${firmware}/proxied`,
      title: "A client fetches through the proxy, and the origin sees the client's own address",
      firmware,
      status: "passed",
      observed: "both origins logged 10.1.2.10 and 10.1.2.11; 20 MB arrived with the same sha256",
      control: {
        title: "without the socket rule a fetch times out",
        status: "passed",
        observed: "the fetch timed out after 5 s",
      },
      ms: firmware === "bios" ? 9120 : 9870,
    },
    {
      id: `${firmware}/no-escape`,
      title: "No captured packet slips past the proxy",
      firmware,
      status: "passed",
      observed:
        "41 SYNs to port 80 on the ISP link, each with the router's MAC and its twin in the proxy's log",
      control:
        firmware === "bios"
          ? {
              title: "with capture off they do slip past",
              status: "passed",
              observed: "6 SYNs without a twin",
            }
          : {
              title: "with capture off they do slip past",
              status: "failed",
              observed: "no SYN at all was seen",
            },
      ms: 4200,
    },
    {
      id: `${firmware}/proxy-restart`,
      title: "A killed proxy is back within 2 s, and open connections fail cleanly",
      firmware,
      status: firmware === "bios" ? "failed" : "passed",
      observed:
        firmware === "bios"
          ? 'expected the proxy to listen again within 2 s; it did after 3.4 s: <exit 137> & "respawn"'
          : "it listened again after 1.3 s; the open connection got a reset",
      control: {
        title: "with supervision stopped it stays away",
        status: "passed",
        observed: "nothing listened after 10 s",
      },
      ms: 5230,
    },
    {
      id: `${firmware}/power-cut`,
      title: "Power cuts while configuration is written lose nothing that was committed",
      firmware,
      status: firmware === "bios" ? "passed" : "skipped",
      observed:
        firmware === "bios"
          ? "10 of 10 cuts: it booted, proxied, and held the last committed value"
          : "only tried under BIOS, to save time",
      control: {
        title: "a value that was not committed is lost",
        status: firmware === "bios" ? "passed" : "skipped",
        observed: firmware === "bios" ? "it was gone after 7 of 10 cuts" : "",
      },
      ms: firmware === "bios" ? 125400 : 0,
    },
  ];
}
