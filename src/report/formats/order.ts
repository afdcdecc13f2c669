/** Sorted by keys that are made once for each: by code units, so that no locale changes the order. */
export function sortedBy<T>(list: readonly T[], keyOf: (item: T) => readonly string[]): readonly T[] {
  return list
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ item }) => item);
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const [left = '', right = ''] = [a[index], b[index]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
