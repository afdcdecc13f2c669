/** Patterns as they are asked: those that are whole names, and what stands before the `*` of the others. */
interface Read {
  readonly names: ReadonlySet<string>;
  readonly stems: readonly string[];
}

/** Lists are parameters and tables: the same few are asked about every object. */
const known = new WeakMap<readonly string[], Read>();

/** Whether a name fits one of the patterns: it is the same, or a trailing `*` of the pattern stands for its rest. */
export function fitsAny(name: string, patterns: readonly string[]): boolean {
  let read = known.get(patterns);
  if (read === undefined) known.set(patterns, (read = readPatterns(patterns)));
  return read.names.has(name) || read.stems.some((stem) => name.startsWith(stem));
}

function readPatterns(patterns: readonly string[]): Read {
  const isOpen = (pattern: string): boolean => pattern.endsWith('*');
  return {
    names: new Set(patterns.filter((pattern) => !isOpen(pattern))),
    stems: patterns.filter(isOpen).map((pattern) => pattern.slice(0, -1)),
  };
}
