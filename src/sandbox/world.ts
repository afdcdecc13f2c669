import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import type { Storage } from './storage.ts';
import type { Manager } from './managed.ts';

/** The structural part of a logger that the sandbox needs. */
export interface SandboxLogger {
  readonly debug: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** What every part of the server works on. */
export interface World {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly now: () => Date;
  readonly logger: SandboxLogger;
  /** Whether what comes from controllers and their admission plugins on a cluster comes here. */
  readonly controllers: boolean;
}

/** What a write request asks for, beside its body. */
export interface Intent {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly manager: Manager;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly validation: 'Strict' | 'Warn' | 'Ignore';
  readonly warn: (message: string) => void;
  /** For objects that are loaded as they were elsewhere: the status that they have from the start. */
  readonly status?: unknown;
}

/** A moment as the API writes it. */
export const stamp = (world: World): string => `${world.now().toISOString().slice(0, 19)}Z`;
