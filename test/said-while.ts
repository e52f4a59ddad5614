/** What is said on the standard error stream meanwhile, which nobody else sees. */
export async function saidWhile(work: () => unknown): Promise<string> {
  const write = process.stderr.write.bind(process.stderr);
  const said: string[] = [];
  process.stderr.write = (text: string | Uint8Array) => {
    said.push(String(text));
    return true;
  };
  try {
    await work();
  } finally {
    process.stderr.write = write;
  }
  return said.join("");
}
