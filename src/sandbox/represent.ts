import { dump } from 'js-yaml';
import { put, textAt, without, type Raw } from './json.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { notAcceptable } from './status.ts';
import { metadataOnly, tableOf, type IncludeObject, type Page } from './table.ts';

/** How a client wants objects: as they are, as metadata only, or as a Table. */
export interface Form {
  readonly as: 'object' | 'metadata' | 'table';
  readonly yaml: boolean;
  readonly include: IncludeObject;
  readonly now: Date;
  /** Whether a Table says its columns: only the first of a watch does. */
  readonly header: boolean;
}

interface Media {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function parseMedia(text: string): Media {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  return { type, parameters: new Map(rest.map((part) => part.split('=', 2) as [string, string])) };
}

function accepted({ type, parameters }: Media): Pick<Form, 'as' | 'yaml'> | undefined {
  const json = ['', '*/*', 'application/*', 'application/json'].includes(type);
  const yaml = type === 'application/yaml';
  if (!json && !yaml) return undefined;
  const as = parameters.get('as');
  if (as === undefined) return { as: 'object', yaml };
  if (parameters.get('g') !== 'meta.k8s.io' || !['v1', 'v1beta1'].includes(parameters.get('v') ?? '')) return undefined;
  if (as === 'Table') return { as: 'table', yaml };
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? { as: 'metadata', yaml } : undefined;
}

/** The first form of the Accept header that the sandbox can write. */
export function negotiate(accept: string | undefined, includeObject: string | null, now: Date): Form {
  const include = includeObject === 'None' || includeObject === 'Object' ? includeObject : 'Metadata';
  for (const part of (accept ?? '').split(',')) {
    const found = accepted(parseMedia(part));
    if (found !== undefined) return { ...found, include, now, header: true };
  }
  throw notAcceptable();
}

/** An object in the version that was asked for: the sandbox converts by name only, as `strategy: None` does. */
export function inVersion(object: Raw, resource: Resource): Raw {
  const apiVersion = apiVersionOf(resource);
  return textAt(object, 'apiVersion') === apiVersion ? object : put(object, ['apiVersion'], apiVersion);
}

/** One object in the form of the client. */
export function present(object: Raw, resource: Resource, form: Form): Raw {
  const shown = inVersion(object, resource);
  if (form.as === 'object') return shown;
  if (form.as === 'metadata') return metadataOnly(shown);
  const metadata = { resourceVersion: textAt(shown, 'metadata', 'resourceVersion') };
  return tableOf({ items: [shown], metadata }, resource, form);
}

/** Texts of objects that are asked for again and again: in each list and in each watch. */
const texts = new WeakMap<Raw, string>();

/** The JSON of a stored object; written once. */
export function jsonOf(object: Raw): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}

function itemsOf(objects: readonly Raw[], resource: Resource, form: Form): readonly string[] {
  if (form.as === 'metadata') return objects.map((object) => JSON.stringify(metadataOnly(object)));
  if (resource.custom !== undefined) return objects.map((object) => jsonOf(inVersion(object, resource)));
  const head = `{"kind":${JSON.stringify(resource.kind)},"apiVersion":${JSON.stringify(apiVersionOf(resource))},`;
  return objects.map((object) => {
    const text = jsonOf(object);
    // Every stored object starts with its type, which items of a native list leave out.
    return text.startsWith(head)
      ? `{${text.slice(head.length)}`
      : JSON.stringify(without(object, 'kind', 'apiVersion'));
  });
}

/** A list in the form of the client, as the text that goes out. */
export function presentList(page: Page, resource: Resource, form: Form): string {
  const { items, metadata } = page;
  if (form.as === 'table') return write(tableOf(page, resource, form), form);
  const partial = form.as === 'metadata';
  const kind = partial ? 'PartialObjectMetadataList' : resource.listKind;
  const apiVersion = partial ? 'meta.k8s.io/v1' : apiVersionOf(resource);
  // Lists of custom kinds always say where they go on, even nowhere.
  const always = resource.custom === undefined || partial ? {} : { continue: '' };
  const head = JSON.stringify({ kind, apiVersion, metadata: { ...always, ...metadata } });
  const text = `${head.slice(0, -1)},"items":[${itemsOf(items, resource, form).join(',')}]}`;
  return form.yaml ? write(JSON.parse(text) as Raw, form) : text;
}

export function write(body: unknown, form: Pick<Form, 'yaml'>): string {
  return form.yaml ? dump(body) : JSON.stringify(body);
}
