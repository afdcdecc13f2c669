import { expect } from 'chai';
import { RBAC_ENGINE } from '#analysis/rbac/engine.ts';
import type { Strength } from '#analysis/rbac/strength.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Manifest } from '#model/check.ts';
import { CHECKS } from '#checks/index.ts';
import { isKind, type Kind } from '#model/kinds.ts';
import {
  EVERYTHING,
  account,
  bind,
  clusterRole,
  grant,
  may,
  tokenSecret,
  type Rule,
} from '../../support/rbac-asked.ts';
import { World, contextWith } from '../../support/world.ts';

const R = 'rbac.authorization.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const WEB = 'ServiceAccount:shop/web';
/** One account is cluster-admin, and a namespace has none. */
const STRONG = [account('pay/boss'), ...grant('ServiceAccount:pay/boss', '', EVERYTHING), account('blog/reader')];
const EKS = { kind: 'Node', metadata: { name: 'n' }, status: { nodeInfo: { kubeletVersion: 'v1.33.1-eks-1' } } };

function everywhere(...rules: readonly Rule[]): readonly object[] {
  return grant(WEB, '', ...rules);
}
function inPay(...rules: readonly Rule[]): readonly object[] {
  return grant(WEB, 'pay', ...rules);
}

const TOKENS = may('create', 'serviceaccounts/token');
const PODS = may('create', 'pods');
const ALONE = [account('shop/web'), ...everywhere(PODS)];
const EQUAL = [account('shop/cart'), ...grant('ServiceAccount:shop/cart', '', PODS)];
const ALL_ALIKE = [account('shop/web'), ...grant('Group:system:serviceaccounts:shop', '', PODS)];

function inShop(...rules: readonly Rule[]): readonly object[] {
  return grant(WEB, 'shop', ...rules);
}

type Case = readonly [what: string, objects: readonly object[], strength: Strength];

/** The conditions for being as good as cluster-admin, by their letters. */
const CONDITIONS: Readonly<Record<string, readonly Case[]>> = {
  a: [
    ['every verb on everything', everywhere(EVERYTHING), 'direct'],
    ['every verb on all of the core group', everywhere(may('*', '*')), 'direct'],
    ['each verb by its word', everywhere(may('get list watch create update patch delete', '*')), 'direct'],
    ['all verbs but one', everywhere(may('get list watch create update patch', 'configmaps')), 'none'],
    ['everything of another group', everywhere(may('*', 'example.org:*')), 'none'],
    ['everything of a namespace where nobody is strong', grant(WEB, 'blog', EVERYTHING), 'none'],
  ],
  b: [
    ['escalate with a write', everywhere(may('escalate patch', `${R}:clusterroles`)), 'direct'],
    ['escalate without', everywhere(may('escalate', `${R}:clusterroles`)), 'none'],
    [
      'bind with a write of bindings',
      everywhere(may('bind', `${R}:clusterroles`), may('create', `${R}:clusterrolebindings`)),
      'direct',
    ],
    [
      'bind of a role that is cluster-admin, by its name',
      [
        clusterRole('top', EVERYTHING),
        ...everywhere(may('bind', `${R}:clusterroles`, 'top'), may('create', `${R}:clusterrolebindings`)),
      ],
      'direct',
    ],
    [
      'the same by changing a binding of it',
      [
        clusterRole('top', EVERYTHING),
        bind('', 'ClusterRole:top', 'User:root'),
        ...everywhere(may('bind', `${R}:clusterroles`, 'top'), may('update', `${R}:clusterrolebindings`)),
      ],
      'direct',
    ],
    [
      'the same where it has none',
      [
        clusterRole('top', EVERYTHING),
        ...everywhere(may('bind', `${R}:clusterroles`, 'top'), may('update', `${R}:clusterrolebindings`)),
      ],
      'none',
    ],
    [
      'bind of a role that is shipped, by its name, where nothing tells of it',
      everywhere(may('bind', `${R}:clusterroles`, 'cluster-admin'), may('create', `${R}:clusterrolebindings`)),
      'direct',
    ],
    [
      'bind of any role by changing a binding of cluster-admin by its name',
      [
        bind('', 'ClusterRole:cluster-admin', 'User:root'),
        ...everywhere(
          may('bind', `${R}:clusterroles`),
          may('patch', `${R}:clusterrolebindings`, 'cluster-admin-User:root'),
        ),
      ],
      'direct',
    ],
    [
      'bind of any role, and the binding of a harmless one: the rest is a step',
      [
        clusterRole('low', may('get', 'pods')),
        bind('', 'ClusterRole:low', 'User:root'),
        ...everywhere(may('bind', `${R}:clusterroles`), may('patch', `${R}:clusterrolebindings`, 'low-User:root')),
      ],
      'step',
    ],
    [
      'bind of any role by a binding that is put or applied under its name',
      everywhere(may('bind', `${R}:clusterroles`), may('create patch', `${R}:clusterrolebindings`, 'mine')),
      'direct',
    ],
    [
      'and by one that may be created alone, which names nothing: the rest is a step',
      everywhere(may('bind', `${R}:clusterroles`), may('create', `${R}:clusterrolebindings`, 'mine')),
      'step',
    ],
    [
      'bind of a role by its name that gives the rest of what it takes',
      [
        clusterRole('half', may('bind', `${R}:clusterroles`)),
        ...everywhere(may('bind', `${R}:clusterroles`, 'half'), may('create', `${R}:clusterrolebindings`)),
      ],
      'direct',
    ],
    [
      'bind of a role by its name that is a step from cluster-admin',
      [
        clusterRole('pods', may('create', 'pods')),
        ...everywhere(may('bind', `${R}:clusterroles`, 'pods'), may('create', `${R}:clusterrolebindings`)),
      ],
      'step',
    ],
    [
      'escalate of its own role by its name',
      [clusterRole('own', may('escalate patch', `${R}:clusterroles`, 'own')), bind('', 'ClusterRole:own', WEB)],
      'direct',
    ],
    [
      'escalate of a harmless role by its name that is bound to it',
      [
        clusterRole('low', may('get', 'pods')),
        bind('', 'ClusterRole:low', WEB),
        ...everywhere(may('escalate', `${R}:clusterroles`), may('update', `${R}:clusterroles`, 'low')),
      ],
      'direct',
    ],
    [
      'escalate of one that is bound to another',
      [
        clusterRole('low', may('get', 'pods')),
        bind('', 'ClusterRole:low', 'User:root'),
        ...everywhere(may('escalate update', `${R}:clusterroles`, 'low')),
      ],
      'none',
    ],
    [
      'escalate of one that it may bind while it is empty',
      [
        clusterRole('low', may('get', 'pods')),
        ...everywhere(may('escalate update', `${R}:clusterroles`, 'low'), may('create', `${R}:clusterrolebindings`)),
      ],
      'direct',
    ],
    [
      'escalate of one that is missing and bound to it',
      [bind('', 'ClusterRole:gone', WEB), ...everywhere(may('escalate update', `${R}:clusterroles`, 'gone'))],
      'none',
    ],
    [
      'the same where it may be created',
      [bind('', 'ClusterRole:gone', WEB), ...everywhere(may('create escalate update', `${R}:clusterroles`, 'gone'))],
      'direct',
    ],
    [
      'escalate of a role by its name that is bound to it where a strong one lives',
      [
        clusterRole('low', may('get', 'pods')),
        bind('pay', 'ClusterRole:low', WEB),
        ...everywhere(may('escalate update', `${R}:clusterroles`, 'low')),
      ],
      'step',
    ],
    [
      'escalate of a role by its name, which is labelled for one that is bound to it',
      [
        { ...clusterRole('all'), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { feeds: 'all' } }] } },
        clusterRole('low', may('get', 'pods')),
        bind('', 'ClusterRole:all', WEB),
        ...everywhere(may('escalate update', `${R}:clusterroles`, 'low')),
      ],
      'direct',
    ],
    [
      'bind of admin by its name in whichever namespace',
      everywhere(may('bind', `${R}:clusterroles`, 'admin'), may('create', `${R}:rolebindings`)),
      'step',
    ],
    [
      'bind of view by its name in whichever namespace',
      everywhere(may('bind', `${R}:clusterroles`, 'view'), may('create', `${R}:rolebindings`)),
      'none',
    ],
    [
      'bind of a harmless role, by its name',
      [
        clusterRole('low', may('get', 'pods')),
        ...everywhere(may('bind', `${R}:clusterroles`, 'low'), may('update', `${R}:clusterrolebindings`)),
      ],
      'none',
    ],
  ],
  c: [
    ['impersonate users', everywhere(may('impersonate', 'users')), 'direct'],
    [
      'a user by name who is cluster-admin',
      [...grant('User:root', '', EVERYTHING), ...everywhere(may('impersonate', 'users', 'root'))],
      'direct',
    ],
    ['a user by name who is nobody', everywhere(may('impersonate', 'users', 'mia')), 'none'],
    ['groups alone', everywhere(may('impersonate', 'groups')), 'none'],
    [
      'groups, and an account of some namespace',
      [...everywhere(may('impersonate', 'groups')), ...grant(WEB, 'blog', may('impersonate', 'serviceaccounts', 'x'))],
      'direct',
    ],
  ],
  d: [
    ['tokens of all accounts', everywhere(may('create', 'serviceaccounts/token')), 'direct'],
    ['all accounts', everywhere(may('impersonate', 'serviceaccounts')), 'direct'],
    ['tokens where a strong one lives', inPay(may('create', 'serviceaccounts/token')), 'direct'],
    ['tokens where none lives', grant(WEB, 'blog', may('create', 'serviceaccounts/token')), 'none'],
    ['tokens of the strong one by name', inPay(may('create', 'serviceaccounts/token', 'boss')), 'direct'],
    ['tokens of another by name', inPay(may('create', 'serviceaccounts/token', 'clerk')), 'none'],
    ['tokens of nobody but itself, who is a step away', [...ALONE, ...inShop(TOKENS)], 'step'],
    [
      'its own by name',
      [...ALONE, account('shop/cart'), ...inShop(may('create', 'serviceaccounts/token', 'web'))],
      'step',
    ],
    ['tokens of itself and of one who is not strong', [...ALONE, account('shop/cart'), ...inShop(TOKENS)], 'step'],
    ['tokens of itself and of another like it', [...ALONE, ...EQUAL, ...inShop(TOKENS)], 'direct'],
    ['the same, by what all accounts have', [...ALL_ALIKE, ...inShop(TOKENS)], 'step'],
    ['the same, and there is another', [...ALL_ALIKE, account('shop/cart'), ...inShop(TOKENS)], 'direct'],
  ],
  e: [
    [
      'the whole chain of certificates',
      everywhere(
        may('create', `${CERTIFICATES}:certificatesigningrequests`),
        may('update', `${CERTIFICATES}:certificatesigningrequests/approval`),
        may('approve', `${CERTIFICATES}:signers`, 'kubernetes.io/*'),
      ),
      'direct',
    ],
    [
      'approval of a request by the name that it is given',
      everywhere(
        may('create', `${CERTIFICATES}:certificatesigningrequests`),
        may('update', `${CERTIFICATES}:certificatesigningrequests/approval`, 'mine'),
        may('approve', `${CERTIFICATES}:signers`, 'kubernetes.io/kube-apiserver-client'),
      ),
      'direct',
    ],
    [
      'without the request',
      everywhere(
        may('update', `${CERTIFICATES}:certificatesigningrequests/approval`),
        may('approve', `${CERTIFICATES}:signers`),
      ),
      'none',
    ],
  ],
  f: [
    ['aws-auth on EKS', [EKS, ...grant(WEB, 'kube-system', may('patch', 'configmaps', 'aws-auth'))], 'direct'],
    ['aws-auth elsewhere', grant(WEB, 'kube-system', may('patch', 'configmaps', 'aws-auth')), 'none'],
    ['another ConfigMap on EKS', [EKS, ...grant(WEB, 'kube-system', may('patch', 'configmaps', 'coredns'))], 'none'],
  ],
  g: [
    [
      'acting as a member of system:masters',
      everywhere(may('impersonate', 'groups', 'system:masters'), may('impersonate', 'users', 'mia')),
      'direct',
    ],
  ],
  h: [
    ['mutating webhooks', everywhere(may('patch', `${ADMISSION}:mutatingwebhookconfigurations`)), 'step'],
    ['mutating policies', everywhere(may('create', `${ADMISSION}:mutatingadmissionpolicies`)), 'step'],
    ['validating webhooks', everywhere(may('patch', `${ADMISSION}:validatingwebhookconfigurations`)), 'none'],
  ],
  i: [
    ['pods everywhere', everywhere(may('create', 'pods')), 'step'],
    ['pods where a strong one lives', inPay(may('create', 'pods')), 'step'],
    ['one that is applied there under its name', inPay(may('create patch', 'pods', 'p')), 'step'],
    ['one that may be created alone, which names nothing', inPay(may('create', 'pods', 'p')), 'none'],
    ['pods where none lives', grant(WEB, 'blog', may('create', 'pods')), 'none'],
    ['deployments there', inPay(may('patch', 'apps:deployments')), 'step'],
    ['what makes pods by an extension', inPay(may('create', 'argoproj.io:rollouts')), 'step'],
    ['the same by its name alone, applied', inPay(may('create patch', 'argoproj.io:rollouts', 'r')), 'step'],
    ['another resource of that extension', inPay(may('create', 'argoproj.io:applications')), 'none'],
    ['all of that extension', inPay(may('*', 'argoproj.io:*')), 'step'],
    ['a shell there', inPay(may('create', 'pods/exec')), 'step'],
    ['getting a shell there, where that takes create', inPay(may('get', 'pods/exec')), 'none'],
    ['its ports', inPay(may('create', 'pods/portforward pods/proxy services/proxy')), 'none'],
    ['the status of its pods', inPay(may('patch', 'pods/status')), 'none'],
    ['the image of its pods', inPay(may('patch', 'pods')), 'step'],
    ['bind of Roles there', inPay(may('bind', `${R}:roles`)), 'step'],
  ],
  j: [['the kubelet, by get', everywhere(may('get', 'nodes/proxy')), 'step']],
  k: [
    ['reading Secrets without a token', inPay(may('list', 'secrets')), 'none'],
    ['reading where its token lies', [tokenSecret('pay/t', 'boss'), ...inPay(may('list', 'secrets'))], 'step'],
    [
      'reading where the token of another lies',
      [tokenSecret('pay/t', 'clerk'), ...inPay(may('list', 'secrets'))],
      'none',
    ],
    ['reading the one where it lies', [tokenSecret('pay/t', 'boss'), ...inPay(may('get', 'secrets', 't'))], 'step'],
    ['making and reading one', inPay(may('create get', 'secrets')), 'step'],
    ['changing and reading, where there is none for tokens', inPay(may('patch get', 'secrets')), 'none'],
    [
      'changing and reading one that was for another: it is filled anew',
      [tokenSecret('pay/t', 'clerk'), ...inPay(may('patch get', 'secrets'))],
      'step',
    ],
    ['the same by its name', [tokenSecret('pay/t', 'clerk'), ...inPay(may('patch get', 'secrets', 't'))], 'step'],
    [
      'changing one and reading another',
      [tokenSecret('pay/t', 'clerk'), ...inPay(may('patch', 'secrets', 't'), may('get', 'secrets', 'other'))],
      'none',
    ],
    [
      'one that is not for tokens',
      [tokenSecret('pay/t', 'clerk'), ...inPay(may('patch get', 'secrets', 'other'))],
      'none',
    ],
    [
      'changing it there, and reading all',
      [tokenSecret('pay/t', 'clerk'), ...inPay(may('update', 'secrets')), ...everywhere(may('get', 'secrets'))],
      'step',
    ],
    ['changing it without reading', [tokenSecret('pay/t', 'clerk'), ...inPay(may('patch', 'secrets'))], 'none'],
    [
      'changing and reading where none lives',
      [tokenSecret('blog/t', 'reader'), ...grant(WEB, 'blog', may('patch get', 'secrets'))],
      'none',
    ],
  ],
  l: [
    ['volumes and pods', everywhere(may('create', 'persistentvolumes'), may('create', 'pods')), 'step'],
    [
      'volumes, and pods where nobody is strong: a claim hides a path of the node',
      [...everywhere(may('create', 'persistentvolumes')), ...grant(WEB, 'blog', may('create', 'pods'))],
      'step',
    ],
    [
      'volumes, and workloads there',
      [...everywhere(may('create', 'persistentvolumes')), ...grant(WEB, 'blog', may('update', 'batch:cronjobs'))],
      'step',
    ],
    [
      'volumes that are there, whose source never changes, and pods',
      [...everywhere(may('update patch', 'persistentvolumes')), ...grant(WEB, 'blog', may('create', 'pods'))],
      'none',
    ],
    [
      'volumes, which a namespace does not give, and pods',
      grant(WEB, 'blog', may('create', 'persistentvolumes pods')),
      'none',
    ],
    ['volumes alone', everywhere(may('create', 'persistentvolumes')), 'none'],
  ],
};

function strengthOf(objects: readonly object[], byGet = false): Strength {
  const store = new Store();
  for (const object of [...STRONG, account('shop/web'), ...objects] as readonly (Raw & { readonly kind: Kind })[])
    if (isKind(object.kind)) store.put(shrink(object.kind, object));
  return store.view(RBAC_ENGINE).strengthOf({ namespace: 'shop', name: 'web' }, { seen: 'known', byGet });
}

describe('[unit] strength', () => {
  for (const [letter, cases] of Object.entries(CONDITIONS))
    for (const [what, objects, strength] of cases)
      it(`(${letter}) ${what}: ${strength}`, () => {
        expect(strengthOf(objects)).to.equal(strength);
      });

  for (const [what, objects, strength] of [
    ['a shell where a strong one lives', inPay(may('get', 'pods/exec')), 'step'],
    ['the streams of its pods', inPay(may('get', 'pods/attach')), 'step'],
    ['a shell where none lives', grant(WEB, 'blog', may('get', 'pods/exec')), 'none'],
    ['shells everywhere, kube-system among it', everywhere(may('get', 'pods/exec')), 'step'],
    ['a shell in one pod by its name', inPay(may('get', 'pods/exec', 'boss-0')), 'none'],
    ['its ports', inPay(may('get', 'pods/portforward')), 'none'],
  ] satisfies readonly Case[])
    it(`(i) where get is enough to connect: ${what}: ${strength}`, () => {
      expect(strengthOf(objects, true)).to.equal(strength);
    });

  it('is catching over any number of steps', () => {
    const chain = ['a', 'b', 'c'].flatMap((name, index) => [
      account(`${name}/x`),
      ...(index === 0
        ? []
        : grant(`ServiceAccount:${name}/x`, 'abc'[index - 1]!, may('create', 'serviceaccounts/token'))),
    ]);
    const first = bind('', 'ClusterRole:cluster-admin', 'ServiceAccount:a/x');
    expect(strengthOf([...chain, first, ...grant(WEB, 'c', may('create', 'pods'))])).to.equal('step');
  });

  for (const [by, right, turns] of [
    [
      'the rules of another version',
      may('get', 'pods/exec'),
      [
        [{ minor: 34, parameters: { podConnectByGet: 'auto' } }, 'high'],
        [{ minor: 36, parameters: { podConnectByGet: 'auto' } }, 'medium'],
        [{ minor: 36, parameters: { podConnectByGet: 'always' } }, 'high'],
        [{ minor: 34, parameters: { podConnectByGet: 'never' } }, 'medium'],
      ],
    ],
    [
      'what is said to make pods',
      may('update', 'example.org:widgets'),
      [
        [{ minor: 36, parameters: { podTemplateKinds: ['widgets.example.org'] } }, 'high'],
        [{ minor: 36, parameters: { podTemplateKinds: ['gadgets.example.org'] } }, 'medium'],
        [{ minor: 36, parameters: { podTemplateKinds: [] } }, 'medium'],
      ],
    ],
  ] as const)
    it(`is another one by ${by}, as if it had always been that`, () => {
      const objects = [
        ...STRONG,
        account('shop/web'),
        tokenSecret('shop/t', 'web'),
        ...inPay(right),
      ] as unknown as readonly Manifest[];
      const severities = (world: World): readonly string[] =>
        world.findingsOf('KP-SA-005').map(({ severity }) => severity);
      const world = new World(objects, CHECKS, { minor: 35 });
      expect(severities(world)).to.deep.equal(['medium']);
      for (const [tweak, severity] of turns) {
        world.engine.configure(CHECKS, contextWith(tweak));
        world.judgeAll();
        expect(severities(world)).to.deep.equal([severity]);
        expect(world.verdicts()).to.deep.equal(new World(objects, CHECKS, tweak).verdicts());
      }
    });
});
