import { CLUSTER_EXCEPTION_FIELDS, EXCEPTION_COLUMNS, EXCEPTION_FIELDS } from './exception-schema.ts';
import { REQUIRED, SHARED, coverage, rollup } from './fields.ts';
import type { Fields, Schema } from './pieces.ts';
import { TRAIT_FIELDS, access } from './traits.ts';

interface Resource {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly description: string;
  readonly fields: Fields;
  readonly required: readonly string[];
  readonly columns: readonly Schema[];
  readonly rules: readonly { readonly rule: string; readonly message: string }[];
  /** Has a status that is written apart. */
  readonly hasStatus?: true;
}

/** Of priority 1 are those that only `-o wide` shows. */
const COLUMNS: readonly Schema[] = [
  { name: 'Kind', type: 'string', jsonPath: '.subject.kind' },
  { name: 'Subject', type: 'string', jsonPath: '.subject.name' },
  { name: 'Grade', type: 'string', jsonPath: '.grade' },
  { name: 'Score', type: 'integer', jsonPath: '.score' },
  { name: 'Critical', type: 'integer', jsonPath: '.summary.critical' },
  { name: 'High', type: 'integer', jsonPath: '.summary.high' },
  { name: 'Medium', type: 'integer', jsonPath: '.summary.medium' },
  { name: 'Low', type: 'integer', jsonPath: '.summary.low' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Suppressed', type: 'integer', jsonPath: '.summary.suppressed', priority: 1 },
  { name: 'Unknown', type: 'integer', jsonPath: '.summary.unknown', priority: 1 },
  { name: 'Worst', type: 'string', jsonPath: '.cappedBy.check', priority: 1 },
];
const WORKLOAD_COLUMNS: readonly Schema[] = [
  { name: 'Exposure', type: 'string', jsonPath: '.network.exposure', priority: 1 },
  { name: 'Ingress', type: 'string', jsonPath: '.network.ingress', priority: 1 },
  { name: 'Egress', type: 'string', jsonPath: '.network.egress', priority: 1 },
];

const RESOURCES: readonly Resource[] = [
  {
    kind: 'SecurityReport',
    plural: 'securityreports',
    shortName: 'secrep',
    scope: 'Namespaced',
    description:
      'The security posture of one object of a namespace and of all that it owns: a workload with its pods, a Role, a Secret, or the ' +
      'Namespace itself, which also takes everything in it together. Written by kubeposture only.',
    fields: { ...SHARED, ...TRAIT_FIELDS, rollup },
    required: REQUIRED,
    columns: [...COLUMNS, ...WORKLOAD_COLUMNS],
    rules: [
      {
        rule: "!has(self.rollup) || self.subject.kind == 'Namespace'",
        message: 'only the report of the Namespace has a rollup',
      },
    ],
  },
  {
    kind: 'ClusterSecurityReport',
    plural: 'clustersecurityreports',
    shortName: 'csecrep',
    scope: 'Cluster',
    description:
      'The security posture of one cluster-scoped object, or of the cluster as a whole (the report named cluster). Written by ' +
      'kubeposture only.',
    fields: { ...SHARED, access, rollup, coverage },
    required: REQUIRED,
    columns: COLUMNS,
    rules: [
      {
        rule: "self.metadata.name == 'cluster' || !(has(self.rollup) || has(self.coverage))",
        message: 'only the report named cluster has rollup and coverage',
      },
    ],
  },
  {
    kind: 'SecurityException',
    plural: 'securityexceptions',
    shortName: 'secex',
    scope: 'Namespaced',
    description:
      'A risk in this namespace that somebody takes: findings that it covers are suppressed. They stay in their reports with the reason, ' +
      'are not scored, and open again when it ends or goes. It covers nothing cluster-scoped, not even its own Namespace.',
    fields: EXCEPTION_FIELDS,
    required: ['spec'],
    columns: EXCEPTION_COLUMNS,
    rules: [],
    hasStatus: true,
  },
  {
    kind: 'ClusterSecurityException',
    plural: 'clustersecurityexceptions',
    shortName: 'csecex',
    scope: 'Cluster',
    description:
      'A risk anywhere in the cluster that somebody takes: findings that it covers are suppressed. They stay in their reports with the ' +
      'reason, are not scored, and open again when it ends or goes.',
    fields: CLUSTER_EXCEPTION_FIELDS,
    required: ['spec'],
    columns: EXCEPTION_COLUMNS,
    rules: [],
    hasStatus: true,
  },
];

/** The CustomResourceDefinitions of everything that is ours: the only place where their fields are stated. */
export function ourCrds(): readonly object[] {
  return RESOURCES.map(definitionOf);
}

function definitionOf(resource: Resource): object {
  const { kind: word, plural, shortName, scope } = resource;
  const schema = {
    type: 'object',
    description: resource.description,
    required: resource.required,
    properties: resource.fields,
    ...(resource.rules.length === 0 ? {} : { 'x-kubernetes-validations': resource.rules }),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.kubeposture.io` },
    spec: {
      group: 'kubeposture.io',
      names: {
        kind: word,
        listKind: `${word}List`,
        plural,
        singular: word.toLowerCase(),
        shortNames: [shortName],
        categories: ['posture'],
      },
      scope,
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(resource.hasStatus === true ? { subresources: { status: {} } } : {}),
          additionalPrinterColumns: resource.columns,
        },
      ],
    },
  };
}
