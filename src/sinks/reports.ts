import type { Logger } from '#log/logger.ts';
import { keyOf } from '#model/ref.ts';
import type { Right } from '#model/right.ts';
import type { Report, ReportBody } from '#report/body.ts';
import type { ReportRef } from '#report/identity.ts';

/** In the whole cluster. Server-side apply asks for `patch`, and for `create` where the object is new. */
export const REPORT_RIGHTS: readonly Right[] = [
  {
    group: 'kubeposture.io',
    resources: ['clustersecurityreports', 'securityreports'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
    why: 'keep the reports',
  },
];

/** What should stand at a place now: a report; nothing, though the subject is there; or nothing, because the subject is gone. */
export type Wanted = Report | 'none' | 'orphan';

/** What the sink needs of the API server's side. Rejects where the writer is to try again. */
export interface ReportApi {
  /** Hands the writer a key; `write` is called when its turn comes, and says what to send then. */
  readonly submit: (key: string, write: () => Promise<Write | undefined>, isUrgent: boolean) => void;
  /** The report as it stands, or undefined. */
  readonly get: (ref: ReportRef) => Promise<ReportBody | undefined>;
}

export type Write =
  | { readonly verb: 'apply'; readonly ref: ReportRef; readonly body: object; readonly done: Done }
  | { readonly verb: 'delete'; readonly ref: ReportRef; readonly done: Done };

/** The server has taken it, and counts this many changes of the content now. */
type Done = (generation: number) => void;

/** What the watch says of a report. */
export interface Standing {
  readonly digest: string | undefined;
  /** Moves when anybody changes what is not metadata (API conventions: metadata.generation). */
  readonly generation: number;
}

interface SinkOptions {
  readonly api: ReportApi;
  /** What should stand at a place, asked for at the moment of writing. */
  readonly wanted: (ref: ReportRef) => Wanted;
  readonly logger: Logger;
  readonly clock: { readonly wall: () => Date; readonly after: (ms: number, run: () => void) => () => void };
  /** Told of each write that the server took: how many bytes, and what it was. */
  readonly onWritten?: (ref: ReportRef, bytes: number) => void;
}

/** When a finding was first seen, by fingerprint: survives restarts because it stands in the report itself. */
type FirstSeen = ReadonlyMap<string, string>;

/** What the API server holds, as far as we know: our last write, or what the watch says. */
interface Held extends Standing {
  readonly ref: ReportRef;
  readonly firstSeen?: FirstSeen;
  /** Digests of our own writes that the watch has not shown yet, oldest first: it is late, they are no news. */
  readonly echoes: readonly string[];
}

/** Changes of one subject within this time are one write; sums move more often and wait longer. Milliseconds. */
const WINDOW_MS = { own: 100, sums: 1000 };
/** How long the cluster's garbage collector has for a report whose subject is gone, before we remove it. Milliseconds. */
const ORPHAN_MS = 15_000;

/**
 * Publishes reports. Laws: nothing that stands unchanged is written again; only what `publishing` allows is written; a report is removed
 * when nothing wants it, and left to the cluster's garbage collection first where its owner is gone.
 */
export class ReportSink {
  readonly #options: SinkOptions;
  readonly #held = new Map<string, Held>();
  readonly #waiting = new Map<string, () => void>();
  /** Reports without a subject: how to call off the wait for the garbage collection, or that it is over. */
  readonly #orphans = new Map<string, (() => void) | 'over'>();
  #publishing = false;

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  /** What the API server holds, as our own watch tells it (metadata only). */
  held(ref: ReportRef, standing: Standing): void {
    const key = placeOf(ref);
    const known = this.#held.get(key);
    const now = known === undefined ? { ref, ...standing, echoes: [] } : seen(known, standing);
    this.#held.set(key, now);
    if (this.#publishing && (known === undefined || now.digest !== known.digest)) this.touch(ref);
  }

  /** A report is gone from the API server: by garbage collection, by hand, or by us. */
  gone(ref: ReportRef): void {
    this.#held.delete(placeOf(ref));
    this.#spare(placeOf(ref));
    if (this.#publishing) this.touch(ref);
  }

  /** How many reports the API server holds, by kind. */
  count(kind: ReportRef['kind']): number {
    return [...this.#held.values()].filter(({ ref }) => ref.kind === kind).length;
  }

  /** Places that wait for their moment to be written. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Starts to write: from now on, and for all places that are named or held. */
  start(places: Iterable<ReportRef>): void {
    this.#publishing = true;
    for (const { ref } of [...this.#held.values()]) this.touch(ref);
    for (const ref of places) this.touch(ref);
  }

  /** Writes nothing from now on; what waits is forgotten. */
  stop(): void {
    this.#publishing = false;
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    for (const key of [...this.#orphans.keys()]) this.#spare(key);
  }

  /** What stands at a place may have to be another thing now. Cheap: merges with what waits for the place already. */
  touch(ref: ReportRef, { isUrgent = false, isSum = false } = {}): void {
    const key = placeOf(ref);
    if (!this.#publishing || (this.#waiting.has(key) && !isUrgent)) return;
    this.#waiting.get(key)?.();
    this.#later(key, ref, isSum ? WINDOW_MS.sums : WINDOW_MS.own, isUrgent);
  }

  #later(key: string, ref: ReportRef, ms: number, isUrgent: boolean): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#waiting.delete(key);
      this.#options.api.submit(key, () => this.#write(ref), isUrgent);
    });
    this.#waiting.set(key, cancel);
  }

  /** What to send for a place now; nothing where the API server holds just that. */
  async #write(ref: ReportRef): Promise<Write | undefined> {
    if (!this.#publishing) return undefined;
    const key = placeOf(ref);
    const held = this.#held.get(key);
    const wanted = this.#options.wanted(ref);
    if (typeof wanted === 'string') return held === undefined ? undefined : this.#removal(ref, key, wanted);
    this.#spare(key);
    if (held?.digest === wanted.digest) return undefined;
    const before = held === undefined ? new Map<string, string>() : (held.firstSeen ?? (await this.#firstSeen(ref)));
    const { body, firstSeen } = dated(wanted.body, before, this.#options.clock.wall().toISOString());
    const done = (generation: number): void => {
      const echoes = [...(this.#held.get(key)?.echoes ?? []), wanted.digest];
      this.#held.set(key, { ref, digest: wanted.digest, generation, firstSeen, echoes });
      this.#options.onWritten?.(ref, JSON.stringify(body).length);
    };
    return { verb: 'apply', ref, body, done };
  }

  #removal(ref: ReportRef, key: string, wanted: 'none' | 'orphan'): Write | undefined {
    const patience = this.#orphans.get(key);
    if (wanted === 'orphan' && patience === undefined) {
      const again = this.#options.clock.after(ORPHAN_MS, () => {
        this.#orphans.set(key, 'over');
        this.touch(ref);
      });
      this.#orphans.set(key, again);
    }
    if (wanted === 'orphan' && patience !== 'over') return undefined;
    this.#spare(key);
    const done = (): void => {
      this.#held.delete(key);
      this.#options.logger.info('report removed', { kind: ref.kind, namespace: ref.namespace, name: ref.name });
    };
    return { verb: 'delete', ref, done };
  }

  #spare(key: string): void {
    const patience = this.#orphans.get(key);
    if (typeof patience === 'function') patience();
    this.#orphans.delete(key);
  }

  async #firstSeen(ref: ReportRef): Promise<FirstSeen> {
    const body = await this.#options.api.get(ref);
    const rows = (body?.findings ?? []).map(({ fingerprint, firstSeen }) => [fingerprint, firstSeen] as const);
    return new Map(rows.filter((row): row is readonly [string, string] => typeof row[1] === 'string'));
  }
}

/** A report is kept under one key, whatever its kind. */
export function placeOf(ref: ReportRef): string {
  return `${ref.kind}/${keyOf(ref)}`;
}

/** What is held after the watch has shown something. */
function seen(known: Held, { digest, generation }: Standing): Held {
  const echo = known.echoes.indexOf(digest ?? '');
  if (known.digest === digest && generation > known.generation) {
    // Somebody changed the content and left the annotation as it was: nobody knows the digest of that.
    return { ...known, digest: undefined, generation, echoes: [] };
  }
  if (echo >= 0) return { ...known, echoes: known.echoes.slice(echo + 1) };
  return known.digest === digest ? known : { ref: known.ref, digest, generation, echoes: [] };
}

/** The body with the moment on every finding at which it was first seen: kept for those that were there, `now` for new ones. */
function dated(
  body: ReportBody,
  before: FirstSeen,
  now: string,
): { readonly body: ReportBody; readonly firstSeen: FirstSeen } {
  const firstSeen = new Map(body.findings.map(({ fingerprint }) => [fingerprint, before.get(fingerprint) ?? now]));
  const findings = body.findings.map((finding) => ({
    ...finding,
    firstSeen: firstSeen.get(finding.fingerprint) ?? now,
  }));
  return { body: { ...body, findings }, firstSeen };
}
