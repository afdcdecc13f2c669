import { isExceptionKind } from '#model/kinds.ts';
import type { AnyObject } from '#model/objects.ts';
import { keyOf, refOf, subjectText } from '#model/ref.ts';
import type { InputError } from '#report/formats/scan.ts';
import { manifestsOf } from '../input/manifests.ts';

/** The exceptions in files, and what could not be read of these. */
interface Beside {
  readonly beside: readonly AnyObject[];
  readonly unread: readonly InputError[];
}

/** Reads `--exceptions`: files and folders of exceptions. Anything else in them is an error: who wrote it there expects something of it. */
export function exceptionsIn(paths: readonly string[]): Beside {
  const intake = manifestsOf(paths);
  for (const object of intake.objects.filter(({ kind }) => !isExceptionKind(kind))) {
    const { file = '', line = 0 } = intake.originOf(object.kind, keyOf(refOf(object))) ?? {};
    intake.fail(file, line, `${subjectText(refOf(object))} is no exception: --exceptions takes nothing else`);
  }
  for (const { kind, name, namespace } of intake.foreign)
    intake.fail(paths.join(', '), 0, `${subjectText({ kind, namespace, name })} is no exception`);
  return { beside: intake.objects.filter(({ kind }) => isExceptionKind(kind)), unread: intake.errors };
}
