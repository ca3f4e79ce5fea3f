// Where documents are dropped, or chosen with the system's own dialog.
import { FileUp } from "lucide-react";
import { type DragEvent, type ReactNode, useId, useState } from "react";
import styles from "./drop-zone.module.css";

/** Files of a drop; of a folder that is dropped, those in it. */
async function filesOf(entry: FileSystemEntry | null): Promise<File[]> {
  if (entry === null) return [];
  if (entry.isFile)
    return [
      await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      ),
    ];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await filesOf(one)));
  }
}

async function dropped({ dataTransfer }: DragEvent): Promise<File[]> {
  const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry());
  const plain = [...dataTransfer.files];
  if (entries.every((entry) => entry === null)) return plain;
  const found: File[] = [];
  for (const entry of entries) found.push(...(await filesOf(entry)));
  return found;
}

/** Opens the system's dialog; of a folder, all that lies in it is taken. */
function Choose({ isBusy, isFolder = false, onFiles }: ChooseProps) {
  const id = useId();
  const name = isFolder ? "Choose a folder" : "Choose files";
  return (
    <label
      htmlFor={id}
      className={styles.choose}
      data-busy={isBusy}
      data-quiet={isFolder || undefined}
    >
      {isBusy && !isFolder ? "Uploading…" : name}
      <input
        id={id}
        type="file"
        multiple
        disabled={isBusy}
        className={styles.input}
        {...(isFolder && { webkitdirectory: "" })}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </label>
  );
}

interface ChooseProps {
  isBusy: boolean;
  isFolder?: boolean;
  onFiles: (files: File[]) => void;
}

export function DropZone({ onFiles, isBusy, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const take = (files: File[]): void => {
    if (files.length > 0) onFiles(files);
  };
  return (
    <div
      className={styles.zone}
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void dropped(event).then(take);
      }}
    >
      <FileUp size={28} aria-hidden="true" className={styles.icon} />
      <div className={styles.words}>{children}</div>
      <div className={styles.ways}>
        <Choose isBusy={isBusy} onFiles={take} />
        <Choose isBusy={isBusy} isFolder onFiles={take} />
      </div>
    </div>
  );
}

interface DropZoneProps {
  onFiles: (files: File[]) => void;
  isBusy: boolean;
  children: ReactNode;
}
