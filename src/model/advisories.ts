import type { Severity } from './severity.ts';

/** Versions from one, below another; either side open where it is absent. */
export interface VersionRange {
  readonly from?: string;
  readonly below?: string;
}

export interface Flaw {
  readonly severity: Severity;
  readonly text: string;
  /** The versions that have it; all where absent. */
  readonly in?: readonly VersionRange[];
}

/** A right that a component comes with, in its own namespace if not `everywhere`. */
export interface ShippedRight {
  readonly verbs: readonly string[];
  readonly apiGroup: string;
  readonly resources: readonly string[];
  /** Of objects with such names alone; a `*` stands for any run of characters. */
  readonly names?: readonly string[];
  readonly everywhere?: boolean;
}

/** An add-on that is retired or has had a serious flaw, and how it is recognised. A name that anybody may choose proves nothing. */
export interface Advisory {
  readonly component: string;
  /** Ends of repositories, of two segments or more: below any registry, so that mirrors count. */
  readonly images: readonly string[];
  /** Last segments that nobody else uses; with `*` at the end, what begins so. */
  readonly distinctive?: readonly string[];
  /** Labels that only its pods wear, any of them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Names of its Services. */
  readonly services?: readonly string[];
  /** Its service account: another workload that runs as it has the rights of the component. */
  readonly serviceAccount?: string;
  /** What its service account comes with: one that holds more makes it medium at least. Absent: it is not looked at. */
  readonly shipped?: readonly ShippedRight[];
  /** The first that fits counts. */
  readonly flaws: readonly Flaw[];
}

const DASHBOARD = 'kubernetes-dashboard';

/** By its manifests, `aio/deploy/recommended.yaml` of 1.10 and of 2.x, and by its chart from 7.0 on. */
const OF_DASHBOARD: readonly ShippedRight[] = [
  { verbs: ['create'], apiGroup: '', resources: ['secrets', 'configmaps'] },
  { verbs: ['get', 'update', 'delete'], apiGroup: '', resources: ['secrets'], names: [`*${DASHBOARD}-*`] },
  { verbs: ['get', 'update'], apiGroup: '', resources: ['configmaps'], names: [`*${DASHBOARD}-*settings`] },
  { verbs: ['proxy'], apiGroup: '', resources: ['services'], names: ['heapster', '*metrics-scraper'] },
  {
    verbs: ['get'],
    apiGroup: '',
    resources: ['services/proxy'],
    names: ['heapster', '*:heapster:', '*metrics-scraper', '*metrics-scraper:'],
  },
  { verbs: ['get', 'list', 'watch'], apiGroup: 'metrics.k8s.io', resources: ['pods', 'nodes'], everywhere: true },
];

/** When the table was last held against what is known: it ages. */
export const ADVISORIES_DATE = '2026-11-21';

export const COMPONENT_ADVISORIES: readonly Advisory[] = [
  {
    component: 'Tiller',
    images: ['kubernetes-helm/tiller'],
    distinctive: ['tiller'],
    labels: { name: 'tiller' },
    services: ['tiller-deploy'],
    flaws: [
      {
        severity: 'critical',
        text: 'the server of Helm 2 does for everyone who reaches it whatever its service account may do; it ended in 2020',
      },
    ],
  },
  {
    component: 'ingress-nginx',
    images: [
      'ingress-nginx/controller',
      'ingress-nginx/controller-chroot',
      'kubernetes-ingress-controller/nginx-ingress-controller',
      'rancher/nginx-ingress-controller',
      'bitnami/nginx-ingress-controller',
    ],
    flaws: [
      {
        severity: 'critical',
        text: 'CVE-2025-1974: whoever reaches its admission webhook runs code in it, and it reads every Secret',
        in: [{ below: '1.11.5' }, { from: '1.12.0', below: '1.12.1' }],
      },
      { severity: 'high', text: 'retired in March 2026: there are no fixes any more' },
    ],
  },
  {
    component: 'Kubernetes Dashboard',
    images: [
      'kubernetesui/dashboard',
      'kubernetesui/dashboard-api',
      'kubernetesui/dashboard-auth',
      'kubernetesui/dashboard-web',
      'kubernetesui/dashboard-metrics-scraper',
      'kubernetesui/metrics-scraper',
    ],
    distinctive: [`${DASHBOARD}*`],
    labels: { 'k8s-app': DASHBOARD, app: DASHBOARD, 'app.kubernetes.io/name': DASHBOARD },
    serviceAccount: DASHBOARD,
    shipped: OF_DASHBOARD,
    flaws: [{ severity: 'low', text: 'a way into the cluster that few need' }],
  },
  {
    component: 'Argo CD',
    images: ['argoproj/argocd'],
    flaws: [
      {
        severity: 'high',
        text: 'CVE-2022-24348: a chart reads files, and with them credentials, of other applications',
        in: [{ below: '2.1.9' }, { from: '2.2.0', below: '2.2.4' }],
      },
    ],
  },
  {
    component: 'Kyverno',
    images: ['kyverno/kyverno'],
    flaws: [
      {
        severity: 'high',
        text: 'CVE-2022-47633: a registry gets unsigned images past its verification',
        in: [{ from: '1.8.3', below: '1.8.5' }],
      },
    ],
  },
  {
    component: 'Grafana',
    images: ['grafana/grafana', 'grafana/grafana-oss', 'grafana/grafana-enterprise'],
    flaws: [
      {
        severity: 'high',
        text: 'CVE-2022-39328: a race lets an unauthenticated user query as somebody else',
        in: [{ from: '9.2.0', below: '9.2.4' }],
      },
    ],
  },
];
