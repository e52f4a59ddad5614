import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process's sockets, but for its standard streams. `pid` may be `self`. */
export function socketsOf(pid: string): { readonly fd: number; readonly inode: string }[] {
  return descriptorsOf(pid).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
    return fd > 2 && inode !== undefined ? [{ fd, inode }] : [];
  });
}

/** What a process's epoll instances watch, by inodes: a file that it has closed and somebody else hasn't among it. */
export function watchedBy(pid: string): string[] {
  return descriptorsOf(pid)
    .filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === "anon_inode:[eventpoll]")
    .flatMap((fd) => [
      ...readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8").matchAll(/^tfd:.* ino:([0-9a-f]+)/gm),
    ])
    .map(([, inode = ""]) => String(Number.parseInt(inode, 16)));
}

const descriptorsOf = (pid: string): number[] => readdirSync(`/proc/${pid}/fd`).map(Number);

/** A descriptor that is closed meanwhile is nothing. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
