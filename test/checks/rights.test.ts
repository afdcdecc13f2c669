/** What checks of rights say where not all is seen that a severity turns on: the finding stands as far as it is known, and the doubt is told. */
import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { aPodSecurityPolicy } from '#checks/admission-samples.ts';
import {
  aClusterRole,
  aClusterRoleBinding,
  aContainer,
  aNamespace,
  aPod,
  aRole,
  aRoleBinding,
  anApiServer,
} from '#checks/samples.ts';
import { aTokenSecret } from '#checks/token-samples.ts';
import type { CheckId, Manifest } from '#model/check.ts';
import type { Kind } from '#model/kinds.ts';
import { World, type ContextTweak } from '../support/world.ts';

interface Case {
  readonly check: CheckId;
  readonly name: string;
  readonly world: readonly Manifest[];
  readonly context?: ContextTweak;
  readonly missing?: Kind;
  /** `severity`, then reasons. */
  readonly says: readonly string[];
}

const GET_ONE = { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['web'] };
const PATCH = { apiGroups: [''], resources: ['namespaces'], verbs: ['patch'] };
const OPERATOR = { apiGroups: ['example.org'], resources: ['widgets'], verbs: ['get'] };
const ON_A_CLUSTER = { complete: true };
const OTHERS =
  'Secrets without the token of a service account are not seen: there may be one of this name in a namespace of the system';
const CONDITIONS =
  'whether policies keep privileged pods out beside the labels hangs on conditions that are not evaluated';

function conditional(): Manifest {
  const policy = aPodSecurityPolicy() as { readonly spec: { readonly rules: readonly object[] } } & Manifest;
  const rules = policy.spec.rules.map((rule) => ({ ...rule, preconditions: { all: [{ key: 'a' }] } }));
  return { ...policy, spec: { ...policy.spec, rules } };
}

const APPROVAL = {
  apiGroups: ['certificates.k8s.io'],
  resources: ['certificatesigningrequests/approval'],
  verbs: ['update'],
};
const NO_SERVER =
  'no kube-apiserver pod is in sight, as on a managed control plane: whether it runs without CertificateApproval is not known';

const PATCH_NODES = { apiGroups: [''], resources: ['nodes'], verbs: ['patch'] };
const TO_NODES = aClusterRoleBinding({ subjects: [{ kind: 'Group', name: 'system:nodes' }] });

const CASES: readonly Case[] = [
  {
    check: 'KP-RBAC-018',
    name: 'what is bound to nodes, where no API server is seen that keeps them to themselves',
    world: [aClusterRole(PATCH_NODES), TO_NODES],
    context: ON_A_CLUSTER,
    says: [
      'no kube-apiserver pod is in sight, as on a managed control plane: whether it runs with NodeRestriction is not known',
    ],
  },
  {
    check: 'KP-RBAC-018',
    name: 'with somebody else it makes no difference',
    world: [aClusterRole(PATCH_NODES), TO_NODES, aClusterRoleBinding({ metadata: { name: 'other' } })],
    context: ON_A_CLUSTER,
    says: ['medium'],
  },
  {
    check: 'KP-RBAC-015',
    name: 'approval without a signer, where no API server is seen',
    world: [aClusterRole(APPROVAL), aClusterRoleBinding()],
    context: ON_A_CLUSTER,
    says: [NO_SERVER],
  },
  {
    check: 'KP-RBAC-015',
    name: 'with a signer it makes no difference',
    world: [
      aClusterRole(APPROVAL, { apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: ['approve'] }),
      aClusterRoleBinding(),
    ],
    context: ON_A_CLUSTER,
    says: ['high'],
  },
  {
    check: 'KP-RBAC-015',
    name: 'nor where the plugin is on',
    world: [aClusterRole(APPROVAL), aClusterRoleBinding(), anApiServer('--anonymous-auth=false')],
    context: ON_A_CLUSTER,
    says: [],
  },
  {
    check: 'KP-RBAC-005',
    name: 'a Secret by its name, in every namespace of a cluster: others than tokens are not listed',
    world: [aClusterRole(GET_ONE), aClusterRoleBinding()],
    context: ON_A_CLUSTER,
    says: ['low', OTHERS],
  },
  {
    check: 'KP-RBAC-005',
    name: 'of files all Secrets are read',
    world: [aClusterRole(GET_ONE), aClusterRoleBinding()],
    says: ['low'],
  },
  {
    check: 'KP-RBAC-005',
    name: 'in a namespace that is not of the system a token alone makes a difference, and these are listed',
    world: [aRole(GET_ONE), aRoleBinding()],
    context: ON_A_CLUSTER,
    says: ['low'],
  },
  {
    check: 'KP-RBAC-005',
    name: 'one that is a token needs no other',
    world: [aClusterRole({ ...GET_ONE, resourceNames: ['token'] }), aClusterRoleBinding(), aTokenSecret('web')],
    context: ON_A_CLUSTER,
    says: ['critical'],
  },
  {
    check: 'KP-RBAC-005',
    name: 'where no Secret may be listed',
    world: [aRole(GET_ONE), aRoleBinding()],
    missing: 'Secret',
    says: ['low', 'list: forbidden'],
  },
  {
    check: 'KP-RBAC-018',
    name: 'a policy beside the labels that refuses under conditions',
    world: [aRole(PATCH), aRoleBinding(), aNamespace(), conditional()],
    says: ['high', CONDITIONS],
  },
  {
    check: 'KP-RBAC-018',
    name: 'policies that may not be read',
    world: [aRole(PATCH), aRoleBinding(), aNamespace()],
    missing: 'ValidatingAdmissionPolicy',
    says: ['high', 'list: forbidden'],
  },
  {
    check: 'KP-RBAC-028',
    name: 'a resource of which nobody knows whether it has a namespace',
    world: [aClusterRole(OPERATOR), aClusterRoleBinding(), aPod()],
    says: ['whether widgets.example.org have a namespace is not known'],
  },
  {
    check: 'KP-RBAC-028',
    name: 'one that cannot be in a namespace decides, whatever the others are',
    world: [
      aClusterRole(OPERATOR, { ...OPERATOR, apiGroups: [''], resources: ['nodes'] }),
      aClusterRoleBinding(),
      aPod(),
    ],
    says: [],
  },
  {
    check: 'KP-RBAC-028',
    name: 'a resource of an extension that is known',
    world: [
      aClusterRole({ ...OPERATOR, apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes/status'] }),
      aClusterRoleBinding(),
      aPod(),
    ],
    says: ['low'],
  },
];

function saidOf({ check, context, missing }: Case, world: readonly Manifest[]): readonly string[] {
  const told = new World(
    [],
    CHECKS.filter(({ id }) => id === check),
    context,
  );
  if (missing !== undefined) told.store.setMissing(missing, 'list: forbidden');
  for (const manifest of world) told.put(manifest);
  return told
    .verdicts()
    .filter(({ subject }) => subject.kind !== 'Cluster')
    .flatMap(({ findings, notEvaluated }) => [
      ...findings.map(({ severity }) => severity),
      ...notEvaluated.map(({ reason }) => reason),
    ]);
}

describe('[checks] doubts about rights', () => {
  for (const each of CASES)
    it(`${each.check}: ${each.name}`, () => {
      expect(saidOf(each, each.world)).to.deep.equal(each.says);
      expect(saidOf(each, each.world.toReversed()), 'told in reverse').to.deep.equal(each.says);
    });

  it('KP-RBAC-002: what all accounts of a namespace have, in files that hold none of them and are seen at once', () => {
    const group = { kind: 'Group', name: 'system:serviceaccounts:shop' };
    const world = new World(
      [],
      CHECKS.filter(({ id }) => id === 'KP-RBAC-002'),
    );
    world.fill([
      aClusterRole({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }),
      aClusterRoleBinding(),
      { ...aClusterRoleBinding({ subjects: [group] }), metadata: { name: 'all' } },
    ]);
    expect(world.findings()).to.deep.equal([]);
  });

  it('KP-RBAC-017: why a CSI provisioner is accepted, as its volumes come, are seen and tell otherwise', () => {
    const driver = 'ebs.csi.aws.com';
    const volume = (name: string, source: object): Manifest => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': driver } },
      spec: source,
    });
    const world = new World(
      [
        aClusterRole({ apiGroups: [''], resources: ['persistentvolumes'], verbs: ['create'] }),
        aClusterRoleBinding(),
        aPod({ container: aContainer({ image: 'registry.k8s.io/sig-storage/csi-provisioner:v6' }) }),
      ],
      CHECKS.filter(({ id }) => id === 'KP-RBAC-017'),
      { parameters: { privilegedNamespaces: ['shop'] } },
    );
    const said = (): readonly (string | undefined)[] =>
      world.verdicts().flatMap(({ findings }) => findings.map(({ accepted }) => accepted));
    const makes = 'a CSI provisioner makes the volumes of its driver';
    expect(said()).to.deep.equal([`${makes}; no volume shows one so far`]);
    world.put(volume('one', { csi: { driver } }));
    expect(said()).to.deep.equal([makes]);
    world.put(volume('two', { hostPath: { path: '/' } }));
    expect(said()).to.deep.equal([undefined]);
    world.remove(volume('two', {}));
    expect(said()).to.deep.equal([makes]);
    world.store.setMissing('PersistentVolume', 'list: forbidden');
    world.put(aPod({ metadata: { name: 'other' }, container: aContainer({ image: 'k8scsi/csi-provisioner:v2' }) }));
    expect(said()).to.deep.equal([`${makes}; whether these carry it is not seen (list: forbidden)`]);
  });

  it('KP-RBAC-023: what makes a group as good as cluster-admin with another binding, as that comes and goes', () => {
    const rule = { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] };
    const writer = { name: 'writer' };
    const other = aClusterRoleBinding({
      role: { kind: 'ClusterRole', name: 'writer' },
      subjects: [{ kind: 'Group', name: 'system:authenticated' }],
      metadata: writer,
    });
    const world = new World(
      [
        aClusterRole({ ...rule, verbs: ['escalate'] }),
        { ...aClusterRole({ ...rule, verbs: ['update'] }), metadata: writer },
        aClusterRoleBinding({ subjects: [{ kind: 'Group', name: 'system:serviceaccounts' }] }),
      ],
      CHECKS.filter(({ id }) => id === 'KP-RBAC-023'),
    );
    const severities = (): readonly string[] =>
      world
        .verdicts()
        .flatMap(({ subject, findings }) => findings.map(({ severity }) => `${subject.name} ${severity}`))
        .sort();
    expect(severities()).to.deep.equal(['web high']);
    world.put(other);
    // What is given to everybody is as it was: not all of them may write beyond their own rights.
    expect(severities()).to.deep.equal(['web critical', 'writer high']);
    world.remove(other);
    expect(severities()).to.deep.equal(['web high']);
  });

  it('KP-RBAC-018: a policy that comes and goes', () => {
    const world = new World(
      [aRole(PATCH), aRoleBinding(), aNamespace()],
      CHECKS.filter(({ id }) => id === 'KP-RBAC-018'),
    );
    const severities = (): readonly string[] =>
      world.verdicts().flatMap(({ findings }) => findings.map(({ severity }) => severity));
    expect(severities()).to.deep.equal(['high']);
    world.put(aPodSecurityPolicy());
    expect(severities()).to.deep.equal(['medium']);
    world.remove(aPodSecurityPolicy());
    expect(severities()).to.deep.equal(['high']);
  });
});
