import test from "ava";
import { guestCommandLine } from "../../../qemu/guests/command-line.ts";
import { planTopology } from "../../../qemu/topology.ts";

test("the longest kernel command line is within what the kernel takes", (t) => {
  const network = "2001:db8:1111:2222:3333:4444:5555";
  const topology = planTopology({
    lan: "172.116.112.0/24",
    router: "172.116.112.102",
    ispRouter: "172.116.112.101",
    ipv6: {
      handling: "route",
      lan: `${network}:6600/120`,
      router: `${network}:6602`,
      ispRouter: `${network}:6601`,
    },
  });
  t.is(topology.clients[3]?.address6, `${network}:66c4`);
  t.true(guestCommandLine("isp", topology, 10).length < 2048); // COMMAND_LINE_SIZE on x86
});
