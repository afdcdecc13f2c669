import { isList, isRecord, own, type Raw } from './json.ts';
import { NATIVE_PROTO, NATIVE_SCHEMAS } from './native.ts';
import { REF, type Schema } from './schema.ts';

/**
 * Bodies of typed clients: `kubectl create deployment` and its like send protobuf and nothing else. The numbers of the fields are
 * in native.json, their types are those of the OpenAPI schema. Answers stay JSON, which such clients accept.
 */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const MAGIC = Buffer.from('k8s\0');

interface Field {
  readonly number: number;
  /** A varint as a number, a length-delimited value as its bytes. */
  readonly value: bigint | Buffer;
}

const BAD = new Error('the body is no protobuf of a known kind');

function* varints(bytes: Buffer, start: number): Generator<readonly [value: bigint, next: number]> {
  let [at, value, shift] = [start, 0n, 0n];
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      yield [value, at + 1];
      [value, shift] = [0n, 0n];
    }
  }
}

function varint(bytes: Buffer, at: number): readonly [value: bigint, next: number] {
  const [first] = varints(bytes, at);
  if (first === undefined) throw BAD;
  return first;
}

/** Fixed-width values are stepped over: no kind has one that matters here. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function fieldsOf(bytes: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [tag, next] = varint(bytes, at);
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    const width = FIXED[wire];
    if (width !== undefined) {
      at = next + width;
      continue;
    }
    if (wire !== 0 && wire !== 2) throw BAD;
    const [first, after] = varint(bytes, next);
    at = wire === 0 ? after : after + Number(first);
    if (at > bytes.length) throw BAD;
    fields.push({ number, value: wire === 0 ? first : bytes.subarray(after, at) });
  }
  return fields;
}

const bytesOf = (value: bigint | Buffer | undefined): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));
const numberOf = (value: bigint | Buffer | undefined): number =>
  typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0;
const find = (fields: readonly Field[], number: number): bigint | Buffer | undefined =>
  fields.find((field) => field.number === number)?.value;

function moment(fields: readonly Field[], micro: boolean): unknown {
  if (fields.length === 0) return undefined;
  const date = new Date(numberOf(find(fields, 1)) * 1000);
  const nanos = String(numberOf(find(fields, 2))).padStart(9, '0');
  return `${date.toISOString().slice(0, 19)}${micro ? `.${nanos.slice(0, 6)}` : ''}Z`;
}

type Special = (bytes: Buffer) => unknown;

/** Messages whose JSON is no object. */
const SPECIAL: Readonly<Record<string, Special>> = {
  'apimachinery.pkg.api.resource.Quantity': (bytes) => bytesOf(find(fieldsOf(bytes), 1)).toString(),
  'apimachinery.pkg.apis.meta.v1.Time': (bytes) => moment(fieldsOf(bytes), false),
  'apimachinery.pkg.apis.meta.v1.MicroTime': (bytes) => moment(fieldsOf(bytes), true),
  'apimachinery.pkg.apis.meta.v1.FieldsV1': (bytes) =>
    JSON.parse(bytesOf(find(fieldsOf(bytes), 1)).toString() || '{}') as unknown,
  'apimachinery.pkg.runtime.RawExtension': (bytes) =>
    JSON.parse(bytesOf(find(fieldsOf(bytes), 1)).toString() || '{}') as unknown,
  'apimachinery.pkg.util.intstr.IntOrString': (bytes) => {
    const fields = fieldsOf(bytes);
    return numberOf(find(fields, 1)) === 0 ? numberOf(find(fields, 2)) : bytesOf(find(fields, 3)).toString();
  },
};

const PREFIX = 'io.k8s.';

/** The name of the message that a schema refers to. */
function referred(schema: Schema): string | undefined {
  const inner = isList(schema['allOf']) && isRecord(schema['allOf'][0]) ? schema['allOf'][0] : schema;
  const ref = inner['$ref'];
  return typeof ref === 'string' ? ref.replace(REF, '') : undefined;
}

function scalar(value: bigint | Buffer, schema: Schema): unknown {
  if (schema['type'] === 'boolean') return numberOf(value) !== 0;
  if (schema['type'] === 'integer') return numberOf(value);
  const bytes = bytesOf(value);
  return schema['format'] === 'byte' ? bytes.toString('base64') : bytes.toString();
}

function single(value: bigint | Buffer, schema: Schema): unknown {
  const name = referred(schema);
  if (name === undefined) return scalar(value, schema);
  const special = SPECIAL[name.slice(PREFIX.length)];
  return special === undefined ? message(bytesOf(value), name) : special(bytesOf(value));
}

function mapEntry(value: bigint | Buffer, of: Schema): readonly [string, unknown] {
  const fields = fieldsOf(bytesOf(value));
  const inner = find(fields, 2) ?? Buffer.alloc(0);
  // A map to lists of texts wraps each list into a message.
  const wrapped = of['type'] === 'array';
  const read = wrapped ? fieldsOf(bytesOf(inner)).map((each) => bytesOf(each.value).toString()) : single(inner, of);
  return [bytesOf(find(fields, 1)).toString(), read];
}

const ZEROS: readonly unknown[] = ['', 0, false, undefined];

/** Adds one field to what is read so far: lists grow, maps fill, a zero that Go would leave out stays away. */
function add(result: Map<string, unknown>, spelled: string, value: bigint | Buffer, schema: Schema): void {
  const pointer = spelled.endsWith('?');
  const name = pointer ? spelled.slice(0, -1) : spelled;
  const items = schema['items'];
  const values = schema['additionalProperties'];
  if (isRecord(items)) {
    const list = result.get(name);
    result.set(name, [...(isList(list) ? list : []), single(value, items)]);
  } else if (isRecord(values)) {
    const map = result.get(name);
    const [key, inner] = mapEntry(value, values);
    result.set(name, { ...(isRecord(map) ? map : {}), [key]: inner });
  } else {
    const read = single(value, schema);
    if (pointer || !ZEROS.includes(read)) result.set(name, read);
  }
}

function fill(result: Map<string, unknown>, bytes: Buffer, name: string, properties: unknown): void {
  const numbers = NATIVE_PROTO[name] ?? {};
  for (const { number, value } of fieldsOf(bytes)) {
    const spelled = numbers[String(number)];
    if (spelled === undefined) continue;
    const schema = own(properties, spelled.replace(/\?$/, ''));
    if (spelled.startsWith('+')) fill(result, bytesOf(value), spelled.slice(1), properties);
    else if (isRecord(schema)) add(result, spelled, value, schema);
  }
}

function message(bytes: Buffer, name: string): Raw {
  const result = new Map<string, unknown>();
  fill(result, bytes, name, NATIVE_SCHEMAS[name]?.['properties']);
  return Object.fromEntries(result);
}

/** The object in a protobuf body; `schemaName` is the name of the OpenAPI schema of its kind. */
export function decodeProtobuf(
  body: Buffer,
  schemaName: (apiVersion: string, kind: string) => string | undefined,
): Raw {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw BAD;
  const envelope = fieldsOf(body.subarray(MAGIC.length));
  const type = fieldsOf(bytesOf(find(envelope, 1)));
  const [apiVersion, kind] = [bytesOf(find(type, 1)).toString(), bytesOf(find(type, 2)).toString()];
  const name = schemaName(apiVersion, kind);
  if (name === undefined) throw new Error(`no protobuf of kind "${kind}" in version "${apiVersion}"`);
  return { kind, apiVersion, ...message(bytesOf(find(envelope, 2)), name) };
}
