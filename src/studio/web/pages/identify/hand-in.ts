// Documents on their way to the studio: one request a file, so that one that is refused costs itself.
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { api, request } from "../../api/client.ts";
import { refresh } from "../../api/events.ts";
import { ApiFault } from "../../api/fault.ts";
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

/** Hands files in for a review that there is, or a new one, and has them read. Gives its number. */
export function useHandIn(): {
  going: HandingIn | undefined;
  handIn: (files: File[], into: number | Reading) => Promise<number | undefined>;
} {
  const [going, setGoing] = useState<HandingIn>();
  const handIn = async (files: File[], into: number | Reading): Promise<number | undefined> => {
    const known = typeof into === "number" ? into : undefined;
    setGoing({ done: 0, total: files.length });
    try {
      const made = async (reading: Reading): Promise<number> => {
        const body = { ...reading, name: nameOf(files) };
        return (await api.POST("/api/v1/reviews", { body })).data!.id;
      };
      const review = typeof into === "number" ? into : await made(into);
      let taken = 0;
      for (const [at, file] of files.entries()) {
        if (await send(review, file)) taken++;
        setGoing({ done: at + 1, total: files.length });
      }
      if (taken > 0)
        await api.POST("/api/v1/reviews/{id}/start", { params: { path: { id: review } } });
      refresh(...reviewPaths);
      return review;
    } catch (error) {
      const { message, hint } = ApiFault.of(error);
      notifications.show({ color: "red", title: message, message: hint ?? "", autoClose: 10_000 });
      return known;
    } finally {
      setGoing(undefined);
    }
  };
  return { going, handIn };
}
