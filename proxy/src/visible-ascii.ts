/** Percent-encodes what a terminal might take for a command; a log also goes to the console. */
export function toVisibleAscii(text: string): string {
  return text.replace(
    /[^!-~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
  );
}
