// Paths inside the commands that messages offer for copying. Runs nothing.

/** `path` as one word of a POSIX shell: quoted only when it needs to be. */
export function shellWord(path: string): string {
  if (/^[\p{L}\p{N}_@%+=:,./-][\p{L}\p{N}_@%+=:,./~-]*$/u.test(path)) return path;
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
