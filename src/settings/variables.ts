import lodash from 'lodash';
import { parseYaml, validConfig } from './config.ts';
import { CONFIGURATION } from './description.ts';
import { fieldsOf } from './field.ts';
import type { Config, Environment } from './types.ts';

/** The variable that stands above a field of the file: `KUBEPOSTURE_WRITES_RATE` for `writes.rate`. */
export function variableOf(path: string): string {
  return `KUBEPOSTURE_${lodash.snakeCase(path).toUpperCase()}`;
}

/** A configuration with what the variables of its fields say, each a value in YAML. Throws SettingsError, which names the variable. */
export function withVariables(config: Config, environment: Environment): Config {
  const result = structuredClone(config);
  for (const [path] of fieldsOf(CONFIGURATION)) {
    const variable = variableOf(path);
    const text = environment[variable] ?? '';
    if (text === '') continue;
    const value = parseYaml(text, variable);
    validConfig(lodash.set({}, path, value), variable);
    lodash.set(result, path, value);
  }
  return result;
}
