/** Valid bodies of what guards admission, with every field that some shape reads. */
const selector = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] };
const rules = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], resourceNames: ['x'] },
];
const selectors = { namespaceSelector: selector, objectSelector: selector };
const matchConditions = [{ name: 'x', expression: 'true' }];
const webhooks = {
  webhooks: [
    {
      name: 'x.example',
      clientConfig: { service: { namespace: 'a', name: 'connaisseur-svc' }, caBundle: 'YQ==' },
      rules,
      ...selectors,
      matchConditions,
    },
  ],
};
const resources = {
  kinds: ['Pod'],
  name: 'x',
  names: ['x*'],
  namespaces: ['a'],
  namespaceSelector: selector,
  selector,
  annotations: { a: 'b' },
  operations: ['CREATE'],
};
const requester = { subjects: [{ kind: 'User', name: 'x' }], roles: ['x'], clusterRoles: ['x'] };
const filters = { resources, ...requester, any: [{ resources, ...requester }], all: [{ resources, ...requester }] };
const kyverno = {
  spec: {
    admission: true,
    validationFailureAction: 'Enforce',
    validationFailureActionOverrides: [{ action: 'Audit', namespaces: ['a'], namespaceSelector: selector }],
    rules: [
      {
        name: 'x',
        match: filters,
        exclude: filters,
        preconditions: { all: [{ key: 'a', operator: 'Equals', value: 'a' }] },
        celPreconditions: matchConditions,
        validate: {
          failureAction: 'Enforce',
          podSecurity: { level: 'baseline' },
          pattern: { spec: { privileged: false } },
        },
        verifyImages: [
          {
            image: 'ghcr.io/acme/*',
            imageReferences: ['ghcr.io/*'],
            skipImageReferences: ['ghcr.io/x'],
            failureAction: 'Enforce',
            attestors: [{ entries: [{ keyless: { subject: 'x' } }] }],
            key: 'x',
            roots: 'x',
            issuer: 'x',
            attestations: [{ type: 'x' }],
          },
        ],
      },
    ],
  },
};
const imagePolicy = {
  spec: {
    validationActions: ['Deny'],
    matchConstraints: { ...selectors, resourceRules: rules, excludeResourceRules: rules },
    matchConditions,
    matchImageReferences: [{ glob: 'ghcr.io/*' }, { expression: 'true' }],
    attestors: [{ name: 'x' }],
    attestations: [{ name: 'x' }],
    evaluation: { admission: { enabled: true } },
  },
};
const kubewarden = {
  spec: {
    module: 'registry://ghcr.io/kubewarden/policies/verify-image-signatures:v0.3.0',
    mode: 'protect',
    rules,
    ...selectors,
    matchConditions,
    settings: { signatures: [{ image: 'ghcr.io/*' }] },
  },
};

const matchResources = { ...selectors, resourceRules: rules, excludeResourceRules: rules };
const constraint = {
  spec: {
    enforcementAction: 'deny',
    match: {
      kinds: [{ apiGroups: [''], kinds: ['Pod'] }],
      namespaces: ['a'],
      excludedNamespaces: ['b'],
      namespaceSelector: selector,
      labelSelector: selector,
      name: 'x',
    },
  },
};

export const ADMISSION_BODIES = {
  ValidatingAdmissionPolicy: {
    spec: {
      matchConstraints: matchResources,
      matchConditions,
      validations: [{ expression: 'object.spec.containers.all(c, !c.securityContext.privileged)' }],
    },
  },
  ValidatingAdmissionPolicyBinding: { spec: { policyName: 'x', validationActions: ['Deny'], matchResources } },
  K8sPSPPrivilegedContainer: constraint,
  ValidatingWebhookConfiguration: webhooks,
  MutatingWebhookConfiguration: webhooks,
  KyvernoClusterPolicy: kyverno,
  KyvernoPolicy: kyverno,
  ImageValidatingPolicy: imagePolicy,
  NamespacedImageValidatingPolicy: imagePolicy,
  ClusterImagePolicy: {
    spec: {
      mode: 'enforce',
      images: [{ glob: 'ghcr.io/**' }],
      match: [{ group: '', version: 'v1', resource: 'pods', selector }],
      authorities: [{ static: { action: 'fail' }, attestations: [{ name: 'x' }] }],
    },
  },
  RatifyVerification: constraint,
  ClusterAdmissionPolicy: kubewarden,
  AdmissionPolicy: kubewarden,
} as const;
