import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { parseConfig, type Config } from './config.ts';
import { LOG_FORMATS, LOG_LEVELS, SettingsError, type Environment, type Flags, type Settings } from './types.ts';

/** Flags win over `KUBEPOSTURE_*` variables, these over the file, this over the defaults. Throws SettingsError. */
export function loadSettings(flags: Flags, environment: Environment = process.env): Settings {
  const given = (flag: string | undefined, variable: string): string | undefined =>
    flag ?? (environment[variable] === '' ? undefined : environment[variable]);
  const configFile = given(flags.config, 'KUBEPOSTURE_CONFIG');
  const kubeconfig = given(flags.kubeconfig, 'KUBEPOSTURE_KUBECONFIG') ?? filesOf(environment['KUBECONFIG']);
  const context = given(flags.context, 'KUBEPOSTURE_CONTEXT');
  return deepFrozen({
    ...(configFile === undefined ? {} : { configFile }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    listen: listenOf(given(flags.listen, 'KUBEPOSTURE_LISTEN') ?? '0.0.0.0:8080'),
    leaderElect: flagOf('--leader-elect', given(flags.leaderElect, 'KUBEPOSTURE_LEADER_ELECT') ?? 'true'),
    leaseNamespace: given(undefined, 'POD_NAMESPACE') ?? 'kubeposture',
    logFormat: oneOf('--log-format', given(flags.logFormat, 'KUBEPOSTURE_LOG_FORMAT') ?? 'json', LOG_FORMATS),
    logLevel: oneOf('--log-level', given(flags.logLevel, 'KUBEPOSTURE_LOG_LEVEL') ?? 'info', LOG_LEVELS),
    ...sectionsOf(configFile === undefined ? {} : readConfig(configFile)),
  });
}

/** The files that every client of Kubernetes reads. */
function filesOf(list = ''): readonly string[] | undefined {
  const files = list.split(delimiter).filter((file) => file !== '');
  return files.length === 0 ? undefined : files;
}

/** Reads and validates the file. Throws SettingsError with the file's name in front. */
function readConfig(file: string): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
  return parseConfig(text, file);
}

/** The part of the settings that comes from the file alone, with its defaults. */
export function sectionsOf(config: Config): Pick<Settings, 'checks' | 'scope' | 'writes' | 'schedule' | 'metrics'> {
  const { checks = {}, scope, writes, schedule, metrics } = config;
  return {
    checks: {
      disable: checks.disable ?? [],
      severity: checks.severity ?? {},
      parameters: { ...DEFAULT_PARAMETERS, ...checks.parameters },
    },
    scope: { namespaces: { include: [], exclude: [], ...scope?.namespaces } },
    writes: { rate: 50, burst: 100, ...writes },
    schedule: { sweep: '17 3 * * *', ...schedule },
    metrics: { maxSeries: 10_000, workloadScore: false, ...metrics },
  };
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
