import { runOperator } from '#operator/run.ts';
import { loadSettings } from '#settings/settings.ts';
import type { Flags, Settings } from '#settings/types.ts';
import { version } from './package.ts';

export type OperatorFlags = Flags;

/** A stop that takes longer than this is ended anyway, before whoever sent the signal loses patience. Milliseconds. */
const STOP_MS = 4500;

/** `kubeposture operator`: runs until SIGTERM or SIGINT. Answers the exit status. */
export async function operator(flags: OperatorFlags): Promise<number> {
  const settings = loadSettings(flags);
  const end = new AbortController();
  const stop = (): void => {
    if (end.signal.aborted) return;
    end.abort();
    setTimeout(() => process.exit(1), STOP_MS).unref();
  };
  // Not once: npm and the terminal both pass on a Ctrl-C, and the second one must not kill what the first one ends.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const reread = (text: string): Settings => loadSettings(flags, undefined, text);
  return runOperator(settings, { version: version(), signal: end.signal, reread });
}
