import { sourcesOf } from './files.ts';
import { Intake } from './intake.ts';

/** Everything in files and folders. */
export function manifestsOf(paths: readonly string[]): Intake {
  const intake = new Intake();
  for (const source of sourcesOf(paths)) {
    if ('problem' in source) intake.fail(source.file, 0, source.problem);
    else intake.addText(source.file, source.text);
  }
  return intake;
}
