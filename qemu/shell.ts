import { join } from "node:path";
import { note } from "../build/core/progress.ts";
import type { Console } from "./console.ts";
import { withLab, type Lab, type LabOptions } from "./lab.ts";

/** Ctrl-] ends the session, as in telnet; the shell gets all else, Ctrl-C too. */
const escape = 0x1d;
const endOfInput = "\x04";

/** Boots an image in the lab, gives the user a shell on the first client, and takes all down when it ends. */
export async function openShell(options: Omit<LabOptions, "lanes">): Promise<void> {
  await withLab({ ...options, lanes: 1 }, async (lab) => {
    const [{ router, client }] = lab.lanes;
    await router.start();
    await router.waitForProxy();
    introduce(lab);
    await attach(client(1));
  });
}

function introduce({ lanes: [lane], options }: Lab): void {
  const { clients, origins, origins6, ispRouter, router } = lane.topology;
  note(`
You are on LAN client ${clients[0]?.address}, ${clients[0]?.address6}. There are
  the router         ${router.address}  ${router.address6}
  the ISP's router   ${ispRouter.address}  ${ispRouter.address6}
  web origins        ${origins.map((origin) => `http://${origin}/cgi-bin/peer`).join("  ")}
                     ${origins6.map((origin) => `http://[${origin}]/cgi-bin/peer`).join("  ")}
  other clients      ${clients
    .slice(1)
    .map(({ address }) => address)
    .join("  ")}
The router's console and the links' captures are being written to
  ${join(options.runDirectory, "router-0-serial.log")}
  ${[...lane.pcaps("isp"), ...lane.pcaps("lan")].join("\n  ")}
Try: wget -qO- http://${origins[0]}/cgi-bin/peer
"exit" or Ctrl-] ends the lab.
`);
}

/** Joins this process's terminal and a shell on a terminal of its own in the guest, until one of them ends. */
async function attach({ stream }: Console): Promise<void> {
  const { stdin, stdout } = process;
  const [columns, rows] = stdout.isTTY ? stdout.getWindowSize() : [80, 24];
  const ended = Promise.withResolvers<void>();
  const shell = `stty rows ${rows} cols ${columns}; PS1='client# ' exec busybox ash -i`;
  const end = "@ended@";
  stream.on("data", (text: string) => {
    stdout.write(text.replace(end, ""));
    if (text.includes(end)) ended.resolve();
  });
  // typed with quotes inside: an echo of it isn't the end
  stream.write(`socat - SYSTEM:"${shell}",pty,stderr,setsid,ctty,sane 2>/dev/null; echo "@"ended"@"\n`);
  stdin.on("data", (bytes: Buffer) => {
    if (stdin.isTTY && bytes.includes(escape)) ended.resolve();
    else stream.write(bytes);
  });
  stdin.on("end", () => stream.write(endOfInput));
  if (stdin.isTTY) stdin.setRawMode(true);
  await ended.promise;
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.pause();
}
