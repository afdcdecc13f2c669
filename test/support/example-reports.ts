/** One report of each kind with every field that it can have, as the operator writes them. */

const finding = {
  check: 'KP-POD-001',
  name: 'privileged-container',
  severity: 'high',
  status: 'fail',
  path: 'spec.template.spec.containers[0].securityContext.privileged',
  message: 'container app runs privileged',
  evidence: 'observed',
  pss: 'baseline',
  pods: 3,
  firstSeen: '2026-11-20T10:00:00Z',
  fingerprint: '9f2c41d07ab3',
};

const shared = {
  grade: 'D',
  score: 54,
  scoreExact: 54.2,
  summary: {
    critical: 0,
    high: 1,
    medium: 6,
    low: 5,
    info: 4,
    passed: 31,
    suppressed: 1,
    accepted: 1,
    unknown: 2,
  },
  cappedBy: { check: 'KP-POD-001', severity: 'high' },
  topFixes: [{ check: 'KP-POD-001', scoreAfter: 64.1 }],
  unknown: [
    { check: 'KP-SEC-007', reason: 'list secrets: forbidden' },
    { check: 'KP-API-005', aspect: 'noNode', reason: 'no pod of the API server is visible' },
  ],
  declared: [
    {
      check: 'KP-API-001',
      status: 'pass',
      reason: 'the provider limits anonymous requests to health paths',
      expires: '2027-06-30T00:00:00Z',
    },
    { check: 'KP-NET-017', aspect: 'none', status: 'notApplicable', reason: 'a single node' },
  ],
  truncated: { findings: 0, unknown: 0, declared: 0 },
  engine: { catalogue: '2026.11.0', scoring: 1 },
};

export const DEPLOYMENT_REPORT = {
  apiVersion: 'kubeposture.io/v1alpha1',
  kind: 'SecurityReport',
  metadata: {
    name: 'deployment-web',
    labels: {
      'app.kubernetes.io/managed-by': 'kubeposture',
      'kubeposture.io/subject-kind': 'Deployment',
      'kubeposture.io/subject-uid': '0f6e2c1a-3f63-4a43-9d0a-1f0b8f1f6f10',
      'kubeposture.io/grade': 'D',
      'kubeposture.io/worst-severity': 'high',
    },
    annotations: { 'kubeposture.io/digest': 'sha256:9f2c' },
  },
  subject: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    uid: '0f6e2c1a-3f63-4a43-9d0a-1f0b8f1f6f10',
    pods: 3,
  },
  ...shared,
  findings: [
    finding,
    {
      ...finding,
      check: 'KP-NET-002',
      name: 'pod-not-isolated',
      aspect: 'ingress',
      severity: 'medium',
      status: 'suppressed',
      evidence: 'declared',
      because: [
        { kind: 'NetworkPolicy', namespace: 'shop', name: 'allow-all' },
        { kind: 'ClusterRole', name: 'system:node' },
      ],
      exception: { kind: 'SecurityException', name: 'legacy-net', reason: 'migration', expires: '2026-12-31' },
    },
    { ...finding, severity: 'low', status: 'accepted', evidence: 'heuristic', accepted: 'a CNI plugin needs it' },
  ],
};

export const NAMESPACE_REPORT = {
  apiVersion: 'kubeposture.io/v1alpha1',
  kind: 'SecurityReport',
  metadata: { name: 'namespace-shop' },
  subject: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' },
  ...shared,
  cappedBy: {
    check: 'KP-POD-001',
    severity: 'high',
    subject: { kind: 'Deployment', namespace: 'shop', name: 'web' },
  },
  findings: [],
  rollup: {
    objects: 12,
    workloads: 2,
    worst: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', grade: 'D', score: 54 }],
  },
};

export const CLUSTER_REPORT = {
  ...NAMESPACE_REPORT,
  kind: 'ClusterSecurityReport',
  metadata: { name: 'cluster' },
  subject: { apiVersion: 'kubeposture.io/v1alpha1', kind: 'Cluster', name: 'cluster' },
  coverage: {
    ratio: 0.96,
    kinds: [
      { kind: 'Pod', state: 'synced' },
      { kind: 'Secret', state: 'forbidden', reason: 'secrets is forbidden' },
    ],
  },
};
