// Folders and files within words, by their last part: "a run merged into a folder" is read, a line of paths is not. The
// whole belongs beside it, as a title.
export const shortPaths = (text: string): string =>
  text.replaceAll(
    /(?<=^|\s)(?:~|[A-Za-z]:)?(?:[\\/][^\\/\s]+)+[\\/]([^\\/\s]+)[\\/]?(?=$|\s)/g,
    "$1",
  );
