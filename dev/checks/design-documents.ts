// The design documents say the same date and status as docs/design/STATUS.md, and no date is ahead of the history.
import { execFileSync } from "node:child_process";
import type { Repository, Rule } from "./repository.ts";

const statusFile = "docs/design/STATUS.md";

interface Header {
  date: string | undefined;
  status: string | undefined;
}

// "Date: 2026-11-21" or "**Status:** …", within the opening lines.
function headerOf(text: string): Header {
  const opening = text.split("\n").slice(0, 12).join("\n").replaceAll("*", "");
  return {
    date: /^(?:last updated|date): *(\d{4}-\d{2}-\d{2})/im.exec(opening)?.[1],
    status: /^status: *(.+)$/im.exec(opening)?.[1]?.trim(),
  };
}

/** Day of the newest commit, as the environment tells it; today where there is no history. */
function newestDay(root: string): string {
  try {
    const day = execFileSync("git", ["log", "-1", "--format=%cs"], {
      cwd: root,
      encoding: "utf8",
      stdio: "pipe",
    });
    return day.trim() || new Date().toISOString().slice(0, 10);
  } catch {
    return new Date().toISOString().slice(0, 10);
  }
}

function differences(file: string, header: Header, wanted: Header): string[] {
  const problems = [];
  if (header.date !== wanted.date) problems.push(`${file}: date is not ${wanted.date}`);
  if (header.status !== wanted.status) problems.push(`${file}: status is not "${wanted.status}"`);
  return problems;
}

export const designDocuments: Rule = {
  name: "design documents follow docs/design/STATUS.md",
  check(repository: Repository) {
    if (!repository.files.includes(statusFile)) return [`${statusFile} is missing`];
    const wanted = headerOf(repository.text(statusFile));
    if (wanted.date === undefined || wanted.status === undefined) {
      return [`${statusFile}: "Date: YYYY-MM-DD" and "Status: …" are needed in its opening lines`];
    }
    const newest = newestDay(repository.root);
    const ahead = wanted.date > newest ? [`${statusFile}: ${wanted.date} is after ${newest}`] : [];
    const others = repository.files.filter((file) => /^docs\/design\/.+\.md$/.test(file));
    return [
      ...ahead,
      ...others.flatMap((file) => differences(file, headerOf(repository.text(file)), wanted)),
    ];
  },
};
