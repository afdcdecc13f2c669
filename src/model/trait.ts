import { sealedInputs, type Context, type Given, type Inputs, type Judge } from './check.ts';
import type { Kind } from './kinds.ts';
import type { ObjectOf } from './objects.ts';

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

/** What an identity can do by RBAC, or a binding opens: the rights that are more than they look, in words. */
export interface AccessTrait {
  /** Whose rights these are, and how near they bring to cluster-admin. */
  readonly who: string;
  readonly everywhere: string;
  readonly inNamespaces: string;
}

/** How a subject stands, beside what is wrong with it: each is a field of its report. */
export interface Traits {
  readonly network?: NetworkTrait;
  readonly access?: AccessTrait;
}
export type TraitId = keyof Traits;

/** An object and what is related to it: one look of the pods of a workload, or another subject itself. */
export interface Seen<K extends Kind, I> {
  readonly object: ObjectOf<K>;
  readonly given: I;
}

interface TellerSpec<K extends Kind, N extends TraitId, I extends Inputs<K>> {
  readonly subject: K;
  /** All are `ifKnown`: what is out of reach is told as unknown. */
  readonly inputs: I;
  /** Told of every look that there is, of one at least. Undefined is nothing to tell. */
  readonly tell: (seen: readonly Seen<NoInfer<K>, Given<NoInfer<I>>>[], context: Context) => Traits[N];
}

/** What is told of one kind of subject. */
export interface Teller<N extends TraitId = TraitId> {
  readonly subject: Kind;
  readonly inputs: Judge['inputs'];
  readonly tell: (
    seen: readonly Seen<Kind, Readonly<Record<string, readonly unknown[] | undefined>>>[],
    context: Context,
  ) => Traits[N];
}

/** What is told of subjects, judged or not: a field of their reports. `judges` as a check has them, so that both are planned alike. */
export interface Trait<N extends TraitId = TraitId> {
  readonly id: N;
  readonly judges: readonly Teller<N>[];
}

/** Seals the generics of what is told of one kind, so that no trait writes a cast. */
export function teller<K extends Kind, N extends TraitId, const I extends Inputs<K>>(
  spec: TellerSpec<K, N, I>,
): Teller<N> {
  return Object.freeze({
    subject: spec.subject,
    inputs: sealedInputs<K>(spec.inputs),
    tell: spec.tell as unknown as Teller<N>['tell'],
  });
}
