import { parsed } from './documents.ts';
import { manifestsAt } from './files.ts';
import { Intake } from './intake.ts';

/** Everything in files and folders. */
export function manifestsOf(paths: readonly string[]): Intake {
  const intake = new Intake();
  for (const read of parsed(manifestsAt(paths))) intake.addFile(read);
  return intake;
}
