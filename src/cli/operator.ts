import { loadSettings } from '#settings/settings.ts';
import type { Flags } from '#settings/types.ts';
import { InputFailure } from './exit.ts';

export type OperatorFlags = Flags;

/** `kubeposture operator`. Answers the exit status. */
export function operator(flags: OperatorFlags): Promise<number> {
  const settings = loadSettings(flags);
  // The one seam to the operator room: `const { runOperator } = await import('#operator/run.ts'); return runOperator(settings);`
  return Promise.reject(
    new InputFailure(
      `the operator is not there yet (it would listen on ${settings.listen.host}:${String(settings.listen.port)})`,
    ),
  );
}
