import { podsOfWorkload, workloadOf } from '#analysis/exposure/workloads.ts';
import { addressAt } from '#facts/address.ts';
import { podKey } from '#analysis/network/sources.ts';
import type { Endpoint } from '#analysis/network/spots.ts';
import type { Store } from '#inventory/store.ts';
import { TEMPLATE_KINDS } from '#model/kinds.ts';
import { isFinished, isTemplate } from '#model/workload.ts';
import { UsageError } from '../exit.ts';

/** An end of connections as people name it: the same name for every pod of a workload. */
export interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly ends: readonly Endpoint[];
}

/** The workloads that have pods, by name; of one that has none the pod that its template would make. */
export function workloadsIn(store: Store): readonly Place[] {
  const names = new Map<string, string>();
  for (const pod of store.list('Pod'))
    if (!isFinished(pod) && !isHidden(pod, store)) names.set(workloadOf(pod), pod.metadata.namespace);
  return [...names.keys()].sort().map((name) => placeOfWorkload(name, store));
}

/** A template whose pods run is seen in them. */
function isHidden(pod: Parameters<typeof workloadOf>[0], store: Store): boolean {
  return isTemplate(pod) && podsOfWorkload(workloadOf(pod), store)?.includes(pod) !== true;
}

function placeOfWorkload(name: string, store: Store): Place {
  const pods = podsOfWorkload(name, store) ?? [];
  if (pods.length === 0) throw new UsageError(`there is no workload ${name}`);
  return { name, namespace: name.split('/')[0] ?? '', ends: pods.map((pod) => ({ pod: podKey(pod) })) };
}

/** `internet`, an address, `node/NAME`, `namespace/pod`, or `namespace/Kind/name`. Throws UsageError. */
export function placeNamed(word: string, store: Store): Place {
  const outside = outsideNamed(word);
  if (outside !== undefined) return { name: word, namespace: '', ends: [outside] };
  const [first = '', second = '', third, ...rest] = word.split('/');
  if (first === '' || second === '' || third === '' || rest.length > 0)
    throw new UsageError(
      `"${word}" is no place: say namespace/pod, namespace/Kind/name, an address, node/NAME or internet`,
    );
  if (third !== undefined) return placeOfWorkload(`${first}/${kindNamed(second)}/${third}`, store);
  if (store.get({ kind: 'Pod', namespace: first, name: second }) === undefined)
    throw new UsageError(`there is no pod ${word}`);
  return { name: word, namespace: first, ends: [{ pod: word }] };
}

/** What is no pod: the internet, an address, a node. */
function outsideNamed(word: string): Endpoint | undefined {
  if (word === 'internet') return { internet: true };
  if (addressAt(word) !== undefined) return { ip: word };
  const [first, name, ...rest] = word.split('/');
  return first === 'node' && name !== undefined && rest.length === 0 ? { node: name } : undefined;
}

/** `deployment` is Deployment. */
function kindNamed(word: string): string {
  return [...TEMPLATE_KINDS, 'Pod'].find((kind) => kind.toLowerCase() === word.toLowerCase()) ?? word;
}
