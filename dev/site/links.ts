// Whether every link of the site leads somewhere: pages, anchors within them, pictures.
import { posix } from "node:path";
import type { Page } from "./markdown.ts";

/** A line for each link that leads nowhere. Pages by their addresses. */
export function brokenLinks(pages: ReadonlyMap<string, Page>): string[] {
  return [...pages].flatMap(([address, { links }]) =>
    links.flatMap((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? address : posix.join(posix.dirname(address), path);
      const page = pages.get(target);
      if (page === undefined) return [`${address}: ${link}: no page ${target}`];
      if (anchor === undefined || page.headings.some(({ id }) => id === anchor)) return [];
      return [`${address}: ${link}: no heading ${anchor}`];
    }),
  );
}
