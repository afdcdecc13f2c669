import { readFile } from 'node:fs/promises';

/**
 * How often the file is read. Some kilobytes cost nothing, and reading sees what the events of a file system do not tell: the swapped links of a
 * ConfigMap, a network share, a file that was away for a moment. Milliseconds.
 */
const LOOK_MS = 1000;

/** What a look at the file has found: its text, or why there is none. */
export type Look = { readonly text: string } | { readonly problem: string };

/** Tells what is in a file, first at once and then whenever it is something else. Answers how to end it. */
export function followFile(file: string, tell: (look: Look) => void): () => void {
  let last: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    const found = await lookAt(file);
    if (isOver) return;
    const key = JSON.stringify(found);
    if (key !== last) {
      last = key;
      tell(found);
    }
    timer = setTimeout(() => void look(), LOOK_MS);
  };
  void look();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

async function lookAt(file: string): Promise<Look> {
  try {
    return { text: await readFile(file, 'utf8') };
  } catch (error) {
    return { problem: `${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})` };
  }
}
