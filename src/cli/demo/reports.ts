import { Reflector } from '#kube/reflector.ts';
import { resourceName, resourcePath } from '#kube/resource.ts';
import type { Transport } from '#kube/transport.ts';
import { keyOf } from '#model/ref.ts';
import { REPORT_RESOURCES } from '#operator/publishing.ts';
import type { ReportBody } from '#report/body.ts';
import type { ReportKind } from '#report/identity.ts';

/** A Table as the API server answers it: what `kubectl get` prints. */
export interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly {
    readonly cells: readonly unknown[];
    readonly object: { readonly metadata: { readonly name: string; readonly namespace?: string } };
  }[];
}

/** All reports of a kind as the server lays them out. */
export async function reportTable(transport: Transport, kind: ReportKind, signal: AbortSignal): Promise<Table> {
  const resource = REPORT_RESOURCES[kind];
  const { body } = await transport.request({
    verb: 'list',
    resource: resourceName(resource),
    method: 'GET',
    path: resourcePath(resource),
    accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
    pool: 'watch',
    signal,
  });
  return body as Table;
}

/** What is told of a report: undefined where there was, or is, none. */
export type Told = (name: string, before: ReportBody | undefined, after: ReportBody | undefined) => void;

/** Watches every report and tells how it changes, from when it is told to `speak`. */
export class ReportWatch {
  readonly #reflectors: readonly Reflector<ReportBody>[];
  readonly #held = new Map<string, ReportBody>();
  readonly #told: Told;
  #speaks = false;

  constructor(transport: Transport, told: Told) {
    this.#told = told;
    this.#reflectors = (['ClusterSecurityReport', 'SecurityReport'] as const).map((kind) =>
      this.#reflector(transport, kind),
    );
  }

  start(): void {
    for (const reflector of this.#reflectors) reflector.start();
  }

  speak(): void {
    this.#speaks = true;
  }

  async stop(): Promise<void> {
    this.#speaks = false;
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
  }

  #reflector(transport: Transport, kind: ReportKind): Reflector<ReportBody> {
    const { metadataOnly: _, ...resource } = REPORT_RESOURCES[kind];
    return new Reflector<ReportBody>({
      transport,
      resource,
      project: (raw) => raw as unknown as ReportBody,
      handler: {
        put: (report, at) => {
          this.#changed(keyOf(at), report);
        },
        remove: (at) => {
          this.#changed(keyOf(at), undefined);
        },
        state: () => undefined,
      },
    });
  }

  #changed(name: string, after: ReportBody | undefined): void {
    const before = this.#held.get(name);
    if (after === undefined) this.#held.delete(name);
    else this.#held.set(name, after);
    if (this.#speaks) this.#told(name, before, after);
  }
}
