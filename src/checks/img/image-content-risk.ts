import type { ContainerSlot } from '#facts/containers.ts';
import { containersOf, named } from '#facts/containers.ts';
import { isOneOf } from '#facts/image.ts';
import { defineCheckOfMany, ifKnown, judge, type Context, type Given, type Word } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { isTemplate } from '#model/workload.ts';
import {
  exposedSecretsOfPod,
  imagesOfCluster,
  largeImagesOfPod,
  reportsInCluster,
  sbomsOfPod,
  summariesOfPod,
  vulnerabilitiesOfPod,
} from '#relations/scans.ts';
import { contentExamples } from '../content-examples.ts';

const INPUTS = {
  vulnerabilities: ifKnown(vulnerabilitiesOfPod),
  secrets: ifKnown(exposedSecretsOfPod),
  sboms: ifKnown(sbomsOfPod),
  summaries: ifKnown(summariesOfPod),
  sizes: ifKnown(largeImagesOfPod),
};
type Told = Given<typeof INPUTS>;

/** What is not known of a pod where an input is out of reach, by aspect. */
const UNSEEN = {
  vulnerabilities: 'criticalCve',
  secrets: 'exposedSecret',
  sboms: 'noSbom',
  sizes: 'oversized',
} as const;

const ofPod = judge({
  subject: 'Pod',
  inputs: INPUTS,

  *evaluate(pod, told, context) {
    for (const slot of containersOf(pod.spec)) {
      yield* vulnerable(slot, told);
      yield* leaking(slot, told);
      if (!isTemplate(pod)) yield* unlisted(slot, told);
      yield* oversized(slot, told, context);
    }
    for (const [input, aspect] of Object.entries(UNSEEN))
      if (told[input as keyof typeof UNSEEN] === undefined)
        yield { aspect, unknown: 'what was found in its images cannot be read' };
  },
});

const ofCluster = judge({
  subject: 'Cluster',
  inputs: { images: imagesOfCluster, reports: ifKnown(reportsInCluster) },

  *evaluate(_cluster, { images: [images], reports }, { parameters: { imageScanners } }) {
    const isScanning = [...(images?.keys() ?? [])].some((image) =>
      imageScanners.some((scanner) => isOneOf(image, scanner.images)),
    );
    if (isScanning || (reports ?? []).length > 0) return;
    yield {
      at: 'metadata.name',
      aspect: 'noScanner',
      severity: 'low',
      evidence: 'heuristic',
      message: 'no product that is known looks into the images of the cluster',
    };
  },
});

export const imageContentRisk = defineCheckOfMany({
  id: 'KP-IMG-006',
  name: 'image-content-risk',
  title: 'Known problems inside running images, or no scanner to know',
  severity: 'high',
  why: 'What a scanner has found in an image everybody else can find too: the flaw is public, and so is the way to use it; a credential in an image has everybody who may pull it.',
  fix: 'Rebuild the image on a patched, minimal base and roll it out; take credentials out of it and change them; install a scanner that watches the cluster, and name one of your own in the parameter `imageScanners`.',
  refs: ['OWASP2022:K02', 'OWASP2022:K10', 'OWASP2025:K07', 'NSA:N3', 'NSA:N28', 'MITRE:T1190', 'MITRE:T1552.001'],
  aspects: {
    criticalCve: 'a scanner has found a critical vulnerability in it that an update repairs',
    exposedSecret: 'a scanner has found a credential in it',
    noSbom: 'a scanner has looked into it and keeps no list of what it contains',
    oversized: 'it is larger than the parameter `maxImageBytes`',
    noScanner: 'nothing looks into images: neither a scanner that is known nor a report of one is there',
  },
  alsoFinished: true,
  judges: [ofPod, ofCluster],
  examples: contentExamples,
});

function* vulnerable(slot: ContainerSlot, { vulnerabilities = [], summaries = [] }: Told): Iterable<Word> {
  const own = vulnerabilities.filter(({ container }) => container === slot.container.name);
  const bad = own.map(({ report }) => report).filter(({ report }) => report?.vulnerabilities !== undefined);
  const [worst] = bad.map(({ report }) => report?.vulnerabilities).sort((a, b) => (b?.count ?? 0) - (a?.count ?? 0));
  if (worst !== undefined) {
    const rest = worst.count - worst.first.length;
    const ids = [...worst.first, ...(rest > 0 ? [`${String(rest)} more`] : [])].join(', ');
    yield {
      at: `${slot.at}.image`,
      aspect: 'criticalCve',
      message: `${named(slot)} runs an image with critical vulnerabilities that an update repairs: ${ids}`,
      because: bad.map(refOf),
    };
  }
  if (own.length > 0) return;
  const counts = summaries
    .filter(({ container }) => container === slot.container.name)
    .map(({ report }) => report.spec?.severities?.critical?.all ?? 0);
  if (counts.some((count) => count > 0))
    yield {
      aspect: 'criticalCve',
      unknown: `Kubescape counts ${String(Math.max(...counts))} critical vulnerabilities in the image of ${named(slot)}, and does not say whether an update repairs them`,
    };
}

function* leaking(slot: ContainerSlot, { secrets = [] }: Told): Iterable<Word> {
  const own = secrets.filter(
    ({ container, report }) => container === slot.container.name && (report.report?.secrets ?? 0) > 0,
  );
  if (own.length === 0) return;
  const count = Math.max(...own.map(({ report }) => report.report?.secrets ?? 0));
  yield {
    at: `${slot.at}.image`,
    aspect: 'exposedSecret',
    message: `${named(slot)} runs an image in which a scanner has found ${String(count)} credentials`,
    because: own.map(({ report }) => refOf(report)),
  };
}

function* unlisted(slot: ContainerSlot, { vulnerabilities = [], sboms }: Told): Iterable<Word> {
  const own = vulnerabilities.filter(({ container }) => container === slot.container.name);
  if (own.length === 0 || sboms === undefined || sboms.includes(slot.container.name)) return;
  yield {
    at: `${slot.at}.image`,
    aspect: 'noSbom',
    severity: 'info',
    message: `of the image of ${named(slot)} a scanner keeps no list of what it contains`,
  };
}

const MEBIBYTE = 1024 ** 2;

function* oversized(slot: ContainerSlot, { sizes = [] }: Told, { parameters }: Context): Iterable<Word> {
  const bytes = Math.max(
    0,
    ...sizes.filter(({ container }) => container === slot.container.name).map((each) => each.bytes),
  );
  if (bytes <= parameters.maxImageBytes) return;
  yield {
    at: `${slot.at}.image`,
    aspect: 'oversized',
    severity: 'info',
    message: `the image of ${named(slot)} has ${String(Math.round(bytes / MEBIBYTE))} MiB`,
  };
}
