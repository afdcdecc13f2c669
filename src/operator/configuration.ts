import lodash from 'lodash';
import type { Logger } from '#log/logger.ts';
import { CONFIGURATION } from '#settings/description.ts';
import { fieldsOf } from '#settings/field.ts';
import { followFile, type Look } from '#settings/follow.ts';
import { SettingsError, type Settings } from '#settings/types.ts';
import type { Metrics } from '#sinks/metrics.ts';

interface ConfigurationOptions {
  /** Those that the process began with. */
  readonly settings: Settings;
  /** The settings with another text of the configuration file. Throws SettingsError. */
  readonly reread: (text: string) => Settings;
  /** Takes over new settings. Throws SettingsError before it changes anything. */
  readonly apply: (settings: Settings) => void;
  /** Told why a file was refused. */
  readonly onRefused: (reason: string) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const SAYING_RESTART = [...fieldsOf(CONFIGURATION)].filter(([, { restart }]) => restart === true).map(([path]) => path);

/**
 * Follows the configuration file while the operator runs: what it says holds at once, and where it is wrong or gone the last good settings
 * stay. Answers how to end it.
 */
export function followConfiguration(options: ConfigurationOptions): () => void {
  const { settings, reread, apply, onRefused, logger, metrics } = options;
  const { configFile } = settings;
  if (configFile === undefined) return () => undefined;
  let current = settings;
  return followFile(configFile, (look) => {
    try {
      const next = settingsOf(look, reread);
      if (lodash.isEqual(next, current)) return;
      apply(next);
      logger.info('configuration taken over', { file: configFile, changed: changedIn(current, next).join(' ') });
      sayWhatWaits(changedIn(settings, next), logger);
      current = next;
      metrics.count('configReloads', { result: 'applied' });
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      logger.error('configuration refused: the last good one stays', { reason: error.message });
      metrics.count('configReloads', { result: 'refused' });
      onRefused(error.message);
    }
  });
}

function settingsOf(look: Look, reread: (text: string) => Settings): Settings {
  if ('problem' in look) throw new SettingsError(look.problem);
  return reread(look.text);
}

/** The fields that differ. */
function changedIn(before: Settings, after: Settings): readonly string[] {
  return [...fieldsOf(CONFIGURATION)]
    .map(([path]) => path)
    .filter((path) => !lodash.isEqual(lodash.get(before, path), lodash.get(after, path)));
}

function sayWhatWaits(changed: readonly string[], logger: Logger): void {
  const waiting = changed.filter((path) => SAYING_RESTART.includes(path));
  if (waiting.length > 0) logger.warn('taken over when the operator starts next', { fields: waiting.join(' ') });
}
