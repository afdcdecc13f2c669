import { expect } from 'chai';
import { aScanReport, anSbomReport } from '#checks/admission-samples.ts';
import { CHECKS } from '#checks/index.ts';
import { aContainer, aNode, aPod } from '#checks/samples.ts';
import { imageKeysOf, keysOfReport, largeImagesOf, type ScanReport } from '#facts/scanned-images.ts';
import { shrink } from '#inventory/shrink.ts';
import type { Manifest } from '#model/check.ts';
import type { Kind } from '#model/kinds.ts';
import { SCAN_BODIES } from '../../support/scan-bodies.ts';
import { World, contextWith } from '../../support/world.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const OTHER = `sha256:${'ab'.repeat(32)}`;
const ONLY = CHECKS.filter(({ id }) => id === 'KP-IMG-006');

function aspects(world: World): readonly string[] {
  return world.findingsOf('KP-IMG-006').flatMap(({ aspect }) => aspect ?? []);
}

function unknowns(world: World): readonly string[] {
  return world.ofObjects().flatMap(({ notEvaluated }) => notEvaluated.map(({ reason }) => reason));
}

function podOf(image: string, imageID?: string): Manifest {
  const status = imageID === undefined ? {} : { status: { containerStatuses: [{ name: 'app', imageID }] } };
  return { ...aPod({ container: aContainer({ image }) }), ...status };
}

function nodeWith(images: readonly object[]): Manifest {
  const node = aNode({ type: 'InternalIP', address: '10.0.0.9' });
  return { ...node, status: { ...(node['status'] as object), images } };
}

describe('[unit] scanned images', () => {
  const PODS: Readonly<Record<string, readonly [Manifest, readonly string[]]>> = {
    'a tag': [podOf('nginx:1.27'), ['docker.io/library/nginx:1.27']],
    'no tag': [podOf('ghcr.io/acme/web'), ['ghcr.io/acme/web:latest']],
    'a digest, whatever the tag': [podOf(`ghcr.io/acme/web:1@${DIGEST}`), [`ghcr.io/acme/web@${DIGEST}`]],
    'a digest that is none': [podOf('ghcr.io/acme/web:1@sha256:12'), ['ghcr.io/acme/web:1']],
    'a tag, and what was pulled for it': [
      podOf('nginx', `docker.io/library/nginx@${OTHER}`),
      ['docker.io/library/nginx:latest', `docker.io/library/nginx@${OTHER}`],
    ],
    'a registry with a port': [podOf('localhost:5000/web:1'), ['localhost:5000/web:1']],
    'no image': [podOf(''), []],
  };
  for (const [name, [manifest, keys]] of Object.entries(PODS))
    it(`a pod has ${name}`, () => {
      expect(imageKeysOf(shrink('Pod', manifest)).flatMap((each) => each.keys)).to.deep.equal(keys);
    });

  const about = (kind: Kind, body: object, annotations: object = {}): readonly string[] =>
    keysOfReport(shrink(kind, { metadata: { name: 'x', namespace: 'a', annotations }, ...body }) as ScanReport);
  const KUBESCAPE = 'VulnerabilityManifestSummary';
  const REPORTS: Readonly<Record<string, readonly [given: readonly string[], keys: readonly string[]]>> = {
    'a tag and a digest': [
      about('VulnerabilityReport', SCAN_BODIES.VulnerabilityReport),
      ['docker.io/library/web:1', `docker.io/library/web@${OTHER}`],
    ],
    'no registry': [
      about('ExposedSecretReport', { report: { artifact: { repository: 'web', tag: '1' } } }),
      ['docker.io/library/web:1'],
    ],
    'no artifact': [about('VulnerabilityReport', { report: {} }), []],
    'an annotation of Kubescape': [
      about(KUBESCAPE, {}, { 'kubescape.io/image-id': `nginx@${DIGEST}` }),
      [`docker.io/library/nginx@${DIGEST}`],
    ],
    'no annotation of Kubescape': [about(KUBESCAPE, {}), []],
  };
  for (const [name, [given, keys]] of Object.entries(REPORTS))
    it(`a report has ${name}`, () => {
      expect(given).to.deep.equal(keys);
    });

  it('a Node tells of large ones by each of their names', () => {
    const names = [`nginx@${DIGEST}`, 'nginx:1.27', '<none>@<none>'];
    const node = shrink('Node', nodeWith([{ names, sizeBytes: 1e9 }, { names: ['small:1'], sizeBytes: 1e6 }, {}]));
    expect([...largeImagesOf(node)]).to.deep.equal([
      ['docker.io/library/nginx:1.27', 1e9],
      [`docker.io/library/nginx@${DIGEST}`, 1e9],
    ]);
  });

  it('of a report nothing is kept that nobody asks for', () => {
    const kept = (['VulnerabilityReport', 'ExposedSecretReport', 'SbomReport'] as const).map((kind) => {
      const labels = { 'trivy-operator.container.name': 'app', team: 'x' };
      const { metadata, ...rest } = shrink(kind, {
        metadata: { name: 'x', namespace: 'a', labels, uid: 'u' },
        ...SCAN_BODIES[kind],
      });
      return [{ ...metadata.labels }, Object.keys(metadata), rest];
    });
    const fields = ['name', 'namespace', 'labels', 'annotations'];
    const report = {
      registry: { server: 'index.docker.io' },
      artifact: { repository: 'library/web', tag: '1', digest: OTHER },
    };
    expect(kept).to.deep.equal([
      [
        {},
        fields,
        { kind: 'VulnerabilityReport', report: { ...report, vulnerabilities: { count: 1, first: ['CVE-2024-3094'] } } },
      ],
      [{}, fields, { kind: 'ExposedSecretReport', report: { ...report, secrets: 1 } }],
      [{ 'trivy-operator.container.name': 'app' }, fields, { kind: 'SbomReport' }],
    ]);
  });

  it('names three vulnerabilities, and none whose name is no name', () => {
    const ids = ['CVE-2024-1', 'CVE-2024-2', 'CVE-2024-2', 'CVE-2024-3', 'CVE-2024-4', '\u001b[31mCVE'];
    const vulnerabilities = ids.map((vulnerabilityID) => ({
      vulnerabilityID,
      severity: 'CRITICAL',
      fixedVersion: '1',
    }));
    const world = new World([aScanReport({ vulnerabilities }), anSbomReport(), aPod()], ONLY);
    expect(world.findingsOf('KP-IMG-006').map(({ message }) => message)).to.deep.equal([
      'container app runs an image with critical vulnerabilities that an update repairs: CVE-2024-1, CVE-2024-2, CVE-2024-3, 2 more',
    ]);
  });

  it('what a node says of small images, and in which order, is no change', () => {
    const large = { names: ['web:1'], sizeBytes: 2e9 };
    const other = { names: ['api:1'], sizeBytes: 3e9 };
    const world = new World([nodeWith([large, other])], ONLY);
    const again = shrink('Node', nodeWith([{ names: ['tool:1'], sizeBytes: 1e6 }, other, large]));
    expect(world.store.put(again)).to.deep.equal([]);
  });

  it('another bound while it runs is the bound', () => {
    const world = new World([nodeWith([{ names: ['nginx:1.27'], sizeBytes: 2e9 }]), podOf('nginx:1.27')], ONLY);
    const told = [2e9, 2e9 - 1, 3e9].map((maxImageBytes) => {
      world.engine.configure(ONLY, contextWith({ parameters: { maxImageBytes } }));
      for (const job of world.engine.planAll().values()) world.engine.judge(job);
      return aspects(world);
    });
    expect([told, aspects(world)]).to.deep.equal([[[], ['oversized'], []], []]);
  });

  it('a list of components of the CronJob is one of the pods of its Jobs, whenever it comes', () => {
    const owned = (kind: string): object => ({
      ownerReferences: [{ apiVersion: 'batch/v1', kind, name: 'x', controller: true }],
    });
    const { metadata, ...rest } = anSbomReport();
    const labels = {
      ...(metadata as { labels: object }).labels,
      'trivy-operator.resource.kind': 'CronJob',
      'trivy-operator.resource.name': 'x',
    };
    const sbom: Manifest = { ...rest, metadata: { ...metadata, labels } };
    const world = new World([aScanReport(), aPod({ metadata: { name: 'x-1', ...owned('Job') } })], ONLY);
    const before = aspects(world);
    world.put(sbom);
    const beside = aspects(world);
    world.put({ kind: 'Job', metadata: { name: 'x', namespace: 'shop', ...owned('CronJob') } });
    const joined = aspects(world);
    world.remove(sbom);
    const gone = aspects(world);
    world.put(sbom);
    expect([before, beside, joined, gone, aspects(world)]).to.deep.equal([['noSbom'], ['noSbom'], [], ['noSbom'], []]);
  });

  it('what Kubescape counts is in doubt, until somebody says whether an update repairs it', () => {
    const annotations = { 'kubescape.io/image-id': `registry.example/shop/web@${DIGEST}` };
    const spec = { severities: { critical: { all: 2 } } };
    const world = new World(
      [aPod(), { kind: KUBESCAPE, metadata: { name: 'x', namespace: 'shop', annotations }, spec }],
      ONLY,
    );
    const before = unknowns(world);
    world.put(anSbomReport());
    world.put(aScanReport());
    expect([before, unknowns(world), aspects(world)]).to.deep.equal([
      [
        'Kubescape counts 2 critical vulnerabilities in the image of container app, and does not say whether an update repairs them',
      ],
      [],
      [],
    ]);
  });

  it('what may not be read is unknown, and no reason to be silent of the rest', () => {
    const world = new World([], ONLY);
    world.store.setMissing('VulnerabilityReport', 'watch vulnerabilityreports: forbidden');
    world.put({ ...aScanReport({ secrets: [{}] }), kind: 'ExposedSecretReport' });
    world.put(aPod());
    expect([aspects(world), unknowns(world)]).to.deep.equal([
      ['exposedSecret'],
      ['what was found in its images cannot be read'],
    ]);
  });
});
