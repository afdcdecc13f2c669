import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { loadAll, YAMLException } from 'js-yaml';
import { pathText } from '#model/shape.ts';
import { CHECK_ID, CONFIGURATION, CRON, NAMESPACE } from './description.ts';
import { DATE, REPOSITORY, VERSION } from './advisories.ts';
import { CONTROL, MOMENT } from './controls.ts';
import { schemaOf } from './field.ts';
import { SettingsError, type Config } from './types.ts';

/** What a configuration file may say, for editors and for us: docs/config.schema.json. */
export const CONFIG_SCHEMA: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'kubeposture configuration',
  ...schemaOf(CONFIGURATION),
};

/** Reads the text of a configuration file. Throws SettingsError: where it is wrong and what is allowed there. */
export function parseConfig(text: string, file: string): Config {
  // An empty file is a file with nothing set.
  return validConfig(parseYaml(text, file) ?? {}, file);
}

/** The one document of a text; `source` names it in complaints. Throws SettingsError. */
export function parseYaml(text: string, source: string): unknown {
  let documents: readonly unknown[];
  try {
    documents = loadAll(text, { filename: source });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new SettingsError(`${source}:${String((error.mark?.line ?? 0) + 1)}: ${error.reason}`);
  }
  if (documents.length > 1) throw new SettingsError(`${source}: holds several documents; one is allowed`);
  return documents[0];
}

/** A value as a configuration; `source` names it in complaints. Throws SettingsError. */
export function validConfig(value: unknown, source: string): Config {
  const validate = validator();
  if (validate(value)) return value as Config;
  // What is wrong with a name is said by the rule for all names there.
  const errors = (validate.errors ?? []).filter(({ propertyName }) => propertyName === undefined);
  throw new SettingsError(errors.map((error) => `${source}: ${textOf(error)}`).join('\n'));
}

let compiled: ValidateFunction | undefined;

/** Most runs have no configuration: the validator is loaded with the first one, which saves them a tenth of their start. */
function validator(): ValidateFunction {
  if (compiled === undefined) {
    const loaded = createRequire(import.meta.url)('ajv') as { readonly Ajv: typeof Ajv };
    compiled = new loaded.Ajv({ allErrors: true, verbose: true }).compile(CONFIG_SCHEMA);
  }
  return compiled;
}

function textOf({ instancePath, keyword, params, message, parentSchema, schema }: ErrorObject): string {
  const path = pathOf(instancePath);
  const facts = params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {});
      return `${path}: "${String(facts['additionalProperty'])}" is not known; allowed: ${known.join(', ')}`;
    }
    case 'type':
      return `${path}: must be ${TYPES[String(facts['type'])] ?? String(facts['type'])}`;
    case 'enum':
      return `${path}: must be one of ${(facts['allowedValues'] as readonly string[]).join(', ')}`;
    case 'propertyNames':
      return `${path}: "${String(facts['propertyName'])}" ${patternText((schema as { readonly pattern: string }).pattern)}`;
    case 'pattern':
      return `${path}: ${patternText(String(facts['pattern']))}`;
    default:
      return `${path}: ${message ?? keyword}`;
  }
}

/** The types of JSON in the words of YAML. */
const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a map',
  string: 'a text',
};

function patternText(pattern: string): string {
  return PATTERNS[pattern] ?? 'does not fit';
}

/** What a text must be that does not fit its pattern. */
const PATTERNS: Readonly<Record<string, string>> = {
  [CHECK_ID]: 'must be a check id, such as KP-POD-001',
  [CRON]: 'must be a cron expression of five fields, such as "17 3 * * *"',
  [NAMESPACE]: 'must be the name of a namespace',
  [REPOSITORY]: 'must be the end of a repository, of two segments or more, such as grafana/grafana',
  [CONTROL]:
    'must be a check, an aspect of one or a recommendation of CIS, such as KP-API-001, KP-NET-017/none or 1.2.1',
  [MOMENT]: 'must be a time, such as "2027-01-31T00:00:00Z"',
  [DATE]: 'must be a day, such as "2026-11-21", or empty',
  [VERSION]: 'must be a version, such as 1.12.0',
};

/** `checks.disable[0]` for the JSON pointer `/checks/disable/0`. */
function pathOf(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path = pathText(parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  return path === '' ? 'the file' : path;
}
