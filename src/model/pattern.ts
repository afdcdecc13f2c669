/** Whether a name fits one of the patterns: it is the same, or a trailing `*` of the pattern stands for its rest. */
export function fitsAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

/** Whether a name fits a glob, in which `*` stands for any run of characters and everything else for itself. As many steps as there are letters. */
export function fitsGlob(name: string, glob: string): boolean {
  const star = glob.indexOf('*');
  if (star < 0) return name === glob;
  const lastStar = glob.lastIndexOf('*');
  const [first, last] = [glob.slice(0, star), glob.slice(lastStar + 1)];
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of glob.slice(star, lastStar).split('*')) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
