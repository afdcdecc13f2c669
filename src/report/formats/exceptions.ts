import type { ScanException, ScanFinding, ScanResult } from './scan.ts';

/** Why a finding is not open: what the product or an exception says; undefined for one that is. */
export function excuseOf({ accepted, exception }: Pick<ScanFinding, 'accepted' | 'exception'>): string | undefined {
  if (exception === undefined) return accepted;
  const { kind = 'SecurityException', name, reason, expires } = exception;
  return `${reason} (${kind} ${name}${expires === undefined ? '' : ` until ${expires}`})`;
}

/** The exceptions of which something is to be said: all but those that do what they should. Not yet fit for a terminal. */
export function exceptionLines({ exceptions = [] }: ScanResult): readonly string[] {
  return exceptions.flatMap((exception) => {
    const words = wordsFor(exception);
    const { kind, namespace, name } = exception;
    return words === '' ? [] : [`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} ${words}`];
  });
}

function wordsFor({ state, message = '', matchedFindings }: ScanException): string {
  switch (state) {
    case 'Active':
    case 'NeverMatched':
      return matchedFindings === 0 ? 'matches no finding' : '';
    case 'Expired':
      return 'has expired: what it covered is open';
    case 'Invalid':
      return `is not in effect: ${message}`;
    case 'Overbroad':
      return `is broad: ${message}`;
  }
}
