import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';
import type { Logger } from '#log/logger.ts';
import { InputFailure, UsageError } from '../exit.ts';
import { reportKinds, type Placed } from './manifests.ts';

/** A running API server with its objects, and the kubeconfig that opens it. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly kubeconfig: string;
  readonly objects: number;
  /** Whether it is the sample shop that stands there. */
  readonly hasShop: boolean;
  /** Objects that the server refused, a line each. */
  readonly refused: readonly string[];
  /** Leaves nothing behind. */
  readonly close: () => Promise<void>;
}

interface StageOptions {
  readonly port: number;
  readonly kubeconfigOut?: string | undefined;
  readonly objects: readonly Placed[];
  readonly hasShop: boolean;
  readonly logger: Logger;
}

/** Where the operator's Lease is: the one thing that an install makes before anything else. */
const HOME = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'kubeposture', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const LONGEST_ANNOTATION = 200_000;
/** What stands in every kubeconfig that the demo writes, and in hardly any other. */
const OURS = 'current-context: sandbox';

/** Starts the API server, with the kinds of the reports and the objects in it. */
export async function openStage({ port, kubeconfigOut, objects, hasShop, logger }: StageOptions): Promise<Stage> {
  const sandbox = await started(port, logger);
  const file = new KubeconfigFile(kubeconfigOut);
  try {
    file.write(sandbox.kubeconfig);
    const { failed } = await sandbox.load([HOME, ...objects.map(({ object }) => applied(object))]);
    return {
      sandbox,
      kubeconfig: file.path,
      objects: objects.length - failed.length,
      hasShop,
      refused: failed.map(({ object, message }) => `${placeOf(object, objects)}${object}: ${message}`),
      close: async () => {
        file.remove();
        await sandbox.stop();
      },
    };
  } catch (error) {
    file.remove();
    await sandbox.stop();
    throw error;
  }
}

async function started(port: number, logger: Logger): Promise<Sandbox> {
  try {
    return await startSandbox({ port, crds: reportKinds(), logger });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new UsageError(`--port: ${String(port)} is taken`);
    if (code === 'EACCES') throw new UsageError(`--port: ${String(port)} is not ours to take`);
    throw error;
  }
}

/** As `kubectl apply` would have made it, so that the next `kubectl apply` knows what was there. */
function applied(object: Placed['object']): Placed['object'] {
  const metadata = object['metadata'] as Readonly<Record<string, unknown>>;
  const annotations = metadata['annotations'] as Readonly<Record<string, string>> | null | undefined;
  const text = JSON.stringify(object);
  if (annotations?.[LAST_APPLIED] !== undefined || text.length > LONGEST_ANNOTATION) return object;
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: `${text}\n` } } };
}

/** Where the object stands that the server names so. */
function placeOf(named: string, objects: readonly Placed[]): string {
  const found = objects.find(({ object }) => {
    const { name = '', namespace = '' } = object['metadata'] as { readonly name?: string; readonly namespace?: string };
    return named === `${object['kind'] as string} ${namespace}/${name}`;
  });
  return found === undefined ? '' : `${found.file}:${String(found.line)}: `;
}

/** The kubeconfig on the disk, for its owner's eyes only: in a folder of its own, or where the user wants it. */
class KubeconfigFile {
  readonly path: string;
  readonly #folder: string | undefined;
  #isWritten = false;
  readonly #atExit = (): void => {
    this.remove();
  };

  constructor(wanted: string | undefined) {
    this.#folder = wanted === undefined ? mkdtempSync(join(tmpdir(), 'kubeposture-')) : undefined;
    this.path = wanted ?? join(this.#folder ?? '', 'kubeconfig');
    process.once('exit', this.#atExit);
  }

  write(text: string): void {
    // Never somebody's own kubeconfig; one that an earlier demo had to leave may go.
    if (existsSync(this.path) && !isOurs(this.path))
      throw new UsageError(`--kubeconfig-out: ${this.path} is there already, and not ours`);
    try {
      rmSync(this.path, { force: true });
      writeFileSync(this.path, text, { mode: 0o600, flag: 'wx' });
      this.#isWritten = true;
    } catch (error) {
      throw new InputFailure(`${this.path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? ''})`);
    }
  }

  remove(): void {
    process.off('exit', this.#atExit);
    if (this.#isWritten) rmSync(this.path, { force: true });
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

function isOurs(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').includes(OURS);
  } catch {
    return false;
  }
}
