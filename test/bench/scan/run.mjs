/**
 * One scan by the program as it is built, in a process of its own. What it cost goes to stderr as the last line, its output wherever stdout leads.
 * Started by main.ts. Plain JavaScript: nobody who scans pays for types to be stripped.
 */
import { createRequire } from 'node:module';

const [output, folder, bundled] = process.argv.slice(2);

process.on('exit', () => {
  const { userCPUTime, maxRSS } = process.resourceUsage();
  const cost = { wall: performance.now(), user: userCPUTime / 1000, mib: maxRSS / 1024 };
  process.stderr.write(`${JSON.stringify(cost)}\n`);
});

if (output === 'parse') await (await import(bundled)).parse(folder);
else {
  process.argv.splice(2, Infinity, 'scan', '--output', output, folder);
  createRequire(import.meta.url)('../../../dist/bin.cjs');
}
