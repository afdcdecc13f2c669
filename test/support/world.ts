import { CHECKS } from '#checks/index.ts';
import { TODAY } from '#checks/samples.ts';
import { Engine } from '#engine/engine.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Check, Context, Manifest } from '#model/check.ts';
import { isCluster } from '#model/cluster.ts';
import { DEFAULT_PARAMETERS, NEWEST_MINOR, type Parameters } from '#model/parameters.ts';
import { refOf } from '#model/ref.ts';
import type { Finding, Verdict } from '#model/verdict.ts';
import { TRAITS } from '#traits/index.ts';

/** What an example changes of the usual surroundings. */
export type ContextTweak = Partial<Omit<Context, 'parameters'>> & { readonly parameters?: Partial<Parameters> };

export const CONTEXT: Context = {
  minor: NEWEST_MINOR,
  complete: false,
  parameters: DEFAULT_PARAMETERS,
  now: () => TODAY,
};

export function contextWith(tweak: ContextTweak = {}): Context {
  return { ...CONTEXT, ...tweak, parameters: { ...CONTEXT.parameters, ...tweak.parameters } };
}

/** A store and an engine that are told manifests as the product is told objects: through the shrinker, change by change. */
export class World {
  readonly store = new Store();
  readonly engine: Engine;
  #now = TODAY;

  constructor(manifests: readonly Manifest[] = [], checks: readonly Check[] = CHECKS, context: ContextTweak = {}) {
    const all = contextWith({ now: () => this.#now, ...context });
    // What is asked for some checks alone is told nothing else.
    this.engine = new Engine(checks, this.store, all, checks === CHECKS ? TRAITS : []);
    // As every run begins: the cluster itself is there before anything in it.
    this.judgeAll();
    for (const manifest of manifests) this.put(manifest);
  }

  /** Time goes by, in seconds; what falls due is judged. */
  wait(seconds: number): void {
    this.#now += seconds;
    for (const job of this.engine.due().values()) this.engine.judge(job);
  }

  /** Everything is there before anything is judged: no verdict rests on what a plan has thought of. */
  fill(manifests: Iterable<Manifest>): void {
    for (const manifest of manifests) this.#hold(manifest);
    this.judgeAll();
  }

  judgeAll(): void {
    for (const job of this.engine.planAll().values()) this.engine.judge(job);
  }

  put(manifest: Manifest): void {
    this.#settle(this.#hold(manifest));
  }

  #hold(manifest: Manifest): ReturnType<Store['put']> {
    // Through JSON, as every real object comes.
    const raw = JSON.parse(JSON.stringify(manifest)) as Raw;
    return this.store.put(shrink(manifest.kind, raw));
  }

  remove(manifest: Manifest): void {
    this.#settle(this.store.remove(refOf(shrink(manifest.kind, manifest))));
  }

  #settle(changes: ReturnType<Store['put']>): void {
    for (const change of changes) for (const job of this.engine.plan(change).values()) this.engine.judge(job);
  }

  /** Every verdict, sorted by subject. */
  verdicts(): readonly Verdict[] {
    return [...this.engine.verdicts()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** How every exception stands, as `Kind ns/name state findings/objects`, sorted. */
  standings(): readonly string[] {
    return Array.from(this.engine.exceptions.standings(this.#now), ({ exception, state, findings, objects }) => {
      const { kind, metadata } = exception;
      return `${kind} ${metadata.namespace}/${metadata.name} ${state} ${String(findings)}/${String(objects)}`;
    }).sort();
  }

  /** Those of the objects in it: without that of the cluster itself, which is always there. */
  ofObjects(): readonly Verdict[] {
    return this.verdicts().filter(({ subject }) => !isCluster(subject));
  }

  /** `check Kind ns/name path` of every open finding and of every accepted one, sorted. */
  findings(): readonly string[] {
    return this.verdicts()
      .flatMap(({ subject, findings }) =>
        findings.map(({ check, path }) => `${check} ${subject.kind} ${subject.namespace}/${subject.name} ${path}`),
      )
      .sort();
  }

  findingsOf(check: string): readonly Finding[] {
    return this.verdicts().flatMap(({ findings }) => findings.filter((finding) => finding.check === check));
  }
}

function keyOf({ subject }: Verdict): string {
  return `${subject.kind} ${subject.namespace}/${subject.name} ${subject.apiVersion}`;
}
