import { Store } from '#inventory/store.ts';
import { ALL_KINDS, type Kind } from '#model/kinds.ts';
import { NEWEST_MINOR, type Parameters } from '#model/parameters.ts';
import { isTemplate } from '#model/workload.ts';
import { loadSettings } from '#settings/settings.ts';
import { EXIT } from '../exit.ts';
import { shown } from '#report/formats/columns.ts';
import { complain } from '../output/terminal.ts';
import { manifestsOf } from './manifests.ts';
import type { InputError } from '#report/formats/scan.ts';

/** Where questions are asked: of manifests, or without any of the cluster of a kube context. */
export interface StartFlags {
  readonly filename: readonly string[];
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** A state to ask questions about. */
export interface Start {
  readonly store: Store;
  /** False for manifests, which no controller has seen. */
  readonly isLive: boolean;
  /** Minor version of the server; of files the newest known. */
  readonly minor: number;
  readonly parameters: Parameters;
  /** What could not be read makes status 3. */
  readonly status: number;
}

/** Reads manifests where some are named, else of the cluster what is asked about. What cannot be read is said on stderr. */
export async function startOf(flags: StartFlags, command: string, kinds: readonly Kind[] = ALL_KINDS): Promise<Start> {
  const settings = loadSettings(flags);
  const { parameters } = settings.checks;
  if (flags.filename.length === 0) {
    const { readCluster } = await import('../cluster.ts');
    const read = await readCluster(settings, command, kinds);
    read.store.presume(parameters);
    return { ...read, parameters, isLive: true, status: EXIT.done };
  }
  const intake = manifestsOf(flags.filename);
  complainOf(intake.errors);
  const store = new Store();
  store.presume(parameters);
  for (const object of intake.objects) store.put(object);
  const status = intake.hasUnread ? EXIT.input : EXIT.done;
  return { store, parameters, isLive: false, minor: NEWEST_MINOR, status };
}

export function complainOf(errors: readonly InputError[]): void {
  for (const { file, line, message } of errors)
    complain(`${shown(file)}${line === 0 ? '' : `:${String(line)}`}: ${shown(message)}`);
}

/** The same state in a store of its own. */
export function copyOf(store: Store): Store {
  const missing = ALL_KINDS.flatMap((kind): readonly (readonly [Kind, string])[] => {
    const reason = store.missing(kind);
    return reason === undefined ? [] : [[kind, reason]];
  });
  const copy = new Store(Object.fromEntries(missing));
  copy.presume(store.premises());
  for (const kind of ALL_KINDS)
    for (const object of store.list(kind)) if (object.kind !== 'Pod' || !isTemplate(object)) copy.put(object);
  return copy;
}
