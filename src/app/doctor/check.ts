// What a check of this installation is, and what it sees of the machine: everything that a test has to be able to break.
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, release, totalmem } from "node:os";
import type { Environment } from "../../core/paths.ts";
import { firstOf } from "../../core/signals.ts";
import { describeMachine, type Info } from "../info.ts";
import { nearestFolder } from "../system.ts";

export type Verdict = "ok" | "warn" | "fail";

export interface Finding {
  found: string;
  verdict: Verdict;
  /** What mends it, on one line; null where nothing is to be mended. */
  remedy: string | null;
}

export interface Check {
  name: string;
  look(machine: Machine): Finding | Promise<Finding>;
}

/** What checks see. Each part answers for itself: nothing here throws. */
export interface Machine {
  platform: string;
  arch: string;
  /** Of the system's kernel. */
  release: string;
  node: string;
  /** Version of glibc; undefined where there is another library or none. */
  glibc: string | undefined;
  processor: string;
  cores: number;
  environment: Environment;
  /** Where commands of this user write to, unless told otherwise. */
  folder: string;
  /** Bytes. */
  memory: { total: number; available: number };
  /** The addon, the backend, the versions. */
  info(): Promise<Info>;
  /** What a program prints; undefined where it is not there, fails or takes more than seconds. */
  printed(program: string, args: readonly string[]): string | undefined;
  /** Free bytes on the disk of a folder, or of where it would be made; undefined where that is not told. */
  freeBytes(folder: string): Promise<number | undefined>;
  canWrite(folder: string): boolean;
  /** Whether an address answers at all, within seconds. */
  answers(address: string): Promise<boolean>;
}

/** Milliseconds. */
const patience = 3000;

function printed(program: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", timeout: patience });
  return status === 0 ? stdout.trim() : undefined;
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(nearestFolder(folder));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function canWrite(folder: string): boolean {
  try {
    const there = nearestFolder(folder);
    accessSync(there, constants.W_OK);
    return statSync(there).isDirectory();
  } catch {
    return false;
  }
}

async function answers(address: string): Promise<boolean> {
  const limit = firstOf([], patience);
  try {
    await fetch(address, { method: "HEAD", signal: limit.signal });
    return true;
  } catch {
    return false;
  } finally {
    limit.done();
  }
}

function glibcVersion(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const { header } = process.report.getReport() as { header?: Record<string, unknown> };
  const version = header?.["glibcVersionRuntime"];
  return typeof version === "string" ? version : undefined;
}

export function thisMachine(environment: Environment = process.env): Machine {
  const total = totalmem();
  return {
    platform: process.platform,
    arch: process.arch,
    release: release(),
    node: process.versions.node,
    glibc: glibcVersion(),
    processor: cpus()[0]?.model.trim() || "unknown processor",
    cores: availableParallelism(),
    environment,
    folder: process.cwd(),
    memory: { total, available: Math.min(total, process.availableMemory?.() ?? freemem()) },
    info: describeMachine,
    printed,
    freeBytes,
    canWrite,
    answers,
  };
}

export const ok = (found: string): Finding => ({ found, verdict: "ok", remedy: null });
export const warn = (found: string, remedy: string): Finding => ({
  found,
  verdict: "warn",
  remedy,
});
export const fail = (found: string, remedy: string): Finding => ({
  found,
  verdict: "fail",
  remedy,
});

/** Whether a version is at least another; both of numbers with dots. */
export function isAtLeast(version: string, least: string): boolean {
  return version.localeCompare(least, "en", { numeric: true }) >= 0;
}
