import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { parseConfig } from './config.ts';
import { CONFIGURATION } from './description.ts';
import { filled } from './field.ts';
import {
  LOG_FORMATS,
  LOG_LEVELS,
  SettingsError,
  type Configured,
  type Environment,
  type Flags,
  type OwnPod,
  type Settings,
} from './types.ts';
import { fieldsInVariables, withVariables } from './variables.ts';

/**
 * Flags win over `KUBEPOSTURE_*` variables, these over the file, this over the defaults. `text` is that of the file, where the caller has read
 * it already. Throws SettingsError.
 */
export function loadSettings(flags: Flags, environment: Environment = process.env, text?: string): Settings {
  const given = (flag: string | undefined, variable: string): string | undefined =>
    flag ?? (environment[variable] === '' ? undefined : environment[variable]);
  const configFile = given(flags.config, 'KUBEPOSTURE_CONFIG');
  const kubeconfig = given(flags.kubeconfig, 'KUBEPOSTURE_KUBECONFIG') ?? filesOf(environment['KUBECONFIG']);
  const context = given(flags.context, 'KUBEPOSTURE_CONTEXT');
  const file = configFile === undefined ? {} : parseConfig(text ?? readConfig(configFile), configFile);
  const configured = filled(CONFIGURATION, withVariables(file, environment));
  const leaderElect = given(flags.leaderElect, 'KUBEPOSTURE_LEADER_ELECT');
  const pod = podOf(environment);
  return deepFrozen({
    ...(pod === undefined ? {} : { pod }),
    ...(configFile === undefined ? {} : { configFile }),
    variables: fieldsInVariables(environment),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    listen: listenOf(given(flags.listen, 'KUBEPOSTURE_LISTEN') ?? '0.0.0.0:8080'),
    logFormat: oneOf('--log-format', given(flags.logFormat, 'KUBEPOSTURE_LOG_FORMAT') ?? 'json', LOG_FORMATS),
    logLevel: oneOf('--log-level', given(flags.logLevel, 'KUBEPOSTURE_LOG_LEVEL') ?? 'info', LOG_LEVELS),
    ...configured,
    leaderElection: electionOf(configured.leaderElection, leaderElect, environment['POD_NAMESPACE']),
  });
}

/** The files that every client of Kubernetes reads. */
function filesOf(list = ''): readonly string[] | undefined {
  const files = list.split(delimiter).filter((file) => file !== '');
  return files.length === 0 ? undefined : files;
}

function podOf(environment: Environment): OwnPod | undefined {
  const [namespace, name, uid] = ['POD_NAMESPACE', 'POD_NAME', 'POD_UID'].map(
    (variable) => environment[variable] ?? '',
  );
  return namespace && name && uid ? { namespace, name, uid } : undefined;
}

function electionOf(
  { enabled, namespace }: Configured['leaderElection'],
  leaderElect: string | undefined,
  podNamespace = '',
): Configured['leaderElection'] {
  return {
    enabled: leaderElect === undefined ? enabled : flagOf('--leader-elect', leaderElect),
    namespace: [namespace, podNamespace].find((name) => name !== '') ?? 'kubeposture',
  };
}

/** The text of the file. Throws SettingsError with its name in front. */
export function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

/** Whether the environment asks for no colour (no-color.org), or the terminal can show none. */
export function wantsNoColor(environment: Environment = process.env): boolean {
  return (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
}

function listenOf(text: string): Settings['listen'] {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new SettingsError(`--listen: "${text}" is no HOST:PORT, such as 0.0.0.0:8080 or [::1]:0`);
  return { host: match[1] ?? match[2] ?? '', port };
}

function flagOf(name: string, text: string): boolean {
  return oneOf(name, text, ['true', 'false']) === 'true';
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === text);
  if (found === undefined) throw new SettingsError(`${name}: "${text}" is not one of ${allowed.join(', ')}`);
  return found;
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFrozen(inner);
  }
  return value;
}
