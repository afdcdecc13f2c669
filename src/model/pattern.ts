/** Whether a name fits one of the patterns: it is the same, or a trailing `*` of the pattern stands for its rest. */
export function fitsAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}
