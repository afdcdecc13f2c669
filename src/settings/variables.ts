import lodash from 'lodash';
import { parseYaml, validConfig } from './config.ts';
import { CONFIGURATION } from './description.ts';
import { fieldsOf } from './field.ts';
import type { Config, Environment } from './types.ts';

/** The variable that stands above a field of the file: `KUBEPOSTURE_WRITES_RATE` for `writes.rate`. */
export function variableOf(path: string): string {
  return `KUBEPOSTURE_${lodash.snakeCase(path).toUpperCase()}`;
}

/** The fields of which a variable says something. */
export function fieldsInVariables(environment: Environment): readonly string[] {
  return [...fieldsOf(CONFIGURATION)]
    .map(([path]) => path)
    .filter((path) => (environment[variableOf(path)] ?? '') !== '');
}

/** A configuration with what the variables of its fields say, each a value in YAML. Throws SettingsError, which names the variable. */
export function withVariables(config: Config, environment: Environment): Config {
  const result = structuredClone(config);
  for (const path of fieldsInVariables(environment)) {
    const variable = variableOf(path);
    const value = parseYaml(environment[variable] ?? '', variable);
    validConfig(lodash.set({}, path, value), variable);
    lodash.set(result, path, value);
  }
  return result;
}
