import { sealedInputs, type Given, type Inputs, type Judge } from './check.ts';
import type { Pod } from './objects.ts';

/** From how far away a connection may be opened; `cluster` is from within alone. */
export type Reach = 'internet' | 'vpc' | 'node' | 'cluster' | 'unknown';
/** Whether policies limit the connections of a direction: of all pods, of some, of none. */
export type Isolation = 'isolated' | 'partly' | 'open' | 'unknown';

/** How a workload can be reached, and what limits its connections. */
export interface NetworkTrait {
  readonly exposure: Reach;
  /** What the exposure rests on and no object says. */
  readonly assumed?: string;
  /** The ways in from outside the cluster, widest first. */
  readonly ways: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly level: string;
    /** Of the pods: `TCP/8080`. */
    readonly ports: readonly string[];
  }[];
  readonly ingress: Isolation;
  readonly egress: Isolation;
  /** Whether the network plugin enforces policies. */
  readonly enforced: 'yes' | 'no' | 'unknown';
}

/** How a workload stands, beside what is wrong with it: each is a field of its report. */
export interface Traits {
  readonly network?: NetworkTrait;
}
export type TraitId = keyof Traits;

/** One look of the pods of a workload, and what is related to it. */
export interface Seen<I> {
  readonly pod: Pod;
  readonly given: I;
}

interface TraitSpec<N extends TraitId, I extends Inputs<'Pod'>> {
  readonly id: N;
  /** All are `ifKnown`: what is out of reach is told as unknown. */
  readonly inputs: I;
  /** Told of every look that there is, of one at least. */
  readonly tell: (seen: readonly Seen<Given<NoInfer<I>>>[]) => NonNullable<Traits[N]>;
}

/** What is told of every workload, judged or not: a field of its report. */
export interface Trait {
  readonly id: TraitId;
  /** As a check has them, so that both are planned alike. */
  readonly judges: readonly [Pick<Judge, 'subject' | 'inputs'>];
  readonly tell: (seen: readonly Seen<Readonly<Record<string, readonly unknown[] | undefined>>>[]) => Traits[TraitId];
}

/** Seals the generics of a trait, so that none writes a cast. */
export function defineTrait<N extends TraitId, const I extends Inputs<'Pod'>>(spec: TraitSpec<N, I>): Trait {
  return Object.freeze({
    id: spec.id,
    judges: [{ subject: 'Pod', inputs: sealedInputs<'Pod'>(spec.inputs) }] as const,
    tell: spec.tell as unknown as Trait['tell'],
  });
}
