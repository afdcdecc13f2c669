import { existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { harmless } from '#model/text.ts';
import { InputFailure } from '../exit.ts';
import type { Document } from '../input/document.ts';
import { parsed } from '../input/documents.ts';
import { manifestsAt } from '../input/files.ts';
import { packagePath } from '../package.ts';

type Raw = Readonly<Record<string, unknown>>;

/** An object of a manifest, and where it stands there. */
export interface Placed {
  readonly file: string;
  readonly line: number;
  readonly object: Raw;
}

const SHOP = packagePath('manifests', 'demo');

/** The manifest of a workload of the shop as it should be, as one would type its path here. */
export function fixedManifest(): string {
  const path = join(SHOP, 'fixed', 'web.yaml');
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** The kinds that the operator needs. */
export function reportKinds(): readonly Raw[] {
  return objectsIn(packagePath('crds')).map(({ object }) => object);
}

/** The objects of the sample shop; `fixed` is for its visitors to apply. */
export function shopObjects(): readonly Placed[] {
  return objectsIn(SHOP).filter(({ file }) => !file.startsWith(join(SHOP, 'fixed')));
}

/** The objects of the manifests in a folder, or of one file. Throws InputFailure with a line for each thing that cannot be read. */
export function objectsIn(path: string): readonly Placed[] {
  if (!existsSync(path)) throw new InputFailure(`${path}: no such file or folder`);
  const objects: Placed[] = [];
  const problems: string[] = [];
  for (const read of parsed(manifestsAt([path]))) {
    const { file } = read;
    if ('problem' in read) problems.push(`${file}: ${read.problem}`);
    else for (const document of read.documents) addDocument(document, file, objects, problems);
  }
  if (problems.length > 0) throw new InputFailure(problems.map(harmless).join('\nkubeposture: '));
  return objects;
}

function addDocument(document: Document, file: string, objects: Placed[], problems: string[]): void {
  const { line, errors, value } = document;
  for (const error of errors) problems.push(`${file}:${String(error.line)}: ${error.message}`);
  if (errors.length > 0 || value === undefined || value === null) return;
  for (const object of itemsOf(value)) {
    const problem = problemOf(object);
    if (problem === undefined) objects.push({ file, line, object: object as Raw });
    else problems.push(`${file}:${String(line)}: ${problem}`);
  }
}

function itemsOf(value: unknown): readonly unknown[] {
  const { kind, items } = value as Raw;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [value];
}

function problemOf(object: unknown): string | undefined {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return 'is no object';
  const { apiVersion, kind, metadata } = object as Raw;
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'has no apiVersion';
  if (typeof kind !== 'string' || kind === '') return 'has no kind';
  if (typeof metadata !== 'object' || metadata === null) return 'has no metadata';
  return undefined;
}
