import type { ObjectOf } from './objects.ts';
import { refOf, subjectKey, subjectOf, type Subject } from './ref.ts';

/** The cluster itself, to be judged as objects are: what is true of it as a whole, and of nothing in it. */
export const CLUSTER: ObjectOf<'Cluster'> = {
  kind: 'Cluster',
  metadata: { name: 'cluster', namespace: '', labels: {}, annotations: {} },
};

/** What a change affects that moves a relation of the cluster. */
export const TO_CLUSTER = [refOf(CLUSTER)] as const;

export const CLUSTER_SUBJECT = subjectOf(CLUSTER);
const CLUSTER_KEY = subjectKey(CLUSTER_SUBJECT);

export function isCluster(subject: Subject): boolean {
  // Of nearly everything the kind tells.
  return subject.kind === CLUSTER.kind && subjectKey(subject) === CLUSTER_KEY;
}
