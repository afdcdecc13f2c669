import type { Examples, Manifest } from '#model/check.ts';
import { aScanReport, anSbomReport } from './admission-samples.ts';
import { aScanner } from './scanner-sample.ts';
import { THE_CLUSTER, aContainer, aDeployment, aNode, aPod } from './samples.ts';

const AT = 'spec.containers[0].image';
const XZ = { vulnerabilityID: 'CVE-2024-3094', severity: 'CRITICAL', fixedVersion: '5.6.2' };
const UNFIXED = { ...XZ, fixedVersion: '' };
const HIGH = { ...XZ, severity: 'HIGH' };
const LIVE = { context: { complete: true } };

function found(...vulnerabilities: readonly object[]): Manifest {
  return aScanReport({ vulnerabilities });
}

/** A report of what lies in the image beside programs. */
function leaks(...secrets: readonly object[]): Manifest {
  return { ...aScanReport({ vulnerabilities: undefined, secrets }), kind: 'ExposedSecretReport' };
}

function summary(all: number): Manifest {
  return {
    apiVersion: 'spdx.softwarecomposition.kubescape.io/v1beta1',
    kind: 'VulnerabilityManifestSummary',
    metadata: {
      name: 'web',
      namespace: 'shop',
      annotations: { 'kubescape.io/image-id': `registry.example/shop/web@sha256:${'0123456789abcdef'.repeat(4)}` },
    },
    spec: { severities: { critical: { all } } },
  };
}

function nodeWith(sizeBytes: number): Manifest {
  const names = [`registry.example/shop/web@sha256:${'0123456789abcdef'.repeat(4)}`];
  const node = aNode({ type: 'InternalIP', address: '10.0.0.9' });
  return { ...node, status: { ...(node['status'] as object), images: [{ names, sizeBytes }] } };
}

/** A pod by a tag alone, and which content that was. */
function tagged(): Manifest {
  const imageID = `registry.example/shop/web@sha256:${'0123456789abcdef'.repeat(4)}`;
  return {
    ...aPod({ container: aContainer({ image: 'registry.example/shop/web:1.4.2' }) }),
    status: { phase: 'Running', containerStatuses: [{ name: 'app', imageID }] },
  };
}

/** The examples of KP-IMG-006. */
export function contentExamples(): Examples {
  return { bad: bad(), good: good() };
}

function bad(): Examples['bad'] {
  return [
    {
      name: 'a critical vulnerability that an update repairs',
      subject: aPod(),
      world: [found(XZ, HIGH), anSbomReport()],
      finds: [{ at: AT, aspect: 'criticalCve' }],
    },
    {
      name: 'found in the content that runs, whatever the tag',
      subject: tagged(),
      world: [found(XZ), anSbomReport()],
      finds: [{ at: AT, aspect: 'criticalCve' }],
      also: ['KP-IMG-002'],
    },
    {
      name: 'a credential in the image of a template',
      subject: aDeployment(),
      world: [leaks({ target: '/app/key.pem', ruleID: 'private-key' })],
      finds: [{ at: `spec.template.${AT}`, aspect: 'exposedSecret' }],
    },
    {
      name: 'no list of what the image contains',
      subject: aPod(),
      world: [found()],
      finds: [{ at: AT, aspect: 'noSbom', severity: 'info' }],
    },
    {
      name: 'an image of more than a gibibyte',
      subject: aPod(),
      world: [nodeWith(1_500_000_000)],
      finds: [{ at: AT, aspect: 'oversized', severity: 'info' }],
    },
    {
      name: 'nothing looks into images',
      subject: THE_CLUSTER,
      world: [aScanner('registry.example/shop/worker')],
      ...LIVE,
      finds: [{ at: 'metadata.name', aspect: 'noScanner', severity: 'low', evidence: 'heuristic' }],
    },
  ];
}

function good(): Examples['good'] {
  return [
    { name: 'nothing that an update would repair', subject: aPod(), world: [found(UNFIXED, HIGH), anSbomReport()] },
    { name: 'no report', subject: aPod() },
    {
      name: 'a vulnerability in another content of the same tag',
      subject: aPod(),
      world: [aScanReport({ vulnerabilities: [XZ], artifact: { repository: 'shop/web', tag: '1.4.2' } })],
    },
    { name: 'nothing in it', subject: aDeployment(), world: [leaks()] },
    { name: 'a count that does not tell of updates', subject: aPod(), world: [summary(2)] },
    { name: 'no critical one', subject: aPod(), world: [summary(0)] },
    {
      name: 'a bound of your own',
      subject: aPod(),
      world: [nodeWith(1_500_000_000)],
      context: { parameters: { maxImageBytes: 2_000_000_000 } },
    },
    {
      name: 'a scanner',
      subject: THE_CLUSTER,
      world: [aScanner()],
      ...LIVE,
    },
    { name: 'reports of one that is elsewhere', subject: THE_CLUSTER, world: [found()], ...LIVE },
  ];
}
