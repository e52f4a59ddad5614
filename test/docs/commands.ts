/** Commands of a document: lines of ```sh blocks, where a \ at the end goes on with the next line. */
export function commandBlocks(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
    block
      .replaceAll(/\\\n */g, "")
      .trim()
      .split("\n"),
  );
}

/** The words of a command, as a shell takes them that meets nothing but blanks and double quotes. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ""));
}
