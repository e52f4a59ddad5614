import { parseDeviceTree } from "../../build/debian/device-tree.ts";

/** What matters here of an ESPRESSObin's tree, as `dtc -O yaml` prints it. */
export const espressobin = parseDeviceTree(`
- compatible: ["globalscale,espressobin-v7", "marvell,armada3720"]
  '#address-cells': [[0x2]]
  '#size-cells': [[0x2]]
  soc:
    compatible: ["simple-bus"]
    '#address-cells': [[0x2]]
    '#size-cells': [[0x2]]
    ranges: true
    internal-regs@d0000000:
      compatible: ["simple-bus"]
      '#address-cells': [[0x1]]
      '#size-cells': [[0x1]]
      ranges: [[0x0, 0x0, 0xd0000000, 0x2000000]]
      ethernet@30000:
        compatible: ["marvell,armada-3700-neta"]
        reg: [[0x30000, 0x4000]]
        status: ["okay"]
      ethernet@40000:
        compatible: ["marvell,armada-3700-neta"]
        reg: [[0x40000, 0x4000]]
        status: ["disabled"]
      mdio@32004:
        compatible: ["marvell,orion-mdio"]
        '#address-cells': [[0x1]]
        '#size-cells': [[0x0]]
        reg: [[0x32004, 0x4]]
        ethernet-switch@1:
          compatible: ["marvell,mv88e6085"]
          reg: [[0x1]]
          ethernet-ports:
            ethernet-port@0: { reg: [[0x0]], label: ["cpu"] }
            ethernet-port@1: { reg: [[0x1]], label: ["lan1"] }
            ethernet-port@3: { reg: [[0x3]], label: ["wan"] }
    pcie@d0070000:
      compatible: ["marvell,armada-3700-pcie"]
      reg: [[0x0, 0xd0070000, 0x0, 0x20000]]
`);
