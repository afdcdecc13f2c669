import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import { NEEDS } from '#analysis/rbac/primitives.ts';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import { PROVISIONED_BY } from '#model/metadata.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';
import { judgedForThoseWith } from './companions.ts';

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

/** What volumes say of the drivers whose provisioners made them. */
export interface Provisioned {
  /** How many carry the driver that they were made for. */
  readonly carried: number;
  /** Those that were made for a driver of other volumes and are something else: no provisioner makes such. */
  readonly strange: readonly Ref<'PersistentVolume'>[];
  /** Why they are not seen. */
  readonly missing: string | undefined;
}

const CARRIED = 'carried';
const OTHERWISE = 'otherwise';

/** PersistentVolumes by the driver that they carry, and by whether it is the one that they were made for. */
const volumesByDriver: Index<'PersistentVolume'> = {
  kind: 'PersistentVolume',
  name: 'driver',
  of: (volume) => {
    const maker = volume.metadata.annotations[PROVISIONED_BY];
    const driver = volume.spec?.csi?.driver;
    const made = maker === undefined ? [] : [driver === maker ? CARRIED : OTHERWISE];
    return [...made, ...(driver === undefined ? [] : [`driver ${driver}`])];
  },
};

/** What volumes say of those who make them, for the ClusterRoles that let make any. */
export const provisionedForClusterRole = defineRelation({
  subject: 'ClusterRole',
  name: 'PersistentVolumes with the driver whose provisioner made them',
  related: (_role, inventory: Inventory<RbacKind | 'PersistentVolume'>): readonly Provisioned[] => {
    const isOfDriver = ({ metadata }: ObjectOf<'PersistentVolume'>): boolean =>
      inventory.by(volumesByDriver, `driver ${metadata.annotations[PROVISIONED_BY] ?? ''}`).length > 0;
    return [
      {
        carried: inventory.by(volumesByDriver, CARRIED).length,
        strange: inventory.by(volumesByDriver, OTHERWISE).filter(isOfDriver).map(refOf),
        missing: inventory.missing('PersistentVolume'),
      },
    ];
  },
  affected: {
    ...sameFor(RBAC_ENGINE.kinds, () => []),
    PersistentVolume: (change: ChangeOf<'PersistentVolume'>, inventory: Inventory<RbacKind>) =>
      sides(change).some((volume) => volumesByDriver.of(volume).length > 0)
        ? judgedForThoseWith('ClusterRole', NEEDS.writeVolumes.mask, inventory)
        : [],
  },
  mayLack: ['PersistentVolume'],
});
