import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';
import { stringify } from 'yaml';
import type { Check } from '#model/check.ts';
import { ourCrds } from '#report/schema.ts';
import { HEADER, type GeneratedFile } from './files.ts';
import { rightsFor, rulesOf, type Rights, type Rule } from './rights.ts';

const NAME = 'kubeposture';
const LABELS = { 'app.kubernetes.io/name': NAME };

/** The CustomResourceDefinitions, one file each. */
export function crdFiles(): readonly GeneratedFile[] {
  return ourCrds().map((crd) => {
    const { name } = (crd as { readonly metadata: { readonly name: string } }).metadata;
    return { path: `crds/${name.split('.')[0] ?? name}.yaml`, text: yamlText(crd) };
  });
}

/** What is installed and follows from the code: CRDs and rights, for kustomize and for Helm. */
export function installFiles(checks: readonly Check[]): readonly GeneratedFile[] {
  const rights = rightsFor(checks);
  const { read, secrets, reports, events, own } = rights;
  const main = clusterRole(NAME, [...rulesOf(read), ...rulesOf(reports)]);
  const forEvents = clusterRole(`${NAME}-events`, rulesOf(events));
  const forSecrets = clusterRole(`${NAME}-secrets`, rulesOf(secrets));
  return [
    { path: 'manifests/base/crds.yaml', text: yamlText(...ourCrds()) },
    { path: 'manifests/base/rbac.yaml', text: yamlText(main, forEvents, role(rulesOf(own))) },
    { path: 'manifests/components/secrets/clusterrole.yaml', text: yamlText(forSecrets) },
    { path: 'manifests/chart/files/crds.yaml', text: yamlText(...ourCrds()) },
    { path: 'manifests/chart/files/rights.yaml', text: yamlText(rulesByName(rights)) },
  ];
}

const BASE = 'manifests/base';
const MONITORING = 'manifests/monitoring';

/** `manifests/base` in one file. It has no transformers, so its files one after another are what kustomize makes of it; a test compares. */
export function renderedFile(root: string, generated: readonly GeneratedFile[]): GeneratedFile {
  const read = (path: string): string =>
    generated.find((file) => file.path === path)?.text ?? readFileSync(join(root, path), 'utf8');
  const { resources } = load(read(`${BASE}/kustomization.yaml`)) as { readonly resources: readonly string[] };
  const texts = resources.map((name) => read(`${BASE}/${name}`).replace(`# ${HEADER}\n`, ''));
  return { path: 'manifests/kubeposture.yaml', text: `# ${HEADER}\n${texts.join('---\n')}` };
}

/** Copies of `manifests/monitoring` for the chart: Helm reads no file outside of it. */
export function chartMonitoring(root: string, dashboards: readonly GeneratedFile[]): readonly GeneratedFile[] {
  const written = ['servicemonitor.yaml', 'prometheusrule.yaml'].map((name) => ({
    name,
    text: `# ${HEADER}\n${readFileSync(join(root, MONITORING, name), 'utf8')}`,
  }));
  const generated = dashboards.map(({ path, text }) => ({ name: basename(path), text }));
  return [...written, ...generated].map(({ name, text }) => ({ path: `manifests/chart/files/${name}`, text }));
}

function clusterRole(name: string, rules: readonly Rule[]): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: LABELS },
    rules,
  };
}

function role(rules: readonly Rule[]): object {
  const metadata = { name: NAME, namespace: NAME, labels: LABELS };
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules };
}

function rulesByName(rights: Rights): object {
  return Object.fromEntries(Object.entries(rights).map(([name, list]) => [name, rulesOf(list as Rights['read'])]));
}

function yamlText(...values: readonly object[]): string {
  // Helm and kubectl read YAML 1.1, in which an unquoted `yes` is true.
  const options = { version: '1.1', lineWidth: 120, aliasDuplicateObjects: false } as const;
  const documents = values.map((value) => stringify(value, options));
  return `# ${HEADER}\n${documents.join('---\n')}`;
}
