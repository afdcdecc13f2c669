import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';

/** A manifest file, or why there is none at a path. */
export type Found = { readonly file: string } | { readonly file: string; readonly problem: string };

/** Its text, or why there is none. */
type Source = { readonly file: string; readonly text: string } | { readonly file: string; readonly problem: string };

const MANIFEST = /\.(?:ya?ml|json)$/i;

/**
 * The manifests among files and in folders. Folders are walked in the order of names. `exclude`: patterns of what is left out there, by its name or, with
 * a slash, by its path below the folder; a file that is named itself is read.
 */
export function manifestsAt(paths: readonly string[], exclude: readonly string[] = []): readonly Found[] {
  const patterns = exclude.map((pattern) => pattern.replace(/\/$/, ''));
  return paths.flatMap((path): readonly Found[] => {
    let files: readonly string[];
    try {
      files = statSync(path).isDirectory() ? manifestsIn(path, patterns).map((file) => join(path, file)) : [path];
    } catch (error) {
      return [{ file: path, problem: words(error) }];
    }
    if (files.length === 0)
      return [{ file: path, problem: exclude.length === 0 ? EMPTY : `${EMPTY} but what is excluded` }];
    return files.map((file) => ({ file }));
  });
}

const EMPTY = 'holds no *.yaml, *.yml or *.json';

/** Paths below a folder. `below`: the one to look into. */
function manifestsIn(folder: string, exclude: readonly string[], below = ''): readonly string[] {
  const files: string[] = [];
  const entries = readdirSync(join(folder, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(below, entry.name);
    if (exclude.some((pattern) => matchesGlob(pattern.includes('/') ? path : entry.name, pattern))) continue;
    // A link to a folder is not followed: it may lead back here.
    if (entry.isDirectory()) files.push(...manifestsIn(folder, exclude, path));
    else if (MANIFEST.test(entry.name)) files.push(path);
  }
  return files;
}

/** The text of a file by its first two bytes (YAML 1.2, 5.2): UTF-16, which PowerShell writes where output is sent to a file, or UTF-8. */
export function decoded(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe') return new TextDecoder('utf-16le').decode(bytes);
  return mark === 'feff' ? new TextDecoder('utf-16be').decode(bytes) : bytes.toString('utf8');
}

export function readText(file: string): Source {
  try {
    return { file, text: decoded(readFileSync(file)) };
  } catch (error) {
    return { file, problem: words(error) };
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a folder',
  ELOOP: 'is a ring of links',
  ERR_STRING_TOO_LONG: 'is larger than 512 MB',
  ERR_FS_FILE_TOO_LARGE: 'is larger than 2 GB',
};

function words(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return WORDS[code ?? ''] ?? message;
}
