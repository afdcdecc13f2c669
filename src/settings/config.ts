import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { loadAll, YAMLException } from 'js-yaml';
import type { Parameters } from '#model/parameters.ts';
import { SEVERITIES } from '#model/severity.ts';
import { SettingsError, type ChecksSettings, type NamespaceScope } from './types.ts';

/** The configuration file as it is written: every section and every field may be absent. */
export interface Config {
  readonly checks?: Partial<Pick<ChecksSettings, 'disable' | 'severity'>> & {
    readonly parameters?: Partial<Parameters>;
  };
  readonly scope?: { readonly namespaces?: Partial<NamespaceScope> };
  readonly writes?: { readonly rate?: number; readonly burst?: number };
  readonly schedule?: { readonly sweep?: string };
  readonly metrics?: { readonly maxSeries?: number; readonly workloadScore?: boolean };
}

const CHECK_ID = '^KP-[A-Z]+-[0-9]{3}$';
const WORDS = { type: 'array', items: { type: 'string', minLength: 1, maxLength: 253 }, maxItems: 1000 };
const CRON = '^\\S+( +\\S+){4}$';

function section(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', additionalProperties: false, properties };
}

/** What a configuration file may say. */
export const CONFIG_SCHEMA: object = section({
  checks: section({
    disable: { type: 'array', items: { type: 'string', pattern: CHECK_ID } },
    severity: { type: 'object', propertyNames: { pattern: CHECK_ID }, additionalProperties: { enum: SEVERITIES } },
    parameters: section({
      floatingTags: WORDS,
      systemNamespaces: WORDS,
      privilegedNamespaces: WORDS,
      controlPlaneNamespaces: WORDS,
      allowedRegistries: WORDS,
      retiredRegistries: WORDS,
    }),
  }),
  scope: section({ namespaces: section({ include: WORDS, exclude: WORDS }) }),
  writes: section({
    rate: { type: 'number', exclusiveMinimum: 0, maximum: 10_000 },
    burst: { type: 'integer', minimum: 1, maximum: 100_000 },
  }),
  schedule: section({ sweep: { type: 'string', pattern: CRON } }),
  metrics: section({
    maxSeries: { type: 'integer', minimum: 0, maximum: 1_000_000 },
    workloadScore: { type: 'boolean' },
  }),
});

/** Reads the text of a configuration file. Throws SettingsError: where it is wrong and what is allowed there. */
export function parseConfig(text: string, file: string): Config {
  let documents: readonly unknown[];
  try {
    documents = loadAll(text, { filename: file });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new SettingsError(`${file}:${String((error.mark?.line ?? 0) + 1)}: ${error.reason}`);
  }
  if (documents.length > 1) throw new SettingsError(`${file}: holds several documents; one is allowed`);
  // An empty file is a file with nothing set.
  const value = documents[0] ?? {};
  const validate = validator();
  if (validate(value)) return value;
  throw new SettingsError((validate.errors ?? []).map((error) => `${file}: ${textOf(error)}`).join('\n'));
}

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  compiled ??= new Ajv({ allErrors: true, verbose: true }).compile(CONFIG_SCHEMA);
  return compiled;
}

function textOf({ instancePath, keyword, params, message, parentSchema, propertyName }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.') || 'the file';
  const facts = params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {});
      return `${path}: "${String(facts['additionalProperty'])}" is not known; allowed: ${known.join(', ')}`;
    }
    case 'enum':
      return `${path}: must be one of ${(facts['allowedValues'] as readonly string[]).join(', ')}`;
    case 'propertyNames':
      return `${path}: "${String(facts['propertyName'])}" is no check id, such as KP-POD-001`;
    case 'pattern':
      if (propertyName !== undefined) return `${path}: "${propertyName}" does not fit`;
      return facts['pattern'] === CHECK_ID
        ? `${path}: must be a check id, such as KP-POD-001`
        : `${path}: must be a cron expression of five fields, such as "17 3 * * *"`;
    default:
      return `${path}: ${message ?? keyword}`;
  }
}
