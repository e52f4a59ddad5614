/** Lines of a `http` block: nginx makes all of these folders at its start, and Debian's are root's. */
export function temporaryFolders(folder: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return kinds.map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join("\n");
}
