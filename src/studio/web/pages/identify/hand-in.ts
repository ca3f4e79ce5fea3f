// Documents on their way to the studio: one request a file, so that one that is refused costs itself.
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { api, request } from "../../api/client.ts";
import { refresh } from "../../api/events.ts";
import { ApiFault } from "../../api/fault.ts";
import { useChange } from "../../api/mutation.ts";
import type { Reading } from "./reading.ts";

export const reviewPaths = ["/api/v1/reviews", "/api/v1/jobs"];

async function send(review: number, file: File): Promise<boolean> {
  const form = new FormData();
  form.append("file", file, file.name);
  try {
    await request(`/api/v1/reviews/${review}/files`, { method: "POST", body: form });
    return true;
  } catch (error) {
    const { message } = ApiFault.of(error);
    notifications.show({ color: "red", title: file.name, message, autoClose: 10_000 });
    return false;
  }
}

const nameOf = (files: readonly File[]): string => {
  const [first] = files;
  const stem = first?.name.replace(/\.[^.]+$/, "") ?? "Documents";
  return files.length > 1 ? `${stem} and ${files.length - 1} more` : stem;
};

export interface HandingIn {
  done: number;
  total: number;
}

interface Handed {
  files: File[];
  /** What tells them from others: a file itself has no words of its own. */
  told: [name: string, bytes: number, changed: number][];
  into: number | Reading;
}

async function handInAll(
  { files, into }: Handed,
  onTaken: (done: number) => void,
): Promise<number> {
  const body = typeof into === "number" ? undefined : { ...into, name: nameOf(files) };
  const review =
    body === undefined ? (into as number) : (await api.POST("/api/v1/reviews", { body })).data!.id;
  let taken = 0;
  for (const [at, file] of files.entries()) {
    if (await send(review, file)) taken++;
    onTaken(at + 1);
  }
  if (taken > 0) await api.POST("/api/v1/reviews/{id}/start", { params: { path: { id: review } } });
  return review;
}

/** Hands files in for a review that there is, or a new one, and has them read; `onDone` gets its number. */
export function useHandIn(onDone?: (review: number) => void): {
  going: HandingIn | undefined;
  handIn: (files: File[], into: number | Reading) => void;
} {
  const [done, setDone] = useState(0);
  const { mutate, isPending, variables } = useChange(
    async (handed: Handed) => {
      setDone(0);
      return await handInAll(handed, setDone);
    },
    { touches: reviewPaths, ...(onDone && { onDone }), onFault: () => refresh(...reviewPaths) },
  );
  return {
    going: isPending ? { done, total: variables.files.length } : undefined,
    handIn: (files, into) => {
      const told = files.map(({ name, size, lastModified }): Handed["told"][number] => {
        return [name, size, lastModified];
      });
      mutate({ files, told, into });
    },
  };
}
