import { SettingsError, type Settings } from './types.ts';
import { variableOf } from './variables.ts';

/**
 * Does what takes settings over. What it refuses, a path and a complaint, is said to be where it was set: in the file, or in the variable above it.
 * Throws SettingsError.
 */
export function blaming<T>({ configFile, variables }: Pick<Settings, 'configFile' | 'variables'>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const { message } = error;
    const path = variables.find((each) => message.startsWith(each));
    const place = path === undefined ? configFile : variableOf(path);
    throw place === undefined ? error : new SettingsError(`${place}: ${message}`);
  }
}
