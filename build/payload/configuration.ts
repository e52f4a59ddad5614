import { mergeTrees, textFile, type Entry } from "../core/tree.ts";
import type { Plan } from "../plan/plan.ts";
import { printLegacy } from "./dialects/legacy.ts";
import { readOverlays, renderTemplates } from "./render.ts";
import { proxyConfiguration } from "./proxy-configuration.ts";
import { nodeFlags } from "./runtime.ts";

const dialects = { legacy: printLegacy } as const;

/** All of the payload that is text: rules, settings, init scripts, the proxy's configuration. */
export async function renderConfiguration(plan: Plan): Promise<Entry[]> {
  const { network, site, kernel } = plan;
  const rules = Object.entries(dialects[site.dialect](network));
  return mergeTrees(
    await readOverlays("payload"),
    await renderTemplates("payload", payloadView(plan)),
    rules.map(([name, text]) => textFile(`/etc/halfbridge/rules/${name}`, text)),
    [
      textFile("/etc/hostname", `${site.hostname}\n`),
      textFile("/etc/halfbridge/ports", `${network.ports.isp} ${network.ports.lan}\n`),
      textFile("/etc/halfbridge/modules", list(kernel.modules.network)),
      textFile(
        "/etc/halfbridge/settings",
        list(network.sysctls.map(({ key, value }) => `${pathOf(key)} ${value}`)),
      ),
      textFile("/etc/halfbridge/proxy.json", `${JSON.stringify(proxyConfiguration(plan), null, 2)}\n`),
    ],
  );
}

function payloadView({ network, site }: Plan) {
  const { bridge, ports, addresses, arpProxies, routes, delivery } = network;
  const devices = [...(bridge === null ? [] : [bridge.name]), ports.isp, ports.lan];
  const shown = addresses.map((address) => ({ ...address, peer: address.peer ?? null }));
  return {
    mode: site.mode,
    ports,
    nodeFlags: nodeFlags.join(" "),
    descriptors: 2 * site.proxy.maxConnections + 128,
    bridge: bridge && { ...bridge, firstPort: bridge.ports[0] },
    delivery,
    devices,
    devicesReversed: devices.toReversed(),
    addresses: shown,
    addressesReversed: shown.toReversed(),
    arpProxies,
    routes,
  };
}

function list(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

/** A setting's place below /proc/sys; a dot in an interface's name is written as a slash (sysctl(8)). */
function pathOf(key: string): string {
  return key.replace(/[./]/g, (separator) => (separator === "." ? "/" : "."));
}
