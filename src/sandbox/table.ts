import { nameOf, recordAt, textAt, type Raw } from './json.ts';
import { since } from './cells.ts';
import { compilePath } from './jsonpath.ts';
import type { Column } from './native.ts';
import { NATIVE_CELLS } from './native-cells.ts';
import type { Resource } from './resource.ts';

function customCell(object: Raw, column: Column, path: string, now: Date): unknown {
  const [value] = compilePath(path)(object);
  if (value === undefined || value === null) return null;
  if (column.type === 'date') return typeof value === 'string' ? since(value, now) : '<unknown>';
  if (column.type === 'string') return typeof value === 'string' ? value : JSON.stringify(value);
  if (column.type === 'boolean') return typeof value === 'boolean' ? value : null;
  return typeof value === 'number' ? value : null;
}

/** The cells of an object: by its kind, by the columns of its CRD, or its name and its age. */
export function cellsOf(object: Raw, { custom, columns, kind }: Resource, now: Date): readonly unknown[] {
  if (custom === undefined) {
    const known = NATIVE_CELLS[kind];
    return known?.(object, now) ?? [nameOf(object), textAt(object, 'metadata', 'creationTimestamp')];
  }
  const cells = columns
    .slice(1)
    .map((column, index) => customCell(object, column, custom.columnPaths[index] ?? '', now));
  return [nameOf(object), ...cells];
}

export type IncludeObject = 'None' | 'Metadata' | 'Object';

function rowOf(object: Raw, resource: Resource, include: IncludeObject, now: Date): Raw {
  const phase = resource.custom === undefined && resource.kind === 'Pod' ? textAt(object, 'status', 'phase') : '';
  const done = phase === 'Succeeded' || phase === 'Failed';
  const message = phase === 'Succeeded' ? 'The pod has completed successfully.' : 'The pod failed.';
  return {
    cells: cellsOf(object, resource, now),
    ...(done ? { conditions: [{ type: 'Completed', status: 'True', reason: phase, message }] } : {}),
    object: include === 'None' ? null : include === 'Object' ? object : metadataOnly(object),
  };
}

/** An object as PartialObjectMetadata. */
export function metadataOnly(object: Raw): Raw {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: recordAt(object, 'metadata') };
}

/** Objects with the metadata of their list. */
export interface Page {
  readonly items: readonly Raw[];
  readonly metadata: Raw;
}

interface View {
  readonly include: IncludeObject;
  readonly now: Date;
  readonly header: boolean;
}

/** The objects as a Table. */
export function tableOf({ items, metadata }: Page, resource: Resource, { include, now, header }: View): Raw {
  const rows = items.map((object) => rowOf(object, resource, include, now));
  const plain = resource.custom === undefined && NATIVE_CELLS[resource.kind] === undefined;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: header ? resource.columns : null,
    rows: rows.length === 0 && plain ? null : rows,
  };
}
