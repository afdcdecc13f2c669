import {
  imageKeysOf,
  isContent,
  keysOfReport,
  largeImagesOf,
  type ImageKey,
  type ScanReport,
} from '#facts/scanned-images.ts';
import { IMAGES_IN_USE, type ImagesInUse } from '#analysis/images/in-use.ts';
import { TO_CLUSTER } from '#model/cluster.ts';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import { controllerOf } from '#model/metadata.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { SCANNED_CONTAINER, SCANNED_KIND, SCANNED_NAME } from '#model/scan-reports.ts';
import { podsByController } from './siblings.ts';

type ReportKind = ScanReport['kind'];

const podsByImage: Index<'Pod'> = {
  kind: 'Pod',
  name: 'image',
  of: (pod) => [...new Set(imageKeysOf(pod).flatMap(({ keys }) => keys))],
};

function podsOfImages(keys: Iterable<ImageKey>, inventory: Inventory<'Pod'>): readonly Ref<'Pod'>[] {
  return [...new Set(keys)].flatMap((key) => inventory.by(podsByImage, key).map(refOf));
}

/** A report on the image of a container. */
export interface Scanned<K extends ReportKind> {
  readonly container: string;
  readonly report: ObjectOf<K>;
}

/** The reports of one kind on the images of a pod. A tag is only of its own namespace: elsewhere it may name another content. */
function reportsOnPod<K extends ReportKind>(kind: K, name: string): Relation<'Pod', Scanned<K>> {
  const reportsByImage: Index<K> = { kind, name: 'image', of: (report) => keysOfReport(report as ScanReport) };
  return defineRelation<'Pod', K, Scanned<K>>({
    subject: 'Pod',
    name,
    related: (pod, inventory) =>
      imageKeysOf(pod).flatMap(({ slot, keys }) => {
        const reports = keys.flatMap((key) =>
          inventory
            .by(reportsByImage, key)
            .filter(({ metadata }) => isContent(key) || metadata.namespace === pod.metadata.namespace),
        );
        return [...new Set(reports)].map((report) => ({ container: slot.container.name, report }));
      }),
    affected: sameFor([kind], (change: ChangeOf<K>, inventory: Inventory<K | 'Pod'>) =>
      podsOfImages(
        sides(change).flatMap((side) => keysOfReport(side as ScanReport)),
        inventory,
      ),
    ),
  });
}

export const vulnerabilitiesOfPod = reportsOnPod(
  'VulnerabilityReport',
  'VulnerabilityReports of trivy-operator on its images',
);
export const exposedSecretsOfPod = reportsOnPod(
  'ExposedSecretReport',
  'ExposedSecretReports of trivy-operator on its images',
);
export const summariesOfPod = reportsOnPod(
  'VulnerabilityManifestSummary',
  'VulnerabilityManifestSummaries of Kubescape on its images',
);

/** Of the containers of a workload there is one each: by whose they are, since metadata do not tell the image. */
const sbomsByWorkload: Index<'SbomReport'> = { kind: 'SbomReport', name: 'workload', of: (sbom) => [workloadOf(sbom)] };

function workloadOf({ metadata: { namespace, labels } }: ObjectOf<'SbomReport'>): string {
  return `${namespace}/${labels[SCANNED_KIND] ?? ''}/${labels[SCANNED_NAME] ?? ''}`;
}

/** The pod itself and what controls it, up to the CronJob of a Job: a scanner tells of one of them. */
function workloadsOf(pod: Pod, inventory: Inventory<'Job'>): readonly string[] {
  const { namespace, name } = pod.metadata;
  const controller = controllerOf(pod);
  const job = controller?.kind === 'Job' ? inventory.get({ kind: 'Job', namespace, name: controller.name }) : undefined;
  const above = job === undefined ? undefined : controllerOf(job);
  const owners = [{ kind: 'Pod', name }, controller, above].filter((owner) => owner !== undefined);
  return owners.map((owner) => `${namespace}/${owner.kind}/${owner.name}`);
}

const jobsByController: Index<'Job'> = {
  kind: 'Job',
  name: 'controller',
  of: (job) => {
    const above = controllerOf(job);
    return above === undefined ? [] : [`${job.metadata.namespace}/${above.kind}/${above.name}`];
  },
};

/** The names of the containers of which there is a list of components. */
export const sbomsOfPod = defineRelation({
  subject: 'Pod',
  name: 'SbomReports of trivy-operator on its containers',
  related: (pod, inventory: Inventory<'SbomReport' | 'Job'>) =>
    workloadsOf(pod, inventory)
      .flatMap((workload) => inventory.by(sbomsByWorkload, workload))
      .map(({ metadata }) => metadata.labels[SCANNED_CONTAINER] ?? ''),
  affected: {
    SbomReport: (change, inventory: Inventory<'Pod' | 'Job'>) =>
      sides(change).flatMap((sbom) => podsOfWorkload(workloadOf(sbom), inventory)),
    Job: ({ ref }, inventory: Inventory<'Pod'>) =>
      inventory.by(podsByController, `${ref.namespace}/Job/${ref.name}`).map(refOf),
  },
});

function podsOfWorkload(workload: string, inventory: Inventory<'Pod' | 'Job'>): readonly Ref<'Pod'>[] {
  const [namespace = '', kind, name = ''] = workload.split('/');
  if (kind === 'Pod') return [{ kind, namespace, name }];
  const jobs = inventory.by(jobsByController, workload).map((job) => `${namespace}/Job/${job.metadata.name}`);
  return [workload, ...jobs].flatMap((each) => inventory.by(podsByController, each).map(refOf));
}

/** How large the image of a container is, where some Node says that it is large. */
export interface Size {
  readonly container: string;
  readonly bytes: number;
}

const nodesByImage: Index<'Node'> = {
  kind: 'Node',
  name: 'large image',
  of: (node) => [...largeImagesOf(node).keys()],
};

export const largeImagesOfPod = defineRelation({
  subject: 'Pod',
  name: 'sizes of large images on Nodes',
  related: (pod, inventory: Inventory<'Node'>): readonly Size[] =>
    imageKeysOf(pod).flatMap(({ slot, keys }) => {
      const sizes = keys.flatMap((key) =>
        inventory.by(nodesByImage, key).map((node) => largeImagesOf(node).get(key) ?? 0),
      );
      return sizes.length === 0 ? [] : [{ container: slot.container.name, bytes: Math.max(...sizes) }];
    }),
  affected: { Node: (change, inventory: Inventory<'Pod'>) => podsOfImages(movedOn(change), inventory) },
});

/** The images whose size on a Node is another one now. */
function movedOn({ before, after }: ChangeOf<'Node'>): readonly ImageKey[] {
  const [was, is] = [before, after].map((side) =>
    side === undefined ? new Map<ImageKey, number>() : largeImagesOf(side),
  );
  const all = [...(was?.keys() ?? []), ...(is?.keys() ?? [])];
  return all.filter((key) => was?.get(key) !== is?.get(key));
}

/** Which images the pods of the cluster run: a scanner may be among them. */
export const imagesOfCluster = defineRelation({
  subject: 'Cluster',
  name: 'images of all Pods',
  related: (_cluster, inventory: Inventory<'Pod'>): readonly ImagesInUse[] => [inventory.view(IMAGES_IN_USE)],
  affected: {
    Pod: (change, inventory) => {
      const uses = inventory.view(IMAGES_IN_USE);
      // The first of an image that comes, or the last that goes.
      const isTold = sides(change).some((pod) =>
        imageKeysOf(pod).some(({ slot }) => (uses.get(slot.container.image ?? '') ?? 0) <= 1),
      );
      return isTold ? TO_CLUSTER : [];
    },
  },
});

const REPORT_KINDS = [
  'VulnerabilityReport',
  'ExposedSecretReport',
  'SbomReport',
  'VulnerabilityManifestSummary',
] as const;

/** The kinds of reports of scanners of which there are any. */
export const reportsInCluster = defineRelation({
  subject: 'Cluster',
  name: 'reports of trivy-operator and Kubescape',
  related: (_cluster, inventory: Inventory<(typeof REPORT_KINDS)[number]>) =>
    REPORT_KINDS.filter((kind) => inventory.size(kind) > 0),
  affected: sameFor(
    REPORT_KINDS,
    ({ ref }: ChangeOf<(typeof REPORT_KINDS)[number]>, inventory: Inventory<(typeof REPORT_KINDS)[number]>) =>
      inventory.size(ref.kind) <= 1 ? TO_CLUSTER : [],
  ),
});
