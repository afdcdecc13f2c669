import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ScanResult } from '#report/formats/scan.ts';

export interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly complaint: string;
}

/** Runs the real program to its end, as a shell would, with this on its stdin. */
export async function run(args: readonly string[], input: string | Buffer = ''): Promise<Ended> {
  const child = spawn(process.execPath, ['src/main.ts', ...args], { stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // It may end before it has read everything.
  child.stdin.end(input);
  const [output, complaint, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { status, output, complaint };
}

export interface Scan extends Ended {
  readonly result: ScanResult;
}

export async function scanJson(...args: readonly string[]): Promise<Scan> {
  const ended = await run(['scan', '--output', 'json', ...args]);
  return { ...ended, result: JSON.parse(ended.output) as ScanResult };
}

/** A folder with these files, gone when the work is done. */
export async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeposture-cli-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A pod in one line that fails KP-POD-001, and a good many others. */
export function privileged(name: string): string {
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: shop}, spec: {containers: [{name: app, image: 'r.example/a:1', securityContext: {privileged: true}}]}}\n`;
}
