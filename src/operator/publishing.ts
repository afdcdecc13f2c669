import { Reflector } from '#kube/reflector.ts';
import type { KindState } from '#kube/reflector-types.ts';
import type { Resource } from '#kube/resource.ts';
import type { Transport } from '#kube/transport.ts';
import { Writer, type Outcome, type WriteRequest } from '#kube/writer.ts';
import { get } from '#kube/client.ts';
import { undeclaredFields } from '#kube/outcome.ts';
import type { Logger } from '#log/logger.ts';
import { DIGEST_ANNOTATION, type ReportBody } from '#report/body.ts';
import type { ReportKind, ReportRef } from '#report/identity.ts';
import { ReportSink, type ReportApi, type Standing, type Wanted, type Write } from '#sinks/reports.ts';

const GROUP = { group: 'kubeposture.io', version: 'v1alpha1' };
export const REPORT_RESOURCES: Readonly<Record<ReportKind, Resource>> = {
  SecurityReport: { ...GROUP, kind: 'SecurityReport', plural: 'securityreports', namespaced: true, metadataOnly: true },
  ClusterSecurityReport: {
    ...GROUP,
    kind: 'ClusterSecurityReport',
    plural: 'clustersecurityreports',
    namespaced: false,
    metadataOnly: true,
  },
};
const KINDS = ['SecurityReport', 'ClusterSecurityReport'] as const;

/** What may become of a write that is sent. */
export const SENT = [
  'written',
  'retrying',
  'paused',
  'rejected',
  'dropped',
  'tooLarge',
] as const satisfies readonly Outcome['status'][];

/** How soon to look again whether the report kinds are installed. Milliseconds. */
const CRD_RETRY_MS = 5000;

interface Metadata {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
}

function standingOf(raw: Readonly<Record<string, unknown>>): Standing {
  const { annotations, generation } = (raw['metadata'] ?? {}) as Metadata;
  return { digest: annotations?.[DIGEST_ANNOTATION], generation: generation ?? 0 };
}

interface PublishingOptions {
  readonly transport: Transport;
  readonly logger: Logger;
  readonly wanted: (ref: ReportRef) => Wanted;
  /** The report kinds that are installed lack a field of this name. Answers whether reports can do without it. */
  readonly leaveOut: (field: string) => boolean;
  readonly mayWrite: () => boolean;
  readonly writes: { readonly rate: number; readonly burst: number };
  readonly onWritten: (ref: ReportRef, bytes: number) => void;
  /** What stands at a place (`placeOf`) is what should: nothing was sent. */
  readonly onSkipped: (place: string) => void;
  readonly onResult: (result: Outcome['status']) => void;
  /** The report kinds can be read now, or no longer: what stands in the way, if anything. */
  readonly onReady: () => void;
}

/** Our own reports on the API server: watched by their metadata, written through one writer. */
export class Publishing {
  readonly sink: ReportSink;
  readonly reflectors: ReadonlyMap<ReportKind, Reflector<Standing>>;
  readonly #writer: Writer;
  readonly #options: PublishingOptions;
  readonly #states = new Map<ReportKind, KindState>();
  readonly #sent = new Map<string, Write>();
  readonly #unserved = new Set<string>();

  constructor(options: PublishingOptions) {
    this.#options = options;
    const { transport, logger, wanted, mayWrite, writes, onWritten } = options;
    this.#writer = new Writer({
      transport,
      logger,
      mayWrite,
      limits: { perSecond: writes.rate, burst: writes.burst },
      onOutcome: (key, outcome) => {
        this.#settled(key, outcome);
      },
    });
    const clock = { wall: () => new Date(), after: laterOn };
    this.sink = new ReportSink({ api: this.#api(transport), wanted, logger, clock, onWritten });
    this.reflectors = new Map(KINDS.map((kind) => [kind, this.#reflector(kind, transport, logger)]));
  }

  /** Writes at another pace from now on. */
  pace(writes: PublishingOptions['writes']): void {
    this.#writer.pace(writes.rate, writes.burst);
  }

  start(): void {
    for (const reflector of this.reflectors.values()) reflector.start();
  }

  async stop(): Promise<void> {
    this.sink.stop();
    await Promise.all([this.#writer.stop(), ...[...this.reflectors.values()].map((reflector) => reflector.stop())]);
  }

  /** How many reports wait to be written, or are being written. */
  get depth(): number {
    return this.sink.waiting + this.#writer.size;
  }

  /** What keeps reports from being written, one line each; empty when nothing does. */
  obstacles(): readonly string[] {
    return KINDS.flatMap((kind) => {
      const state = this.#states.get(kind);
      if (state?.phase === 'synced') return [];
      if (state?.phase === 'missing') return [`the ${kind} kind is not installed: kubectl apply -f crds`];
      return [`${kind}: ${state === undefined || state.phase === 'starting' ? 'not synced yet' : state.reason}`];
    });
  }

  #api(transport: Transport): ReportApi {
    return {
      submit: (key, write, isUrgent) => {
        this.#writer.submit({ key, priority: isUrgent ? 'high' : 'normal', build: () => this.#build(key, write) });
      },
      get: async (ref) => (await get(transport, REPORT_RESOURCES[ref.kind], ref)) as ReportBody | undefined,
    };
  }

  async #build(key: string, write: () => Promise<Write | undefined>): Promise<WriteRequest | undefined> {
    const wanted = await write();
    if (wanted === undefined) return undefined;
    this.#sent.set(key, wanted);
    const { ref } = wanted;
    const place = { resource: REPORT_RESOURCES[ref.kind], namespace: ref.namespace, name: ref.name };
    return wanted.verb === 'delete'
      ? { method: 'delete', ...place }
      : { method: 'apply', ...place, body: { ...wanted.body } };
  }

  #settled(key: string, outcome: Outcome): void {
    if (outcome.status === 'skipped') {
      this.#options.onSkipped(key);
      return;
    }
    this.#options.onResult(outcome.status);
    const write = this.#sent.get(key);
    this.#sent.delete(key);
    if (outcome.status === 'written') write?.done(outcome.generation);
    else if (outcome.status === 'rejected' && write !== undefined && this.#learned(outcome.reason))
      this.sink.touch(write.ref);
    else this.#options.logger.warn('report not written', { key, ...outcome });
  }

  /** Whether the server refused what the kinds that are installed do not have, so that the report can do without. */
  #learned(reason: string): boolean {
    const fields = undeclaredFields(reason);
    for (const field of fields.filter((name) => !this.#unserved.has(name))) {
      this.#unserved.add(field);
      this.#options.logger.warn('a report kind is older than this version: apply the CRDs and restart', { field });
    }
    return fields.length > 0 && fields.every((field) => this.#options.leaveOut(field));
  }

  #reflector(kind: ReportKind, transport: Transport, logger: Logger): Reflector<Standing> {
    return new Reflector<Standing>({
      transport,
      resource: REPORT_RESOURCES[kind],
      project: standingOf,
      logger: logger.child({ kind }),
      limits: { deniedMs: CRD_RETRY_MS },
      handler: {
        put: (standing, { namespace, name }) => {
          this.sink.held({ kind, namespace, name }, standing);
        },
        remove: ({ namespace, name }) => {
          this.sink.gone({ kind, namespace, name });
        },
        state: (state) => {
          this.#states.set(kind, state);
          this.#options.onReady();
        },
      },
    });
  }
}

function laterOn(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => {
    clearTimeout(timer);
  };
}
