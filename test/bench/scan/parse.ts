import { sourcesOf } from '#cli/input/files.ts';
import { Intake } from '#cli/input/intake.ts';

/** Reading and parsing alone, without judging. Bundled by main.ts, run by run.mjs. */
export function parse(folder: string): void {
  const intake = new Intake();
  for (const source of sourcesOf([folder])) if ('text' in source) intake.addText(source.file, source.text);
}
