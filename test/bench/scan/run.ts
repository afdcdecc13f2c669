/** One scan in a process of its own. What it cost goes to stderr as the last line, its output wherever stdout leads. Started by main.ts. */
import { main } from '#cli/program.ts';
import { sourcesOf } from '#cli/input/files.ts';
import { Intake } from '#cli/input/intake.ts';

export interface ScanCost {
  /** From the start of the process, in milliseconds. */
  readonly wall: number;
  /** CPU time in user mode, all threads, in milliseconds. */
  readonly user: number;
  /** The most memory that was resident, in MiB. */
  readonly mib: number;
}

/** Reading and parsing alone, without judging. */
function parse(folder: string): void {
  const intake = new Intake();
  for (const source of sourcesOf([folder])) if ('text' in source) intake.addText(source.file, source.text);
}

const [output = '', folder = ''] = process.argv.slice(2);
if (output === 'parse') parse(folder);
else await main(['scan', '--output', output, folder]);
const { userCPUTime, maxRSS } = process.resourceUsage();
const cost: ScanCost = { wall: performance.now(), user: userCPUTime / 1000, mib: maxRSS / 1024 };
process.stderr.write(`${JSON.stringify(cost)}\n`);
