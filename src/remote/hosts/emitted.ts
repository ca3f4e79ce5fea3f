// What files for other programs have in common. Starts nothing.

/** Lines of a shell that write settings into a file there. JSON has no line that could end them early. */
export const settingsThere = (settings: object, file: string, before?: string): string[] => [
  ...(before === undefined ? [] : [before]),
  `cat > ${file} <<'FT_SETTINGS'`,
  JSON.stringify(settings, null, 2),
  "FT_SETTINGS",
];
