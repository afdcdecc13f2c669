import { parsedAhead } from '#cli/input/ahead.ts';
import { Intake } from '#cli/input/intake.ts';

/** Reading and parsing alone, without judging. Bundled by main.ts, run by run.mjs. */
export async function parse(folder: string): Promise<void> {
  const intake = new Intake();
  for await (const read of parsedAhead([folder])) intake.addFile(read);
}
