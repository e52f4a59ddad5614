import { mkdir, rename, rm } from "node:fs/promises";

/** Makes a folder anew, whole or not at all: it is written under a temporary name and put in the old one's place. */
export async function replaceFolder<T>(
  directory: string,
  write: (unfinished: string) => Promise<T>,
): Promise<T> {
  const unfinished = `${directory}.${process.pid}.tmp`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    const result = await write(unfinished);
    await rm(directory, { recursive: true, force: true });
    await rename(unfinished, directory);
    return result;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
