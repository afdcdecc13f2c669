import type { Raw } from '#inventory/shrink.ts';

/** A document of a file, or what is wrong with it. Plain data: it may come from another thread. */
export interface Document {
  readonly line: number;
  readonly value?: unknown;
  /** Why it, or a part of it, cannot be read. */
  readonly errors: readonly { readonly line: number; readonly message: string }[];
  /** Where its items begin; of what is no list the line alone. */
  readonly located: Located;
}

/** The line of a node, and those of its `items`. */
export interface Located {
  readonly line: number;
  readonly items: readonly Located[];
}

/** The items of a `List` or of any `…List`; undefined for everything else. */
export function itemsOf(raw: unknown): readonly unknown[] | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { kind, items } = raw as Raw;
  if (typeof kind !== 'string' || !kind.endsWith('List')) return undefined;
  if (kind === 'List' && (items === undefined || items === null)) return [];
  return Array.isArray(items) ? items : undefined;
}
