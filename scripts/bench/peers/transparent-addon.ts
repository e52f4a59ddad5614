import { isTransparentAddon, type TransparentAddon } from "../../../proxy/src/transport.ts";

/** Our own addon; its sockets are of the namespace that this process is in. */
export function loadTransparentAddon(folder: string): TransparentAddon {
  const addon = { exports: {} };
  process.dlopen(addon, `${folder}/transparent.node`);
  if (!isTransparentAddon(addon.exports))
    throw new Error(`${folder}/transparent.node: not the proxy's addon`);
  return addon.exports;
}
