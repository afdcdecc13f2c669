/**
 * `npm run bench -- sizing [PODS[:MEMORY]…]`: what the operator needs on a real API server, from its start until all reports are written, with the
 * heap that a container of so many MiB leaves it. One run each: memory varies by a few percent, times with what else the machine does.
 */
import { outputOf } from '../../support/child.ts';
import { printTable, text } from '../table.ts';
import type { Sizing } from './run.ts';

const SIZES = ['1000:512', '5000:512', '10000:512', '10000:1024'];
const HEAD = [
  'pods',
  'memory MiB',
  'objects',
  'judged s',
  'reports',
  'written s',
  'peak MiB',
  'rest MiB',
  'CPU s',
  'reports MiB',
];

export async function benchSizing(parts: readonly string[], refuse: (message: string) => never): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (const size of parts.length === 0 ? SIZES : parts) {
    const [, pods, limitMi = '512'] = /^(\d+)(?::(\d+))?$/.exec(size) ?? refuse(`"${size}" is no PODS or PODS:MEMORY`);
    const args = ['test/bench/sizing/run.ts', pods ?? '', limitMi];
    const run = await outputOf<Sizing>(process.execPath, args);
    rows.push([
      ...[run.pods, run.limitMi, run.objects].map(String),
      text(run.judgedSeconds),
      String(run.reports),
      ...[run.writtenSeconds, run.peakMiB, run.restMiB, run.cpuSeconds, run.reportMiB].map(text),
    ]);
    console.log(`${size}: ${JSON.stringify(run)}`);
  }
  printTable(HEAD, rows, []);
}
