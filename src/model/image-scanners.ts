/** A product that looks into images and tells what it finds there, known by the images that it runs itself. */
export interface ImageScanner {
  readonly scanner: string;
  /** Ends of repositories: below any registry, so that mirrors count. */
  readonly images: readonly string[];
}

export const IMAGE_SCANNERS: readonly ImageScanner[] = [
  { scanner: 'Trivy Operator', images: ['aquasecurity/trivy-operator', 'aquasec/trivy-operator'] },
  { scanner: 'Kubescape', images: ['kubescape/kubevuln', 'kubescape/operator'] },
  { scanner: 'Starboard', images: ['aquasec/starboard-operator', 'aquasecurity/starboard-operator'] },
  {
    scanner: 'StackRox',
    images: ['stackrox-io/scanner', 'stackrox-io/scanner-v4', 'advanced-cluster-security/rhacs-scanner-rhel8'],
  },
  { scanner: 'NeuVector', images: ['neuvector/scanner', 'neuvector/controller'] },
  { scanner: 'Prisma Cloud', images: ['twistlock/defender', 'prismacloud/defender'] },
  { scanner: 'Sysdig', images: ['sysdig/vuln-runtime-scanner', 'sysdig/cluster-shield'] },
  { scanner: 'Snyk', images: ['snyk/kubernetes-monitor'] },
  { scanner: 'Anchore', images: ['anchore/enterprise', 'anchore/k8s-inventory'] },
  { scanner: 'Aqua', images: ['aquasec/enforcer', 'aquasec/kube-enforcer'] },
  { scanner: 'Clair', images: ['quay/clair', 'quay/container-security-operator'] },
];
