import { expect } from 'chai';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byPlace, helm, kustomized, objectsIn, placeText, templated, type Installed } from '../support/install.ts';
import { needControlPlane } from '../support/shared-control-plane.ts';

const KEEP = 'helm.sh/resource-policy';

/** What a values file changes, beside the manifests that it must be equal to. */
const SAME: readonly (readonly [folder: string, ...args: readonly string[]])[] = [
  ['manifests/base'],
  ['manifests/overlays/no-secrets', '--set', 'rbac.secrets=false'],
  ['manifests/overlays/secrets', '--set', 'rbac.secrets=true'],
  ['manifests/overlays/no-events', '--set', 'rbac.events=false'],
  ['manifests/overlays/single-replica', '--set', 'replicas=1'],
  [
    'manifests/overlays/monitoring',
    '--set',
    'monitoring.serviceMonitor=true,monitoring.rules=true,monitoring.dashboards=true',
  ],
];

const WRONG: readonly (readonly [values: object, complaint: RegExp])[] = [
  [{ replicas: 0 }, /replicas.*minimum/],
  [{ replica: 1 }, /replica.*not allowed/],
  [{ image: { digest: 'sha256:abc' } }, /digest.*pattern/],
  [{ image: { pullPolicy: 'Sometimes' } }, /pullPolicy.*must be one of/],
  [{ config: { metrics: { maxSeries: 'many' } } }, /maxSeries.*want integer/],
  [{ config: { checks: { disabled: [] } } }, /disabled.*not allowed/],
  [{ networkPolicy: { apiServerPorts: [] } }, /apiServerPorts.*minItems/],
  [{ resources: { limits: { memory: 'much' } } }, /memory/],
];

/** The objects as kustomize has them: Helm keeps CRDs by an annotation. */
function withoutKeep(objects: readonly Installed[]): readonly Installed[] {
  return objects.map((object) => {
    const { annotations, ...metadata } = object.metadata as Installed['metadata'] & {
      annotations?: Record<string, string>;
    };
    if (annotations?.[KEEP] === undefined) return object;
    expect([object.kind, annotations]).to.deep.equal(['CustomResourceDefinition', { [KEEP]: 'keep' }]);
    return { ...object, metadata };
  });
}

describe('[cluster] the manifests of kustomize and of Helm', function () {
  this.timeout(60_000);
  let dir = '';

  before(function () {
    needControlPlane(this);
    dir = mkdtempSync(join(tmpdir(), 'kubeposture-chart-'));
  });
  after(() => {
    if (dir !== '') rmSync(dir, { recursive: true });
  });

  const needHelm = (context: Mocha.Context): void => {
    const path = process.env['HELM'];
    if (path !== undefined && existsSync(path)) return;
    console.log('      skipped: HELM names no helm; export HELM="$(test/envtest/get helm)"');
    context.skip();
  };
  const complaint = (run: () => unknown): string => {
    try {
      run();
      return 'nothing';
    } catch (error) {
      return String(error).replaceAll('\n', ' ');
    }
  };
  const valuesFile = (values: object): string => {
    const path = join(dir, 'values.yaml');
    writeFileSync(path, JSON.stringify(values));
    return path;
  };

  it('manifests/kubeposture.yaml is manifests/base', () => {
    const rendered = objectsIn(readFileSync('manifests/kubeposture.yaml', 'utf8'));
    expect(byPlace(rendered)).to.deep.equal(byPlace(kustomized('manifests/base')));
  });

  it('the overlays change what they say and nothing else', () => {
    const base = byPlace(kustomized('manifests/base'));
    const changed = (folder: string): readonly string[] => {
      const overlay = byPlace(kustomized(`manifests/overlays/${folder}`));
      const places = new Set([...Object.keys(base), ...Object.keys(overlay)]);
      return [...places].filter((place) => JSON.stringify(base[place]) !== JSON.stringify(overlay[place])).sort();
    };
    expect(changed('single-replica')).to.deep.equal([
      'Deployment kubeposture/kubeposture',
      'PodDisruptionBudget kubeposture/kubeposture',
    ]);
    expect(changed('no-events')).to.deep.equal([
      'ClusterRole /kubeposture-events',
      'ClusterRoleBinding /kubeposture-events',
      'Deployment kubeposture/kubeposture',
    ]);
    expect(changed('secrets')).to.deep.equal([
      'ClusterRole /kubeposture-secrets',
      'ClusterRoleBinding /kubeposture-secrets',
      'Deployment kubeposture/kubeposture',
    ]);
    expect(changed('no-secrets')).to.deep.equal([]);
  });

  for (const [folder, ...args] of SAME) {
    it(`the chart makes the objects of ${folder}`, function () {
      needHelm(this);
      const chart = withoutKeep(templated('--set', 'namespace.create=true', ...args));
      expect(byPlace(chart)).to.deep.equal(byPlace(kustomized(folder)));
    });
  }

  it('the components go together, and the chart makes the same of all its choices', function () {
    needHelm(this);
    const components = readdirSync('manifests/components').map((name) => `../../components/${name}`);
    // Kustomize takes relative paths alone.
    const folder = mkdtempSync('manifests/overlays/.all-');
    try {
      writeFileSync(
        join(folder, 'kustomization.yaml'),
        JSON.stringify({ resources: ['../../base'], components: components.sort().reverse() }),
      );
      const chart = withoutKeep(templated('--set', 'namespace.create=true', ...SAME.flatMap(([, ...args]) => args)));
      expect(byPlace(chart)).to.deep.equal(byPlace(kustomized(folder)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('helm itself makes the namespace, and another release has names of its own', function () {
    needHelm(this);
    const places = templated().map(placeText);
    const base = kustomized('manifests/base').map(placeText);
    expect(base.filter((place) => !places.includes(place)).sort()).to.deep.equal([
      'Namespace /kubeposture',
      'NetworkPolicy kubeposture/kubeposture-default-deny',
    ]);
    const other = objectsIn(helm('template', 'two', 'manifests/chart', '--namespace', 'elsewhere')).filter(
      ({ kind }) => kind !== 'CustomResourceDefinition',
    );
    expect(other.filter(({ metadata }) => !metadata.name.startsWith('two-kubeposture')).map(placeText)).to.deep.equal(
      [],
    );
    expect(JSON.stringify(other)).to.not.include('"namespace":"kubeposture"');
  });

  it('takes a digest, secrets to pull with, and a configuration', function () {
    needHelm(this);
    const digest = `sha256:${'ab'.repeat(32)}`;
    const values = {
      image: { repository: 'registry.example/kubeposture', digest },
      imagePullSecrets: [{ name: 'pull' }],
      config: { metrics: { maxSeries: 500 } },
      podLabels: { team: 'sec' },
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'high',
      networkPolicy: { enabled: false },
      crds: { install: false },
    };
    const objects = byPlace(templated('--values', valuesFile(values)));
    const { template } = objects['Deployment kubeposture/kubeposture']!['spec'] as {
      readonly template: { readonly metadata: object; readonly spec: Readonly<Record<string, unknown>> };
    };
    expect(template.metadata).to.have.nested.property('labels.team', 'sec');
    expect(template.spec).to.deep.include({
      imagePullSecrets: [{ name: 'pull' }],
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'high',
    });
    expect(template.spec).to.have.nested.property('containers[0].image', `registry.example/kubeposture@${digest}`);
    expect(objects['ConfigMap kubeposture/kubeposture']!['data']).to.deep.equal({
      'config.yaml': 'checks: {}\nmetrics:\n  maxSeries: 500\nsecrets:\n  mode: "off"\n',
    });
    expect(Object.keys(objects).filter((place) => /^(CustomResource|NetworkPolicy)/.test(place))).to.deep.equal([]);
  });

  it('is clean by the rules of helm lint', function () {
    needHelm(this);
    expect(helm('lint', '--strict', 'manifests/chart')).to.include('1 chart(s) linted, 0 chart(s) failed');
  });

  for (const [values, expected] of WRONG) {
    it(`refuses ${JSON.stringify(values)}`, function () {
      needHelm(this);
      expect(complaint(() => templated('--values', valuesFile(values)))).to.match(expected);
    });
  }
});
