import type { Index } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

/** A claim of a pod's volume with the volume that it is bound to. */
export interface BoundClaim {
  readonly claim: ObjectOf<'PersistentVolumeClaim'>;
  readonly volume: ObjectOf<'PersistentVolume'>;
}

/** Pods by `namespace/claim` of their volumes. */
const podsByClaim: Index<'Pod'> = {
  kind: 'Pod',
  name: 'claims of the volumes',
  of: ({ metadata, spec }) =>
    (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
      claim === undefined ? [] : [`${metadata.namespace}/${claim.claimName}`],
    ),
};

const claimsByVolume: Index<'PersistentVolumeClaim'> = {
  kind: 'PersistentVolumeClaim',
  name: 'bound volume',
  of: ({ spec }) => (spec?.volumeName === undefined ? [] : [spec.volumeName]),
};

export const claimsOfPod = defineRelation({
  subject: 'Pod',
  name: 'PersistentVolumeClaims of the pod with the PersistentVolumes they are bound to',
  related: (pod, inventory): readonly BoundClaim[] =>
    (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
      if (persistentVolumeClaim === undefined) return [];
      const { namespace } = pod.metadata;
      const claim = inventory.get({ kind: 'PersistentVolumeClaim', namespace, name: persistentVolumeClaim.claimName });
      const bound = claim?.spec?.volumeName;
      const volume =
        bound === undefined ? undefined : inventory.get({ kind: 'PersistentVolume', namespace: '', name: bound });
      return claim === undefined || volume === undefined ? [] : [{ claim, volume }];
    }),
  affected: {
    PersistentVolumeClaim: ({ ref }, inventory) => inventory.by(podsByClaim, `${ref.namespace}/${ref.name}`).map(refOf),
    PersistentVolume: ({ ref }, inventory) =>
      inventory
        .by(claimsByVolume, ref.name)
        .flatMap(({ metadata }) => inventory.by(podsByClaim, `${metadata.namespace}/${metadata.name}`))
        .map(refOf),
  },
});
